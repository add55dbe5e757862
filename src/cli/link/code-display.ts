import type { CliContext } from '../context.ts'
import { qrLines } from './qr-lines.ts'

/** What is to be scanned, and until when, milliseconds since the epoch. */
interface ShownCode {
  readonly text: string
  readonly until: number
}

export interface CodeDisplay {
  /** Shows this code in the place of the one before; null: none. To be called again as time passes. */
  readonly show: (code: ShownCode | null) => void
}

/** Draws codes: on a terminal each in the place of the one before, with the time that is left; elsewhere one after the other. */
export const createCodeDisplay = ({
  screen,
  print,
  now,
}: Pick<CliContext, 'screen' | 'print' | 'now'>): CodeDisplay => {
  let shown = ''
  let last = ''
  /** Lines that are on the terminal and go with the next code. */
  let drawn = 0

  const onPaper = (code: ShownCode | null): void => {
    if (code === null || code.text === shown) return
    shown = code.text
    for (const line of qrLines(code.text, 'plain').lines) print(line)
    print(timeLeft(code, now()))
  }

  const onScreen = (terminal: NonNullable<CliContext['screen']>, code: ShownCode | null): void => {
    const lines = code === null ? [] : drawing(code, terminal.width(), now())
    const isNew = code?.text !== shown
    // What has left the window at the top can not be drawn over: then there is one drawing a code, and no clock.
    const fits = lines.length < terminal.height()
    const text = lines.map((line) => `${line}\n`).join('')
    if (!isNew && (!fits || text === last)) return
    shown = code?.text ?? ''
    last = text
    const erased = drawn === 0 ? '' : `\u001b[${String(drawn)}A\r\u001b[0J`
    drawn = fits ? lines.length : 0
    if (erased !== '' || text !== '') terminal.write(`${erased}${text}`)
  }

  return { show: (code) => (screen === undefined ? onPaper(code) : onScreen(screen, code)) }
}

const drawing = (code: ShownCode, width: number, now: number): readonly string[] => {
  const qr = qrLines(code.text, 'coloured')
  return qr.width > width
    ? [`The code needs a window of ${String(qr.width)} columns, and this one has ${String(width)}.`]
    : [...qr.lines, timeLeft(code, now)]
}

const timeLeft = ({ until }: ShownCode, now: number): string => {
  const seconds = Math.max(0, Math.ceil((until - now) / 1_000))
  return seconds === 0
    ? 'Waiting for a new code.'
    : `Good for ${String(seconds)} s. A new one follows by itself.`
}
