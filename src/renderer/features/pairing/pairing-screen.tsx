import { UserPlus } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { PairingRequestView } from '../../../shared/contracts/people-views.ts'
import { useScreenKeys } from '../../keys/use-keys.ts'
import { useIsLive, useIsLocked, useSlice } from '../../store/app-store.ts'
import { hrefOf, type Place } from '../../store/screen.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LinkButton } from '../../ui/link-button.tsx'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { useSettled } from '../../ui/settled/use-settled.ts'
import { StoreProblems } from '../../ui/store-problems.tsx'
import { countWord, sentence } from '../../ui/text/words.ts'
import { useCommand } from '../../ui/use-command.tsx'
import { DecidedToday } from './decided-today.tsx'
import { type Decision, RequestRow } from './request-row.tsx'
import { inOrder, keyOf, moveSelection, selectedKey } from './requests.ts'
import { StrangerPolicies } from './stranger-policy.tsx'

const KEYS: Readonly<Record<string, Decision>> = { a: 'approve', d: 'deny', b: 'block' }

/** Who asks for access, and what was decided today. `wanted` is who a notification or a link is about. */
export const PairingScreen = ({ wanted }: { readonly wanted: Place['person'] }): ReactNode => {
  const requests = inOrder(useSlice('requests'))
  const locked = useIsLocked()
  return (
    <>
      <ScreenHead title="Pairing" aside={<StrangerPolicies />}>
        {requests.length === 0
          ? 'People who write to the agent for the first time wait here until you decide.'
          : `${sentence(countWord(requests.length))} ${
              requests.length === 1 ? 'person wants' : 'people want'
            } to reach the agent. Compare the code with the person, then decide.`}
      </ScreenHead>
      <StoreProblems about="Their requests can not be shown, and nobody new is let in there." />
      {locked && requests.length > 0 ? (
        <p className="mt-2 text-warn">
          Approving is off while everything is stopped. Denying and blocking work.
        </p>
      ) : null}
      <div className="mt-4">
        {requests.length === 0 ? <NobodyWaits /> : <Requests requests={requests} wanted={wanted} />}
      </div>
      <DecidedToday />
    </>
  )
}

const NobodyWaits = (): ReactNode => (
  <EmptyState
    icon={<UserPlus />}
    title="Nobody is waiting"
    action={<LinkButton href={hrefOf('simulator')}>Try it in the simulator</LinkButton>}
  >
    When a stranger writes to the agent, they get a code and you see the same code here. What they write is
    not read before you approve them.
  </EmptyState>
)

const Requests = ({
  requests,
  wanted,
}: {
  readonly requests: readonly PairingRequestView[]
  readonly wanted: Place['person']
}): ReactNode => {
  const list = useRef<HTMLDivElement>(null)
  const rows = useRef(new Map<string, HTMLElement>())
  const { settled, mayAct } = useSettled(list)
  const live = useIsLive()
  const locked = useIsLocked()
  const { decide, deciding } = useDecide()

  const keys = requests.map(keyOf)
  const wantedKey = wanted ? keyOf(wanted) : ''
  const [selection, setSelection] = useState(wanted ? { key: keyOf(wanted), index: 0 } : null)
  const selected = selectedKey(keys, selection)
  const select = (key: string | null): void => {
    if (key !== null) setSelection({ key, index: keys.indexOf(key) })
  }

  const act = (request: PairingRequestView, decision: Decision): void => {
    if (!live || !mayAct() || (locked && decision === 'approve')) return
    select(keyOf(request))
    void decide(request, decision)
  }

  useScreenKeys((key) => {
    if (key === 'j' || key === 'k') {
      const next = moveSelection(keys, selected, key === 'j' ? 1 : -1)
      select(next)
      rows.current.get(next ?? '')?.focus()
      return true
    }
    const decision = KEYS[key]
    const request = requests.find((candidate) => keyOf(candidate) === selected)
    if (decision === undefined || request === undefined) return false
    act(request, decision)
    return true
  })

  useEffect(() => {
    rows.current.get(wantedKey)?.focus()
  }, [wantedKey])

  return (
    <div ref={list} className="rounded-m border border-line">
      {requests.map((request) => {
        const key = keyOf(request)
        return (
          <RequestRow
            key={key}
            ref={(element) => {
              if (element) rows.current.set(key, element)
              return () => {
                rows.current.delete(key)
              }
            }}
            request={request}
            selected={key === selected}
            off={!settled || !live || deciding}
            approveOff={locked}
            onSelect={() => select(key)}
            onDecide={(decision) => act(request, decision)}
          />
        )
      })}
    </div>
  )
}

/** One decision at a time. What was decided shows itself: in the toast with Undo, and below. */
const useDecide = (): {
  readonly decide: (request: PairingRequestView, decision: Decision) => Promise<void>
  readonly deciding: boolean
} => {
  const approve = useCommand('pairing.approve', 'quiet')
  const deny = useCommand('pairing.deny', 'quiet')
  const block = useCommand('people.block', 'quiet')
  const deciding = approve.pending || deny.pending || block.pending
  const decide = async ({ provider, id, code }: PairingRequestView, decision: Decision): Promise<void> => {
    if (deciding) return
    if (decision === 'approve') await approve.run({ provider, id, code })
    else if (decision === 'deny') await deny.run({ provider, id })
    else await block.run({ provider, id })
  }
  return { decide, deciding }
}
