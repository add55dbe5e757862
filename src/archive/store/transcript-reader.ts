import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { type ArchiveInput, type ArchiveOutput } from '../../shared/contracts/archive.ts'
import { HIT_KINDS } from '../../shared/contracts/archive-sessions.ts'
import { type SEEK_KINDS, TURN_KINDS, type Turn } from '../../shared/contracts/archive-transcript.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { linesOf, MAX_LINE_BYTES, readAt } from '../follow/read-lines.ts'
import { branchesOf } from '../read/branches.ts'
import { TOO_LONG } from '../read/line-form.ts'
import { tagOf } from '../search/tags.ts'
import { buildTurns, type ReadStoredLine } from '../transcript/build-turns.ts'
import { createOpenFiles, type LinePlace } from './open-files.ts'
import { FLAG } from './schema.ts'

/**
 * Bytes of lines that one page reads; it has fewer turns then, but one at least. A byte of a file can be six in an
 * answer, which has to stay below what the supervisor takes for a line (64 MiB).
 */
const MAX_PAGE_BYTES = 8 * 1024 * 1024
/** Bytes of one row that are read: thousands of results may say that they belong to one call. */
const MAX_ROW_BYTES = 32 * 1024 * 1024
const MAX_ANSWER_BYTES = 48 * 1024 * 1024
const MAX_PAGE_LINES = 10_000
const MAX_RAW_BYTES = 256 * 1024
const LINES_BYTES = 1024 * 1024

interface TranscriptFile {
  readonly id: number
  readonly path: string
  readonly ref: string
  readonly dev: number
  readonly inode: number
  readonly offset: number
  readonly lines: number
  readonly rows: number
}

export interface TranscriptReader {
  /** Undefined where there is no such transcript. */
  readonly file: (ref: string) => TranscriptFile | undefined
  readonly page: (input: ArchiveInput<'page'>) => ArchiveOutput<'page'>
  readonly seek: (input: ArchiveInput<'seek'>) => ArchiveOutput<'seek'>
  readonly raw: (input: ArchiveInput<'raw'>) => ArchiveOutput<'raw'>
  readonly lines: (input: ArchiveInput<'lines'>) => ArchiveOutput<'lines'>
  readonly ofEvent: (event: string) => { readonly ref: string; readonly turn: number } | null
  /** The row of a file that is nearest to a moment, milliseconds since the epoch; the last one without one. */
  readonly near: (file: number, at: number | null) => number | null
}

const SEEKS: Readonly<Record<(typeof SEEK_KINDS)[number], string>> = {
  tool: `hit = ${HIT_KINDS.indexOf('call')}`,
  error: `flags & ${FLAG.error} <> 0`,
  refusal: `flags & ${FLAG.refused} <> 0`,
  user: `kind = ${TURN_KINDS.indexOf('user')} AND flags & ${FLAG.own} <> 0`,
  branch: 'fork_of IS NOT NULL',
}

interface PartRow {
  readonly row: number
  readonly line: number
  readonly offset: number
  readonly length: number
  readonly crc: number
  readonly fork_of: number | null
}

interface Branch {
  readonly file: number
  readonly lines: number
  readonly abandoned: ReadonlySet<number>
  readonly forkOf: ReadonlyMap<number, number>
}

