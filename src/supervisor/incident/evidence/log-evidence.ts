import { linesOf } from '../files/json-lines.ts'
import { readTail } from '../files/read-tail.ts'

const MAX_BYTES = 1024 * 1024
const MAX_LINES = 2_000

export interface LogEvidence {
  /** JSON Lines, as they stood in the log. */
  readonly text: string
  readonly notes: readonly string[]
}

/** The end of the log up to the stop, redacted once more: whoever wrote a line may have gone wrong. */
export const logEvidence = async (
  logFile: string | undefined,
  redact: (text: string) => string,
): Promise<LogEvidence> => {
  if (logFile === undefined) return { text: '', notes: ['Nobody could say where the log is.'] }
  const found = await readTail(logFile, MAX_BYTES)
  if (found.kind === 'absent') return { text: '', notes: [`There is no log at ${logFile}.`] }
  if (found.kind === 'unfit')
    return { text: '', notes: [`The log ${logFile} was not kept: it ${found.why}.`] }
  // As one text, because a key in PEM form has many lines; and before the cut, which could divide it.
  const lines = linesOf(Buffer.from(redact(found.bytes.toString('utf8'))))
  const kept = lines.slice(-MAX_LINES)
  const cut = found.before > 0 || kept.length < lines.length
  return {
    text: kept.map((line) => `${line}\n`).join(''),
    notes: cut ? [`Of the log ${logFile} the last ${String(kept.length)} lines were kept.`] : [],
  }
}
