import { ImageIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Block, Turn } from '../../../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { hasTerm } from '../../../ui/text/split-by-terms.ts'
import { groupDigits } from '../../../ui/text/words.ts'
import { useReading } from '../reading.tsx'
import { CallCard } from './call-card.tsx'
import { Fold } from './fold.tsx'
import { LongText } from './long-text.tsx'

/** Blocks of one turn that are drawn; a hostile turn may have any number. */
const MAX_BLOCKS = 50

/** What a turn consists of, in order. */
export const TurnBlocks = ({ turn }: { readonly turn: Turn }): ReactNode => (
  <>
    {turn.blocks.slice(0, MAX_BLOCKS).map((block, index) => (
      // oxlint-disable-next-line react/no-array-index-key -- blocks have no name but their place in the turn
      <BlockView key={index} block={block} turn={turn} part={`${turn.turn}:${index}`} />
    ))}
    {turn.blocks.length > MAX_BLOCKS ? (
      <p className="text-faint">
        … {groupDigits(turn.blocks.length - MAX_BLOCKS)} more blocks: the raw line and an export have them
      </p>
    ) : null}
  </>
)

const BlockView = ({
  block,
  turn,
  part,
}: {
  readonly block: Block
  readonly turn: Turn
  readonly part: string
}): ReactNode => {
  const { highlight, hitTurn } = useReading()
  const terms = hitTurn === turn.turn ? highlight : []
  switch (block.kind) {
    case 'text':
      // A summary says first what it sums up, and then, in its last block, how.
      return turn.kind === 'summary' && block === turn.blocks.at(-1) ? (
        <Fold part={part} title="What came before, summed up" first={holds(block.text, terms)}>
          {() => <LongText text={block.text} cut={block.cut} turn={turn.turn} part={`${part}:text`} />}
        </Fold>
      ) : (
        <LongText text={block.text} cut={block.cut} turn={turn.turn} part={part} />
      )
    case 'thinking':
      return (
        <Fold part={part} title="Thinking" first={holds(block.text, terms)}>
          {() => (
            <LongText
              text={block.text}
              cut={block.cut}
              turn={turn.turn}
              part={`${part}:text`}
              className="border-l-2 border-line pl-3 text-soft"
            />
          )}
        </Fold>
      )
    case 'image':
      return (
        <p className="flex items-center gap-1.5 text-soft">
          <ImageIcon aria-hidden className="size-4 shrink-0" />
          <span>
            An image, <RemoteText text={block.mime || 'of no type'} className="mono" />,{' '}
            {groupDigits(block.bytes)} bytes. It is not shown.
          </span>
        </p>
      )
    case 'raw':
      return (
        <LongText
          text={block.text}
          cut={block.cut}
          turn={turn.turn}
          part={part}
          className="mono rounded-s bg-sunken px-3 py-2 text-soft"
        />
      )
    case 'call':
      return <CallCard call={block} turn={turn.turn} part={part} />
    default:
      return assertNever(block)
  }
}

/** What is folded opens by itself where what was searched for stands in it. */
const holds = (text: string, terms: readonly string[]): 'open' | 'closed' =>
  hasTerm(text, terms) ? 'open' : 'closed'