export const transcriptReader = (database: Database.Database): TranscriptReader => {
  const fileAt = database.prepare<[string], TranscriptFile>(
    "SELECT id, path, ref, dev, inode, offset, lines, rows FROM file WHERE ref = ? AND sort = 'session' AND doomed = 0",
  )
  const partsIn = database.prepare<[number, number, number, number], PartRow>(
    `SELECT row, line, offset, length, crc, fork_of FROM part WHERE file = ? AND row >= ? AND row < ? AND part = 0
      ORDER BY row, line LIMIT ?`,
  )
  const forked = database.prepare<[number, number], { line: number }>(
    'SELECT line FROM part WHERE file = ? AND fork_of IS NOT NULL AND line > ? LIMIT 1',
  )
  const entries = database.prepare<
    [number],
    { row: number; line: number; entry_id: string; parent_id: string | null; fork_of: number | null }
  >(
    "SELECT row, line, entry_id, parent_id, fork_of FROM part WHERE file = ? AND part = 0 AND entry_id <> '' ORDER BY line",
  )
  const ownLine = database.prepare<[number, number], PartRow>(
    `SELECT row, line, offset, length, crc, fork_of FROM part WHERE file = ? AND row = ? AND part = 0
      ORDER BY flags & ${FLAG.own} DESC, line LIMIT 1`,
  )
  const seeks = (what: (typeof SEEK_KINDS)[number], next: 'next' | 'previous') =>
    database.prepare<[number, number, number], { row: number }>(
      `SELECT row FROM part WHERE file = ? AND row ${next === 'next' ? '>' : '<'} ? AND row < ? AND ${SEEKS[what]}
        ORDER BY row ${next === 'next' ? 'ASC' : 'DESC'} LIMIT 1`,
    )
  const byEvent = database.prepare<[string], { ref: string; row: number }>(
    `SELECT f.ref, e.row FROM session_text JOIN entry e ON e.id = session_text.rowid
      JOIN file f ON f.id = e.file AND f.doomed = 0 AND e.row < f.rows
      WHERE session_text MATCH ? ORDER BY session_text.rowid LIMIT 1`,
  )
  const before = database.prepare<[number, number], { row: number; at: number }>(
    'SELECT row, at FROM part WHERE file = ? AND at <= ? ORDER BY at DESC, row DESC LIMIT 1',
  )
  const after = database.prepare<[number, number], { row: number; at: number }>(
    'SELECT row, at FROM part WHERE file = ? AND at > ? ORDER BY at, row LIMIT 1',
  )
  const rowsOf = database.prepare<[number], { rows: number }>('SELECT rows FROM file WHERE id = ?')
  let known: Branch | undefined

  const fileOf = (ref: string): TranscriptFile => {
    const file = fileAt.get(ref)
    if (file !== undefined) return file
    throw new ClawdbotError(
      'archive_refused',
      `There is no transcript ${ref}.`,
      'It may have been deleted. clawdbot sessions list shows what there is.',
    )
  }

  /** Undefined where the conversation never went back. */
  const branchOf = ({ id, lines }: TranscriptFile): Branch | undefined => {
    // What goes straight on changes nothing for what was there before.
    if (known?.file === id && known.lines <= lines && forked.get(id, known.lines) === undefined) {
      return { ...known, lines }
    }
    if (forked.get(id, 0) === undefined) return undefined
    let last: string | null = null
    const tree = entries.all(id).map(({ row, entry_id: entryId, parent_id: parentId, fork_of: forkOf }) => {
      const entry = { row, entryId, parentId: forkOf === null ? last : parentId }
      last = entryId
      return entry
    })
    known = { file: id, lines, ...branchesOf(tree) }
    return known
  }

  const placeOf = ({ path, dev, inode }: TranscriptFile, { offset, length, crc }: PartRow): LinePlace => ({
    path,
    dev,
    inode,
    offset,
    length,
    crc,
  })

  return {
    file: (ref) => fileAt.get(ref),
    page({ ref, from, count, maxText }) {
      const file = fileOf(ref)
      const branch = branchOf(file)
      const parts = partsIn.all(file.id, from, Math.min(from + count, file.rows), MAX_PAGE_LINES)
      const files = createOpenFiles()
      const lines: ReadStoredLine[] = []
      let bytes = 0
      // A row of which not all lines are here is for the next page: without its results it would be another row.
      let unfinished = parts.length === MAX_PAGE_LINES ? parts.at(-1)?.row : undefined
      try {
        for (const part of parts) {
          // A line that is too long is not read at all.
          const cost = part.length > MAX_LINE_BYTES ? 0 : part.length
          if (part.row > from && bytes + cost > MAX_PAGE_BYTES) {
            unfinished = part.row
            break
          }
          bytes += cost
          const text =
            part.row === from && bytes > MAX_ROW_BYTES ? NOT_SHOWN : files.line(placeOf(file, part))
          lines.push({
            line: part.line,
            offset: part.offset,
            length: part.length,
            row: part.row,
            forkOf: branch === undefined ? null : (branch.forkOf.get(part.row) ?? null),
            abandoned: branch?.abandoned.has(part.row) ?? false,
            text,
          })
        }
      } finally {
        files.close()
      }
      const whole = lines.filter(({ row }) => row === from || row !== unfinished)
      return { generation: file.id, total: file.rows, turns: [...turnsThatFit(whole, bytes, maxText)] }
    },
    seek({ ref, from, direction, what }) {
      const file = fileOf(ref)
      return { turn: seeks(what, direction).get(file.id, from, file.rows)?.row ?? null }
    },
    raw({ ref, turn }) {
      const file = fileOf(ref)
      const part = ownLine.get(file.id, turn)
      if (part === undefined) return { text: '', line: 0, cut: 0 }
      return withFile(file, (fd) => {
        const bytes = readAt(fd, part.offset, Math.min(part.length, MAX_RAW_BYTES))
        return { text: bytes.toString('utf8'), line: part.line, cut: Math.max(0, part.length - bytes.length) }
      })
    },
    lines({ ref, from }) {
      const file = fileOf(ref)
      return withFile(file, (fd) => {
        const source = linesOf(fd, from, Math.max(from, fstatSync(fd).size))
        const lines: string[] = []
        let next = from
        for (let found = source.next(); found !== null; found = source.next()) {
          for (const line of found) {
            lines.push(line.text === TOO_LONG ? standIn(line.length) : line.text)
            next = line.offset + line.length + 1
            if (next - from >= LINES_BYTES) return { lines, next }
          }
        }
        return { lines, next: null }
      })
    },
    ofEvent(event) {
      const found = byEvent.get(`tags : "${tagOf('event', event)}"`)
      return found === undefined ? null : { ref: found.ref, turn: found.row }
    },
    near(file, at) {
      const rows = rowsOf.get(file)?.rows ?? 0
      if (rows === 0) return null
      if (at === null) return rows - 1
      const [earlier, later] = [before.get(file, at), after.get(file, at)]
      const nearest =
        earlier === undefined || (later !== undefined && later.at - at < at - earlier.at) ? later : earlier
      return nearest === undefined ? rows - 1 : Math.min(nearest.row, rows - 1)
    },
  }
}

