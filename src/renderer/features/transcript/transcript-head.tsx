import type { ReactNode } from 'react'
import type { SessionRow } from '../../../shared/contracts/archive-sessions.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { useSlice } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { Tag } from '../../ui/tag.tsx'
import { useClock } from '../../ui/text/clock.ts'
import { dayTime } from '../../ui/text/format-time.ts'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { ProviderName } from '../sessions/row-parts.tsx'
import { JUMPS, type Jump } from './jumps.ts'
import { modelName } from './turn/turn-words.ts'

/** What the transcript is, how much is in it, and how to get around in it. */
export const TranscriptHead = ({
  title,
  row,
  total,
  onJump,
  onExport,
}: {
  readonly title: string
  readonly row: SessionRow | null
  readonly total: number
  readonly onJump: (jump: Jump) => void
  readonly onExport: () => void
}): ReactNode => (
  <div className="flex flex-wrap items-start gap-x-3 gap-y-2 border-b border-line px-6 pt-4 pb-3 max-sm:px-4">
    <div className="min-w-48 flex-1">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h2 className="min-w-0 text-l font-semibold tracking-[-0.01em]">
          <RemoteText text={title} most={200} />
        </h2>
        {row === null ? null : <SessionTags row={row} />}
      </div>
    </div>
    <div className="flex flex-wrap gap-2">
      {JUMPS.map((jump) => (
        <Button
          key={jump.what}
          off={total === 0}
          aria-keyshortcuts={`${jump.key} Shift+${jump.key.toUpperCase()}`}
          title={`With Shift or ${jump.key.toUpperCase()}: the one before`}
          onClick={(event) => onJump({ what: jump.what, direction: event.shiftKey ? 'previous' : 'next' })}
        >
          {jump.label} <Kbd>{jump.key.toUpperCase()}</Kbd>
        </Button>
      ))}
      <Button off={total === 0} onClick={onExport}>
        Export
      </Button>
    </div>
    <Numbers row={row} total={total} />
  </div>
)

const SessionTags = ({ row }: { readonly row: SessionRow }): ReactNode => (
  <>
    {row.provider === '' ? null : (
      <Tag>
        <ProviderName name={row.provider} />
        {chatWord(row.chat)}
      </Tag>
    )}
    {row.agent === '' || row.agent === 'main' ? null : (
      <Tag>
        agent <RemoteText text={row.agent} most={40} />
      </Tag>
    )}
    {row.host ? <Tag tone="bad">ran on the host</Tag> : null}
    {row.sandbox ? <Tag>ran in a box</Tag> : null}
  </>
)

const chatWord = (chat: SessionRow['chat']): string => {
  switch (chat) {
    case 'direct':
      return ' direct'
    case 'group':
      return ' group'
    case 'main':
    case 'unknown':
      return ''
    default:
      return assertNever(chat)
  }
}

const Numbers = ({ row, total }: { readonly row: SessionRow | null; readonly total: number }): ReactNode => {
  const { phase, asOf } = useSlice('archive')
  const since = useClock((now) => (asOf === null ? '' : dayTime(asOf, now)))
  const facts = [
    `${groupDigits(total)} ${total === 1 ? 'turn' : 'turns'}`,
    ...(row === null
      ? []
      : [
          amount(row.errors, 'error', 'errors'),
          amount(row.refusals, 'refusal', 'refusals'),
          amount(row.brokenLines, 'broken line', 'broken lines'),
          modelName(row.model),
        ]),
    phase === 'stuck' ? `as of ${since || 'an unknown time'}` : '',
  ].filter((fact) => fact !== '')
  return (
    <p className="-mt-1 w-full text-s text-faint">
      <RemoteText text={facts.join(' · ')} />
    </p>
  )
}

/** In digits, beside other figures; empty for none. */
const amount = (count: number, one: string, many: string): string =>
  count === 0 ? '' : `${groupDigits(count)} ${count === 1 ? one : many}`
