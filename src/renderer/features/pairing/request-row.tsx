import { type KeyboardEvent, type ReactNode, type Ref, useState } from 'react'
import type { PairingRequestView } from '../../../shared/contracts/people-views.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { IdWithAccount } from '../../ui/text/id-with-account.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { countWord, groupCode } from '../../ui/text/words.ts'
import { TimeLeft } from '../../ui/time-left.tsx'
import { keyOf } from './requests.ts'

export type Decision = 'approve' | 'deny' | 'block'

/** Somebody who asks for access: all that is known about them, and the three answers. */
export const RequestRow = ({
  request,
  selected,
  off,
  approveOff,
  onSelect,
  onDecide,
  ref,
}: {
  readonly request: PairingRequestView
  readonly selected: boolean
  /** Nothing may be decided now. */
  readonly off: boolean
  readonly approveOff: boolean
  readonly onSelect: () => void
  readonly onDecide: (decision: Decision) => void
  readonly ref: Ref<HTMLElement>
}): ReactNode => {
  const [enterTried, setEnterTried] = useState(false)
  const refuseEnter = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    setEnterTried(true)
  }
  const hint = (key: string): ReactNode => (selected ? <Kbd>{key}</Kbd> : null)
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- j and k select as well
    <article
      ref={ref}
      tabIndex={-1}
      data-place={keyOf(request)}
      data-selected={selected || undefined}
      aria-current={selected || undefined}
      aria-label={`Request from ${visibleLine(request.id)} on ${PROVIDER_LABEL[request.provider]}`}
      // By keyboard the focus selects; by mouse the click does, so that no button moves between press and release.
      onFocus={(event) => {
        if (event.target.matches(':focus-visible')) onSelect()
      }}
      onClick={onSelect}
      className="grid grid-cols-[190px_minmax(220px,1fr)_auto] items-center gap-x-5 gap-y-3 border-b border-line px-[18px] py-4 outline-none last:border-0 focus-visible:outline-none data-[selected]:bg-raised data-[selected]:shadow-[inset_2px_0_0_var(--accent)] max-md:grid-cols-[190px_minmax(0,1fr)] max-[560px]:grid-cols-1"
    >
      <TimeLeft from={request.createdAt} until={request.expiresAt}>
        <code className="font-mono text-code leading-[1.1] font-semibold tracking-[0.06em] select-all">
          {groupCode(request.code)}
        </code>
      </TimeLeft>
      <RequestFacts request={request} />
      <div className="flex flex-wrap items-center gap-2 max-md:col-span-full">
        <Button
          look={selected ? 'primary' : 'plain'}
          off={off || approveOff}
          aria-keyshortcuts="a"
          onKeyDown={refuseEnter}
          onClick={() => onDecide('approve')}
        >
          Approve {hint('A')}
        </Button>
        <Button off={off} aria-keyshortcuts="d" onClick={() => onDecide('deny')}>
          Deny {hint('D')}
        </Button>
        <Button off={off} aria-keyshortcuts="b" onClick={() => onDecide('block')}>
          Block {hint('B')}
        </Button>
        {enterTried ? (
          <output className="block w-full text-s text-warn">
            Enter never approves. Press A, or Space on the button.
          </output>
        ) : null}
      </div>
    </article>
  )
}

const RequestFacts = ({ request }: { readonly request: PairingRequestView }): ReactNode => {
  const asked = useClock((now) => askedText(request, now))
  return (
    <dl className="grid grid-cols-[80px_minmax(0,1fr)] gap-x-3 gap-y-px">
      <dt className="text-faint">{PROVIDER_LABEL[request.provider]} id</dt>
      <dd>
        <IdWithAccount id={request.id} account={request.account} />
      </dd>
      <dt className="text-faint">Says to be</dt>
      {/* Stacked accents of a name must not reach into the lines around it. */}
      <dd className="overflow-clip">
        {request.claimedName === '' ? (
          <span className="text-soft">nothing</span>
        ) : (
          <RemoteText text={request.claimedName} />
        )}
        {request.claimedUsername === '' ? null : (
          <>
            {' '}
            <RemoteText text={`@${request.claimedUsername}`} className="text-soft" />
          </>
        )}{' '}
        <Tag>unverified</Tag>
      </dd>
      {request.warnings.length > 0 ? (
        <>
          <dt className="text-faint">Warning</dt>
          <dd className="forced-line my-0.5 w-fit max-w-[64ch] space-y-1 rounded-[4px] border border-transparent bg-warn-bg px-2 py-1 text-s text-warn">
            {request.warnings.map((warning) => (
              <p key={warning}>
                <RemoteText text={warning} />
              </p>
            ))}
          </dd>
        </>
      ) : null}
      <dt className="text-faint">Asked</dt>
      <dd>{asked}</dd>
      <dt className="text-faint">Would get</dt>
      <dd>
        <RemoteText text={request.wouldGet} />
      </dd>
    </dl>
  )
}

const askedText = ({ createdAt, lastSeenAt, attempts }: PairingRequestView, now: number): string => {
  const first = dayTime(createdAt, now)
  if (attempts <= 1) return `${first}, one message, not read`
  const more = attempts - 1
  return `${first}, then ${countWord(more)} more ${more === 1 ? 'message' : 'messages'}, last ${dayTime(lastSeenAt, now)}, none read`
}