const NOT_SHOWN =
  '(This is not shown, because its row has too much in it. The file, and its JSONL, have all of it.)'

/** With texts cut shorter where all of them together would be more than anybody takes. */
const turnsThatFit = (lines: readonly ReadStoredLine[], bytes: number, maxText: number): readonly Turn[] => {
  let most = maxText
  for (;;) {
    const turns = buildTurns(lines, most)
    if (bytes <= MAX_PAGE_BYTES || most < 2) return turns
    if (Buffer.byteLength(JSON.stringify(turns)) <= MAX_ANSWER_BYTES) return turns
    most = Math.floor(most / 2)
  }
}

/** What an export has in the place of a line that is too long to be read. */
const standIn = (bytes: number): string => JSON.stringify({ type: 'clawdbot.too_long', bytes })

const withFile = <T>({ path, ref, dev, inode }: TranscriptFile, use: (fd: number) => T): T => {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const stats = fstatSync(fd)
    if (!stats.isFile() || stats.dev !== dev || stats.ino !== inode) throw new Error('it was replaced')
    return use(fd)
  } catch (error) {
    throw new ClawdbotError(
      'archive_refused',
      `The transcript ${ref} can not be read: ${error instanceof Error ? error.message : String(error)}.`,
      'It may have been replaced or deleted a moment ago. Try again.',
      error,
    )
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
