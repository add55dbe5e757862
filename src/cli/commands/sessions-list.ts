import { MAX_PAGE } from '../../shared/contracts/archive-scalars.ts'
import { type SessionRow } from '../../shared/contracts/archive-sessions.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { ArchiveClient } from '../../supervisor/archive/archive-client.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'
import { showTime } from '../show-time.ts'
import { withArchive } from '../with-archive.ts'

export interface SessionsListOptions {
  readonly limit: number
  readonly json?: boolean
}

/** Every session whose transcript is there, the one that was used last first. */
export const sessionsList = (context: CliContext, options: SessionsListOptions): Promise<void> =>
  withArchive(context, async ({ archive }) => {
    const { print, warn } = context
    const { total, rows } = await newest(archive, options.limit)
    if (options.json === true) {
      print(toSafeJson({ total, sessions: rows }))
      return
    }
    if (total === 0) print('There is no session.')
    for (const row of rows) print(visibleLine(lineOf(row)))
    if (total > rows.length) warn(`${String(total - rows.length)} more: --limit ${String(total)}`)
  })

const newest = async (
  archive: ArchiveClient,
  limit: number,
): Promise<{ readonly total: number; readonly rows: readonly SessionRow[] }> => {
  const rows: SessionRow[] = []
  for (;;) {
    const page = await archive.ask('sessions', {
      limit: Math.min(MAX_PAGE, limit - rows.length),
      offset: rows.length,
    })
    rows.push(...page.rows)
    if (rows.length >= limit || page.rows.length === 0) return { total: page.total, rows }
  }
}

const counted = (count: number, what: string): readonly string[] =>
  count === 0 ? [] : [`${String(count)} ${count === 1 ? what : `${what}s`}`]

const lineOf = (row: SessionRow): string => {
  const facts = [
    row.turns === 1 ? '1 turn' : `${String(row.turns)} turns`,
    ...counted(row.calls, 'call'),
    ...counted(row.errors, 'error'),
    ...(row.refusals === 0 ? [] : [`${String(row.refusals)} refused`]),
    ...counted(row.brokenLines, 'broken line'),
    ...(row.host ? ['host'] : []),
    ...(row.sandbox ? ['box'] : []),
  ]
  const title = [row.key, row.id, ''].includes(row.title) ? '' : `  ${row.title}`
  return `${showTime(row.updatedAt)}  ${row.key === '' ? row.ref : row.key}${title}  (${facts.join(', ')})  ${row.id}`
}
