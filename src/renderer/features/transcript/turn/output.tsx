import { type ReactNode, useLayoutEffect, useMemo, useRef } from 'react'
import type { CallResult } from '../../../../shared/contracts/archive-transcript.ts'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { hasTerm } from '../../../ui/text/split-by-terms.ts'
import { groupDigits } from '../../../ui/text/words.ts'
import { FULL_TEXT } from '../pages/transcript-source.ts'
import { useFold, useReading } from '../reading.tsx'
import { firstLines } from './turn-words.ts'

const FIRST_LINES = 12
/** The same for an output that has no lines. UTF-16 units. */
const FIRST_CHARS = 2_000

/** What a tool put out: its first lines, and on demand all there is, in a box that scrolls. */
export const Output = ({
  result: { text, cut, dropped },
  turn,
  part,
}: {
  readonly result: CallResult
  readonly turn: number
  readonly part: string
}): ReactNode => {
  const { highlight, hitTurn, readFull } = useReading()
  const { head, lines, shown } = useMemo(() => firstLines(text, FIRST_LINES, FIRST_CHARS), [text])
  const isHitBelow = hitTurn === turn && hasTerm(text.slice(head.length), highlight)
  const [step, unfold] = useFold(part, isHitBelow ? 1 : 0)
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const hit = isHitBelow ? box.current?.querySelector('mark') : null
    if (hit) box.current?.scrollTo({ top: hit.offsetTop - 40, behavior: 'instant' })
  }, [isHitBelow])
  const isFolded = step === 0 && (head.length < text.length - 1 || cut > 0)
  const isAll = cut === 0
  if (text === '') return <p className="px-3 py-2 text-s text-faint">No output.</p>
  return (
    <div className="bg-sunken font-mono text-s">
      {/* A group, not a region: there are as many as calls, and none is a landmark. */}
      <div
        ref={box}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a fieldset is of a form
        role="group"
        aria-label="Output"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must take the focus
        {...(isFolded ? {} : { tabIndex: 0 })}
        className="relative max-h-96 overflow-auto px-3 py-2 select-text"
      >
        <RemoteText
          text={isFolded ? head : text}
          shape="block"
          most={FULL_TEXT}
          highlight={highlight}
          className="overflow-clip leading-[18px]"
        />
      </div>
      {isFolded || step > 0 || dropped > 0 ? (
        <div className="flex flex-wrap items-center gap-x-3 border-t border-line px-3 py-1 text-faint">
          <span>
            {isFolded ? `${groupDigits(shown)} of ${groupDigits(lines)}` : groupDigits(lines)}
            {isAll ? '' : '+'} {lines === 1 ? 'line' : 'lines'}
            {isAll ? '' : ` · ${groupDigits(cut)} characters not read`}
            {dropped > 0 ? ` · ${groupDigits(dropped)} bytes were not kept` : ''}
          </span>
          <span className="flex-1" />
          {isFolded || (cut > 0 && text.length < FULL_TEXT) ? (
            <FoldButton
              onClick={() => {
                unfold(1)
                if (cut > 0) readFull(turn)
              }}
            >
              Show more
            </FoldButton>
          ) : null}
          {step > 0 ? <FoldButton onClick={() => unfold(0)}>Show less</FoldButton> : null}
        </div>
      ) : null}
    </div>
  )
}

const FoldButton = ({
  onClick,
  children,
}: {
  readonly onClick: () => void
  readonly children: string
}): ReactNode => (
  <button
    type="button"
    onClick={onClick}
    className="rounded-s px-1 font-sans text-soft underline hover:text-fg"
  >
    {children}
  </button>
)
