import { Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { useSlice } from '../../store/app-store.ts'
import { hrefOf } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { StoreProblems } from '../../ui/store-problems.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { EveryoneBanner } from './everyone-banner.tsx'
import { inPeopleOrder } from './people-order.ts'
import { PersonRow } from './person-row.tsx'

/** Everyone who can reach the agent, on one list, with where the right comes from. */
export const PeopleScreen = (): ReactNode => {
  const people = inPeopleOrder(useSlice('people'))
  const letIn = people.filter(({ effective }) => effective).length
  return (
    <>
      <ScreenHead title="People">
        {people.length === 0
          ? 'Everyone who can reach the agent stands here, with where the right comes from.'
          : `${letIn} let in, ${people.length - letIn} not. Changes made in the files or by the command line show here within a second.`}
      </ScreenHead>
      <EveryoneBanner />
      <StoreProblems about="Who it lets in can not be shown, and nobody it names is let in." />
      <div className="mt-4">
        {people.length === 0 ? (
          <Nobody />
        ) : (
          <ul aria-label="People" className="rounded-m border border-line">
            {people.map((person) => (
              <PersonRow key={`${person.provider}:${person.id}:${person.source}`} person={person} />
            ))}
          </ul>
        )}
      </div>
    </>
  )
}

const Nobody = (): ReactNode => {
  const openConfig = useCommand('config.open')
  return (
    <EmptyState
      icon={<Users />}
      title="Nobody can reach the agent"
      action={
        <>
          <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
          <LinkButton href={hrefOf('pairing')}>See who is waiting</LinkButton>
        </>
      }
    >
      Name yourself under <span className="mono">owner.telegram</span> in clawdbot.json. Everybody else is let
      in by you, on the Pairing screen.
    </EmptyState>
  )
}
