import type Database from 'better-sqlite3'
import { type ArchiveInput, type ArchiveOutput } from '../../shared/contracts/archive.ts'
import { HIT_KINDS, type Hit } from '../../shared/contracts/archive-sessions.ts'
import { parseQuery } from '../../shared/domain/search-query.ts'
import { parseLogObject } from '../../shared/log/parse-log-line.ts'
import { logText } from '../follow/take-file.ts'
import { readAuditLine } from '../read/audit-line.ts'
import { newReaderState, readSessionLine } from '../read/entry.ts'
import { type Line, TOO_LONG } from '../read/line-form.ts'
import { createOpenFiles, type LinePlace, type OpenFiles } from '../store/open-files.ts'
import { FLAG, type TextTable } from '../store/schema.ts'
import type { SessionNames } from '../store/session-names.ts'
import { CHANGED } from '../transcript/build-turns.ts'
import { type CompiledQuery, compileQuery } from './compile-query.ts'
import { createHighlighter, type Highlighter } from './snippet.ts'

/** Of which the best are put first. */
const RANKED_AMONG = 10_000
/** Lines that changed since they were found are no hits, and others take their places: so often at most. */
const MAX_TRIES = 20

interface FoundRow extends LinePlace {
  readonly id: number
  readonly sort: string
  readonly ref: string
  readonly provider: string
  readonly row: number
  readonly line: number
  readonly part: number
  readonly at: number | null
  readonly hit: number
  readonly flags: number
  readonly role: string
  readonly tool: string
}

const FOUND = `SELECT e.id, f.path, f.dev, f.inode, f.sort, f.ref, f.provider, p.row, p.line, p.part, p.offset, p.length,
    p.crc, p.at, p.hit, p.flags, p.role, p.tool
  FROM entry e JOIN file f ON f.id = e.file AND f.doomed = 0
  JOIN part p ON p.file = e.file AND p.row = e.row AND p.line = e.line AND p.part = e.part
  WHERE e.id = ?`

export interface SearchOptions {
  readonly now: number
  readonly names: SessionNames
  readonly filesOf: (name: string) => readonly number[]
}

/** What is in the index and still stands in the files. Bad queries find what was understood of them. */
export const search = (
  database: Database.Database,
  { query: text, order, before, limit }: ArchiveInput<'search'>,
  { now, names, filesOf }: SearchOptions,
): ArchiveOutput<'search'> => {
  const { query, problems } = parseQuery(text)
  const last = query.terms.at(-1)
  const isTyping = order === 'newest' && last !== undefined && text.endsWith(last.text)
  const compiled = compileQuery(query, { now, typing: isTyping ? 'typing' : 'done', filesOf })
  const highlighter = createHighlighter(compiled.wanted)
  const found = database.prepare<[number], FoundRow>(FOUND)
  const files = createOpenFiles()
  const hits: Hit[] = []
  let more = false
  try {
    let until = Math.min(compiled.until, before ?? compiled.until)
    for (let tries = 0; tries < MAX_TRIES && hits.length <= limit; tries++) {
      const wanted = limit + 1 - hits.length
      const ids =
        order === 'ranked' ? best(database, compiled, limit) : newest(database, compiled, until, wanted)
      for (const id of ids) {
        const row = found.get(id)
        const hit = row === undefined ? undefined : hitOf(row, files, highlighter, names)
        if (hit !== undefined) hits.push(hit)
      }
      until = ids.at(-1) ?? until
      if (order === 'ranked' || ids.length < wanted) break
    }
  } finally {
    files.close()
  }
  more = hits.length > limit
  return { hits: hits.slice(0, limit), more, problems: [...problems] }
}

const newest = (
  database: Database.Database,
  { texts, match, from }: CompiledQuery,
  until: number,
  limit: number,
): readonly number[] => {
  const ids = texts.flatMap((text) =>
    database
      .prepare<[string, number, number, number], { id: number }>(
        `SELECT rowid AS id FROM ${text} WHERE ${text} MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?`,
      )
      .all(match, from, until, limit)
      .map(({ id }) => id),
  )
  return texts.length < 2 ? ids : ids.toSorted((a, b) => b - a).slice(0, limit)
}

const best = (
  database: Database.Database,
  { texts, match, from, until }: CompiledQuery,
  limit: number,
): readonly number[] =>
  texts
    .flatMap((text: TextTable) =>
      database
        .prepare<[string, number, number, number, number], { id: number; score: number }>(
          `SELECT id, score FROM (SELECT rowid AS id, rank AS score FROM ${text} WHERE ${text} MATCH ? AND rowid >= ?
            AND rowid < ? ORDER BY rowid DESC LIMIT ?) ORDER BY score, id DESC LIMIT ?`,
        )
        .all(match, from, until, RANKED_AMONG, limit),
    )
    .toSorted((a, b) => a.score - b.score || b.id - a.id)
    .slice(0, limit)
    .map(({ id }) => id)

/** Undefined where the line is not there any more: what can not be shown was not found. */
const hitOf = (
  row: FoundRow,
  files: OpenFiles,
  { snippetOf }: Highlighter,
  names: SessionNames,
): Hit | undefined => {
  const line = files.line(row)
  if (line === CHANGED) return undefined
  const { id, at, role, tool, flags, ref, path } = row
  const known = row.sort === 'session' ? names.of(path) : undefined
  const place: Hit['place'] =
    row.sort === 'session'
      ? {
          in: 'session',
          ref,
          title: known?.title ?? ref.slice(ref.lastIndexOf('/') + 1),
          key: known?.key ?? '',
          provider: row.provider,
          turn: row.row,
        }
      : { in: row.sort === 'log' ? 'log' : 'audit', file: ref, line: row.line }
  return {
    id,
    kind: HIT_KINDS[row.hit] ?? 'event',
    at,
    place,
    role,
    tool,
    ranOn: (flags & FLAG.host) !== 0 ? 'host' : (flags & FLAG.sandbox) !== 0 ? 'sandbox' : '',
    isError: (flags & FLAG.error) !== 0,
    refused: (flags & FLAG.refused) !== 0,
    snippet: snippetOf(textOf(row, line)),
  }
}

const textOf = ({ sort, line: number, part }: FoundRow, line: Line): string => {
  if (sort === 'log') return line === TOO_LONG ? '' : logText(parseLogObject(line))
  if (sort === 'audit') return readAuditLine(line).text
  const state = { ...newReaderState(), sawHeader: number > 1 }
  return readSessionLine(line, number, state).facts[part]?.text ?? ''
}
