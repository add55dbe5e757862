import { memo, type ReactNode } from 'react'
import type { Turn } from '../../../../shared/contracts/archive-transcript.ts'
import { useReading } from '../reading.tsx'
import { TurnActions } from './turn-actions.tsx'
import { TurnBlocks } from './turn-blocks.tsx'
import { TurnSide } from './turn-side.tsx'
import { deliveryWords, stopWords } from './turn-words.ts'
import { WhyBar } from './why-bar.tsx'

/** One turn: who and when on the left, what on the right. */
export const TurnRow = memo(function TurnRow({
  turn,
  dated,
}: {
  readonly turn: Turn
  /** Whether its date is said: where it is another than that of the turn before. */
  readonly dated: boolean
}) {
  return (
    <div className="group/turn relative grid grid-cols-[104px_minmax(0,1fr)] gap-x-3.5 px-6 py-2.5 max-sm:grid-cols-1 max-sm:px-4">
      <TurnSide turn={turn} dated={dated} />
      <div className="flex min-w-0 flex-col gap-2 select-text">
        <Standing turn={turn} />
        {/* Dimmed ink, not opacity: it must stay readable. */}
        {turn.blocks.length === 0 ? null : (
          <div className={`flex min-w-0 flex-col gap-2 ${turn.abandoned ? 'text-faint' : ''}`}>
            <TurnBlocks turn={turn} />
          </div>
        )}
        <Outcome turn={turn} />
      </div>
      <TurnActions turn={turn} />
    </div>
  )
})

/** Where in the conversation it stands, if not simply after the turn before. */
const Standing = ({ turn }: { readonly turn: Turn }): ReactNode => {
  if (turn.forkOf === null && !turn.abandoned) return null
  return (
    <p className="flex flex-wrap gap-x-2 border-l-2 border-dashed border-line-strong pl-2 text-s text-soft">
      {turn.forkOf === null ? null : turn.forkOf < 0 ? (
        <span>Begins the conversation anew.</span>
      ) : (
        <span>Goes on from turn {turn.forkOf + 1}.</span>
      )}
      {turn.abandoned ? <span>On a branch that was left.</span> : null}
    </p>
  )
}

/** What was refused or failed, and why. */
const Outcome = ({ turn }: { readonly turn: Turn }): ReactNode => {
  const { highlight } = useReading()
  const delivery = deliveryWords(turn.delivery)
  const stop = stopWords(turn.stop)
  // What the gate and the outbox note is a whole sentence.
  if ((turn.kind === 'gate' || turn.kind === 'outbox') && turn.why !== '') {
    const tone = turn.delivery === 'failed' ? 'bad' : 'warn'
    return <WhyBar tone={tone} what="" why={turn.why} highlight={highlight} />
  }
  if (turn.refused || turn.delivery === 'withheld') {
    return <WhyBar tone="warn" what={delivery || 'Refused'} why={turn.why} highlight={highlight} />
  }
  if (delivery !== '') {
    return (
      <WhyBar
        tone={turn.delivery === 'failed' ? 'bad' : 'warn'}
        what={delivery}
        why={turn.why}
        highlight={highlight}
      />
    )
  }
  if (turn.why !== '' || stop !== '') {
    return (
      <WhyBar
        tone={turn.isError ? 'bad' : 'warn'}
        what={stop.replace(/\.$/, '')}
        why={turn.why}
        highlight={highlight}
      />
    )
  }
  return null
}
