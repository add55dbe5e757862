import type { LogRow } from '../../../shared/contracts/archive-log.ts'
import type { ExportSecrets } from '../../../shared/contracts/bridge.ts'
import type { ArchiveClient } from '../archive-client.ts'
import { headOf } from './export-head.ts'
import { type Redact, redactJsonLine } from './redact-json.ts'
import { type WhereTo, writeTarget } from './write-target.ts'

/** Rows that are held at once. */
const PAGE = 500

export interface ExportLog extends WhereTo {
  readonly archive: Pick<ArchiveClient, 'ask'>
  /** The view that is open. */
  readonly view: number
  readonly secrets: ExportSecrets
  readonly redact: Redact
  readonly now: () => number
  readonly program: string
}

export interface ExportedLog {
  readonly file: string
  readonly rows: number
  readonly bytes: number
}

/**
 * Writes the rows that the open view has now, as JSON, one a line, after a line that says what this is.
 * @throws ClawdbotError those of the archive, and of the place; then there is no file.
 */
export const exportLog = async (options: ExportLog): Promise<ExportedLog> => {
  const count = { rows: 0 }
  const written = await writeTarget(options, rowsOf(options, count))
  return { ...written, rows: count.rows }
}

const rowsOf = async function* (
  { archive, view, secrets, redact, now, program }: ExportLog,
  count: { rows: number },
): AsyncGenerator<string> {
  yield `${JSON.stringify({ type: 'clawdbot.export', ...headOf(program, now(), 'log', secrets) })}\n`
  // Rows found later than others come before them, with numbers below zero: these are the first and the last now.
  const { row: first } = await archive.ask('logFind', { by: 'number', view, number: 0 })
  const { row: last } = await archive.ask('logFind', { by: 'time', view, at: Number.MAX_SAFE_INTEGER })
  if (first === null || last === null) return
  for (let from = first; from <= last; ) {
    const { rows } = await archive.ask('logPage', { view, from, count: Math.min(PAGE, last - from + 1) })
    if (rows.length === 0) return
    for (const row of rows) yield `${secrets === 'redact' ? redacted(row, redact) : written(row)}\n`
    from += rows.length
    count.rows += rows.length
  }
}

/** Fields are JSON as text; as JSON they are easier to read and to redact. */
const written = ({ fields, ...row }: LogRow): string => {
  if (fields === '') return JSON.stringify(row)
  try {
    return JSON.stringify({ ...row, fields: JSON.parse(fields) })
  } catch {
    // Cut, not JSON, or nested too deep to be written: they stay the text that they are.
    return JSON.stringify({ ...row, fields })
  }
}

/** Fields that nest too deep to be redacted one by one are redacted as the text that they are. */
const redacted = (row: LogRow, redact: Redact): string =>
  redactJsonLine(written(row), redact) ?? redactJsonLine(JSON.stringify(row), redact) ?? UNWRITABLE

/** Not reached: a row is one level of plain values. A line that can not be redacted is never written as it is. */
const UNWRITABLE = '{"unwritable":true}'
