import type { ReactNode } from 'react'
import type { PersonView } from '../../../shared/contracts/people-views.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { useIsLive } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { RowQuestion, useRowAsking } from '../../ui/row-question.tsx'
import { StatusShape } from '../../ui/status-shape.tsx'
import { Tag, type Tone } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useCommand } from '../../ui/use-command.tsx'
import { SessionLink } from '../sessions/session-link.tsx'
import { describeSource, possibleActs } from './people-order.ts'

const TRUST_TONE: Readonly<Record<PersonView['trust'], Tone>> = {
  owner: 'accent',
  friend: 'neutral',
  guest: 'warn',
}

/** Somebody who has, or had, a right: where it comes from, whether it counts now, and what can be done. */
export const PersonRow = ({ person }: { readonly person: PersonView }): ReactNode => {
  const seen = useClock((now) =>
    person.lastSeenAt === null ? 'never seen' : `seen ${dayTime(person.lastSeenAt, now)}`,
  )
  const { elsewhere } = possibleActs(person)
  return (
    <li
      aria-label={`${PROVIDER_LABEL[person.provider]} ${visibleLine(person.id)}`}
      className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_250px] items-start gap-x-5 gap-y-1 border-b border-line px-4 py-2.5 last:border-0 max-md:grid-cols-[minmax(0,1fr)_auto] max-[560px]:grid-cols-1"
    >
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          {person.claimedName === '' ? null : (
            <RemoteText text={person.claimedName} className="font-medium" />
          )}
          <span>
            {PROVIDER_LABEL[person.provider]} <RemoteText text={person.id} className="mono" />
          </span>
          <Tag tone={TRUST_TONE[person.trust]}>{person.trust}</Tag>
          {person.blocked ? <Tag tone="bad">blocked</Tag> : null}
        </div>
        <div className="text-s text-faint">
          {seen}
          {person.account === '' ? null : (
            <>
              {' · '}
              <RemoteText text={person.account} className="mono" />
            </>
          )}
          {person.session === '' ? null : (
            <>
              {' · '}
              <SessionLink session={person.session} />
            </>
          )}
        </div>
      </div>
      <div className="min-w-0 max-md:col-start-1 max-md:row-start-2 max-[560px]:row-auto">
        <div className="flex items-baseline gap-2">
          <span className="translate-y-px">
            <StatusShape kind={person.effective ? 'good' : 'off'} />
          </span>
          <span>
            {person.effective ? 'Let in' : 'Not let in'}
            <span className="text-soft"> · {describeSource(person)}</span>
          </span>
        </div>
        <div className="pl-[18px] text-s text-soft">
          {/* Where the right counts, its source above has said why. */}
          {person.effective ? null : <RemoteText text={person.why} />}
          {elsewhere === '' ? null : <p>{elsewhere}</p>}
        </div>
      </div>
      <PersonActs person={person} />
    </li>
  )
}

const PersonActs = ({ person }: { readonly person: PersonView }): ReactNode => {
  const { provider, id } = person
  const acts = possibleActs(person)
  const live = useIsLive()
  const { isAsking, asker, ask, close } = useRowAsking()
  // A block has its own toast, with Undo.
  const block = useCommand('people.block', 'quiet')
  const unblock = useCommand('people.unblock')
  const openConfig = useCommand('config.open')
  const busy = !live || block.pending || unblock.pending
  if (isAsking) return <ConfirmRevoke person={person} onClose={close} />
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 max-[560px]:justify-start">
      {acts.elsewhere === '' ? null : (
        <Button onClick={() => void openConfig.run(undefined)}>Open clawdbot.json</Button>
      )}
      {acts.revoke ? (
        <Button ref={asker} off={busy} onClick={ask}>
          Revoke
        </Button>
      ) : null}
      {acts.block ? (
        <Button off={busy} onClick={() => void block.run({ provider, id })}>
          {block.pending ? 'Blocking…' : 'Block'}
        </Button>
      ) : null}
      {acts.unblock ? (
        <Button off={busy} onClick={() => void unblock.run({ provider, id })}>
          {unblock.pending ? 'Unblocking…' : 'Unblock'}
        </Button>
      ) : null}
    </div>
  )
}

const ConfirmRevoke = ({
  person: { provider, id },
  onClose,
}: {
  readonly person: PersonView
  readonly onClose: () => void
}): ReactNode => {
  const revoke = useCommand('people.revoke')
  const run = async (): Promise<void> => {
    if (await revoke.run({ provider, id })) onClose()
  }
  return (
    <RowQuestion act="Revoke now" pending={revoke.pending} onAct={() => void run()} onClose={onClose}>
      {revoke.pending ? 'Waiting for the gateway…' : 'They lose access at once.'}
    </RowQuestion>
  )
}
