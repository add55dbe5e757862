import { MAX_PAGE, MAX_QUERY } from '../../shared/contracts/archive-scalars.ts'
import { type Hit } from '../../shared/contracts/archive-sessions.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { ArchiveClient } from '../../supervisor/archive/archive-client.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'
import { queryOf } from '../query-of.ts'
import { showTime } from '../show-time.ts'
import { withArchive } from '../with-archive.ts'

export interface SessionsSearchOptions {
  readonly ranked?: boolean
  readonly limit: number
  readonly json?: boolean
}

/** What was searched for, newest first, or the best first. Nothing found is no failure. */
export const sessionsSearch = async (
  context: CliContext,
  words: readonly string[],
  options: SessionsSearchOptions,
): Promise<void> => {
  const { print, warn } = context
  const query = queryOf(words)
  if (query.length > MAX_QUERY) {
    throw new UsageError(`a query of more than ${String(MAX_QUERY)} characters`, 'Search for less.')
  }
  await withArchive(context, async ({ archive }) => {
    const { hits, more, problems } = await find(archive, query, options)
    for (const problem of problems) warn(`clawdbot: ${visibleLine(problem)}`)
    if (options.json === true) {
      print(toSafeJson({ query, hits, more, problems }))
      return
    }
    for (const hit of hits) print(lineOf(hit, context))
    if (hits.length === 0) warn('Nothing was found.')
    if (more) warn(`There is more: --limit ${String(options.limit * 2)}`)
  })
}

interface Found {
  readonly hits: readonly Hit[]
  readonly more: boolean
  readonly problems: readonly string[]
}

const find = async (
  archive: ArchiveClient,
  query: string,
  { ranked, limit }: SessionsSearchOptions,
): Promise<Found> => {
  const order = ranked === true ? 'ranked' : 'newest'
  const hits: Hit[] = []
  for (;;) {
    const before = hits.at(-1)?.id ?? null
    const page = await archive.ask('search', {
      query,
      order,
      before,
      limit: Math.min(MAX_PAGE, limit - hits.length),
    })
    hits.push(...page.hits)
    const over = !page.more || page.hits.length === 0 || hits.length >= limit || order === 'ranked'
    if (over) return { hits, more: page.more, problems: page.problems }
  }
}

const lineOf = (
  { at, place, role, tool, ranOn, isError, refused, snippet }: Hit,
  context: CliContext,
): string => {
  const where =
    place.in === 'session'
      ? `${place.key === '' ? place.ref : place.key} turn ${String(place.turn)}`
      : `${place.file}:${String(place.line)}`
  const marks = [ranOn === 'sandbox' ? 'box' : ranOn, isError ? 'error' : '', refused ? 'refused' : '']
  const what = [role, tool, ...marks].filter((word) => word !== '').join(' ')
  const text = snippet
    .map((piece) => (piece.hit ? context.strong(visibleLine(piece.text)) : visibleLine(piece.text)))
    .join('')
  return `${visibleLine(`${showTime(at)}  ${where}  ${what}`)}  ${text}`
}
