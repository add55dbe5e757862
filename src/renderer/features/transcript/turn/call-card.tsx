import { FilePen, FileText, Pencil, Send, SquareTerminal, Wrench } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Block, CallResult } from '../../../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import { Tag, type Tone } from '../../../ui/tag.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { ChangeView } from '../diff/change-view.tsx'
import { useReading } from '../reading.tsx'
import { Fold } from './fold.tsx'
import { LongText } from './long-text.tsx'
import { Output } from './output.tsx'
import { endWords, spanWords } from './turn-words.ts'
import { WhyBar } from './why-bar.tsx'

type Call = Extract<Block, { readonly kind: 'call' }>

/** One call of a tool: what it was asked, where it ran, how it ended, what came of it. */
export const CallCard = ({
  call,
  turn,
  part,
}: {
  readonly call: Call
  readonly turn: number
  readonly part: string
}): ReactNode => {
  const { highlight } = useReading()
  const { result } = call
  return (
    <div className="forced-line overflow-clip rounded-m border border-line">
      <div className="flex min-h-8 flex-wrap items-center gap-x-2.5 gap-y-1 bg-raised px-3 py-1">
        {iconOf(call.tool)}
        <span className="flex min-w-32 flex-1 flex-wrap items-baseline gap-x-2.5">
          <RemoteText text={call.tool || 'a tool without a name'} className="mono font-medium" />
          <RemoteText text={call.brief} most={300} highlight={highlight} className="mono text-soft" />
        </span>
        <Place ranOn={result?.ranOn ?? ''} />
        {result === null ? <Tag>no result</Tag> : <End result={result} />}
        {result?.durationMs == null ? null : (
          <span className="mono text-s text-soft">{spanWords(result.durationMs)}</span>
        )}
      </div>
      {call.change === null ? null : <ChangeView change={call.change} />}
      {result === null ? null : result.refused ? (
        <WhyBar tone="warn" what="Refused" why={result.text} highlight={highlight} />
      ) : call.change !== null && !result.isError ? null : (
        <Output result={result} turn={turn} part={`${part}:output`} />
      )}
      {call.arguments === '' || call.arguments === '{}' ? null : (
        <div className="border-t border-line px-3 py-1 text-s">
          <Fold part={`${part}:arguments`} title="Arguments">
            {() => (
              <LongText
                text={call.arguments}
                cut={call.cut}
                turn={turn}
                part={`${part}:all arguments`}
                className="mono"
              />
            )}
          </Fold>
        </div>
      )}
    </div>
  )
}

const Place = ({ ranOn }: { readonly ranOn: CallResult['ranOn'] }): ReactNode => {
  switch (ranOn) {
    case 'host':
      return <Tag tone="bad">host</Tag>
    case 'sandbox':
      return <Tag>box</Tag>
    case 'messenger':
      return <Tag>messenger</Tag>
    case '':
      return null
    default:
      return assertNever(ranOn)
  }
}

const End = ({ result }: { readonly result: CallResult }): ReactNode => {
  const words = endWords(result)
  const tone: Tone = result.refused ? 'warn' : result.isError || result.timedOut ? 'bad' : 'good'
  return words === '' ? null : <Tag tone={tone}>{words}</Tag>
}

const iconOf = (tool: string): ReactNode => {
  switch (tool) {
    case 'bash':
      return <SquareTerminal aria-hidden className="size-4 shrink-0" />
    case 'read':
      return <FileText aria-hidden className="size-4 shrink-0" />
    case 'write':
      return <FilePen aria-hidden className="size-4 shrink-0" />
    case 'edit':
      return <Pencil aria-hidden className="size-4 shrink-0" />
    case 'send':
      return <Send aria-hidden className="size-4 shrink-0" />
    default:
      return <Wrench aria-hidden className="size-4 shrink-0" />
  }
}
