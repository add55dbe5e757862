import { type ReactNode, useMemo } from 'react'
import { Button } from '../../../ui/button.tsx'
import { ScrollBox } from '../../../ui/scroll-box.tsx'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { groupDigits } from '../../../ui/text/words.ts'
import { FULL_TEXT, PAGE_TEXT } from '../pages/transcript-source.ts'
import { useFold, useReading } from '../reading.tsx'
import { firstLines } from './turn-words.ts'

/** At first; UTF-16 units. */
const FIRST_CHARS = 4_000
/** The same for a text that is all lines. */
const FIRST_LINES = 80
/** A text of more than these scrolls in a box of its own. */
const MANY_LINES = 400

/** A text of any length: its beginning, then as much as a page carries, then as much as a screen bears. */
export const LongText = ({
  text,
  cut,
  turn,
  part,
  className = '',
}: {
  readonly text: string
  /** UTF-16 units that are missing at its end. */
  readonly cut: number
  readonly turn: number
  readonly part: string
  readonly className?: string
}): ReactNode => {
  const { highlight, readFull } = useReading()
  const [step, unfold] = useFold(part, 0)
  const { head, lines } = useMemo(() => firstLines(text, FIRST_LINES, FIRST_CHARS), [text])
  const shown = step === 0 ? head : text
  const left = text.length - shown.length + cut
  const drawn = (
    <RemoteText
      text={shown}
      shape="block"
      most={FULL_TEXT}
      highlight={highlight}
      className={`overflow-clip ${className}`}
    />
  )
  return (
    <>
      {step > 0 && (shown.length > PAGE_TEXT || lines > MANY_LINES) ? (
        <ScrollBox label="Long text" className="max-h-[70vh]">
          {drawn}
        </ScrollBox>
      ) : (
        drawn
      )}
      {left > 0 ? (
        <div className="mt-1 flex flex-wrap items-center gap-2 text-s text-faint">
          … {groupDigits(left)} more {left === 1 ? 'character' : 'characters'}
          {text.length > shown.length || text.length < FULL_TEXT ? (
            <Button
              size="s"
              onClick={() => {
                unfold(1)
                if (cut > 0) readFull(turn)
              }}
            >
              Show more
            </Button>
          ) : (
            ': the raw line and an export have them'
          )}
        </div>
      ) : null}
    </>
  )
}
