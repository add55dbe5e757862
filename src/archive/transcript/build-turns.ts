import type { Turn } from '../../shared/contracts/archive-transcript.ts'
import { formOf, TOO_LONG } from '../read/line-form.ts'
import { createCutter } from './cutter.ts'
import { CHANGED, type FormedLine, type ReadStoredLine } from './stored-line.ts'
import { turnOf } from './turn-of.ts'

export { CHANGED, type ReadStoredLine } from './stored-line.ts'

const CHANGED_WHY = 'The file has changed here since it was read; it is being read again.'

/**
 * The turns of one page, in the order of their rows. Texts are as they stand in the file, whatever they contain.
 * @param lines all lines of these rows, in the order of the file within each
 * @param maxText UTF-16 units of one text
 */
export const buildTurns = (lines: readonly ReadStoredLine[], maxText: number): readonly Turn[] => {
  const rows = new Map<number, FormedLine[]>()
  for (const line of lines) {
    const formed = formedLine(line)
    if (formed === undefined) continue
    const row = rows.get(line.row)
    if (row === undefined) rows.set(line.row, [formed])
    else row.push(formed)
  }
  return [...rows.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, row]) => turnOf(row, createCutter(maxText)))
    .filter((turn) => turn !== undefined)
}

const formedLine = (line: ReadStoredLine): FormedLine | undefined => {
  const { text } = line
  if (text === CHANGED) {
    return { ...line, text: '', form: { is: 'broken', why: CHANGED_WHY, entry: undefined } }
  }
  const form = formOf(text)
  if (form.is === 'blank') return undefined
  return { ...line, text: text === TOO_LONG ? '' : text, form }
}
