import type Database from 'better-sqlite3'
import { createIdGiver } from './give-ids.ts'
import type { FileRow, NewPart } from './rows.ts'
import { TEXTS, type TextTable } from './schema.ts'

/** All of it happens within a transaction that the caller holds, except where it says otherwise. */
export interface IndexWriter {
  /** False where another process is writing. */
  readonly begin: () => 'begun' | 'busy'
  readonly commit: () => void
  readonly rollback: () => void
  /** True once after another process wrote. */
  readonly changedByOthers: () => boolean
  readonly fileAt: (path: string) => FileRow | undefined
  readonly files: () => readonly FileRow[]
  readonly nextFile: () => number
  readonly saveFile: (row: FileRow) => void
  /** Hides a file; its rows are deleted by `deleteSome`. */
  readonly doom: (id: number) => void
  /** Makes its entry, if it has one; to be called in the order of time. */
  readonly giveId: (part: NewPart) => number
  /** Those from one place up to another one; `ids` has their ids at the same places. */
  readonly addParts: (ids: Float64Array, parts: readonly NewPart[], from: number, to: number) => void
  /** To be called in the order of ids, which is many times faster than any other. */
  readonly addText: (id: number, part: NewPart) => void
  /** Of doomed files. @returns whether there are more */
  readonly deleteSome: (parts: number) => 'more' | 'none'
  readonly hasDoomed: () => boolean
  /** Texts whose deleted words are still in their segments. */
  readonly unpurged: () => readonly TextTable[]
  /** Writes segments anew without what was deleted, some at a time. */
  readonly purgeSome: (text: TextTable, pages: number) => 'more' | 'done'
  /** Merges segments, as many of which a search has to look through, some pages at a time. */
  readonly tidySome: (text: TextTable, pages: number) => 'more' | 'done'
  /** Outside of a transaction. Moves the WAL into the file; `truncate` leaves nothing of it. */
  readonly checkpoint: (how: 'passive' | 'truncate') => 'whole' | 'partly'
  /** Outside of a transaction. Throws all of it away. */
  readonly empty: () => void
}

const NO_ENTRY = -1
/** A statement costs more than a row. */
const PARTS_AT_ONCE = 16
const COLUMNS =
  'id, path, sort, ref, doomed, dev, inode, size, mtime, settled, offset, head, tail, lines, rows, messages, broken, last_at, updated_at, provider, state, summary'

export const createIndexWriter = (database: Database.Database): IndexWriter => {
  const ids = createIdGiver(database)
  const addingParts = (rows: number): Database.Statement =>
    database.prepare(
      // Not the default, which would have every full text write down what it holds before a statement of several rows.
      `INSERT OR FAIL INTO part(file, row, line, part, entry, offset, length, crc, at, kind, hit, flags, role, tool,
        entry_id, parent_id, fork_of) VALUES ${Array(rows)
          .fill(`(${Array(17).fill('?').join(', ')})`)
          .join(', ')}`,
    )
  const addOne = addingParts(1)
  const addMany = addingParts(PARTS_AT_ONCE)
  const perText = (sql: (text: TextTable) => string) => TEXTS.map((text) => database.prepare(sql(text)))
  const addText = perText((text) => `INSERT INTO ${text}(rowid, text, tags) VALUES(?, ?, ?)`)
  const dropText = perText((text) => `DELETE FROM ${text} WHERE rowid = ?`)
  const merge = perText((text) => `INSERT INTO ${text}(${text}, rank) VALUES('merge', ?)`)
  const fileAt = database.prepare<[string], FileRow>(
    `SELECT ${COLUMNS} FROM file WHERE path = ? AND doomed = 0`,
  )
  const files = database.prepare<[], FileRow>(`SELECT ${COLUMNS} FROM file WHERE doomed = 0`)
  const saveFile = database.prepare(
    `INSERT OR REPLACE INTO file(${COLUMNS}) VALUES(@id, @path, @sort, @ref, @doomed, @dev, @inode, @size, @mtime, @settled,
      @offset, @head, @tail, @lines, @rows, @messages, @broken, @last_at, @updated_at, @provider, @state, @summary)`,
  )
  // What it said of itself goes at once: only its number is needed to find its rows.
  const doom = database.prepare<[number]>(
    "UPDATE file SET doomed = 1, path = '', ref = '', state = '', summary = '', head = '', tail = '' WHERE id = ?",
  )
  const doomed = database.prepare<[], { id: number }>('SELECT id FROM file WHERE doomed = 1 LIMIT 1')
  const partsOf = database.prepare<
    [number, number],
    { row: number; line: number; part: number; entry: number }
  >('SELECT row, line, part, entry FROM part WHERE file = ? LIMIT ?')
  const dropPart = database.prepare('DELETE FROM part WHERE file = ? AND row = ? AND line = ? AND part = ?')
  const dropEntry = database.prepare('DELETE FROM entry WHERE id = ?')
  const dropFile = database.prepare('DELETE FROM file WHERE id = ?')
  const note = database.prepare<[string, string]>('INSERT OR REPLACE INTO meta VALUES(?, ?)')
  const forgetNote = database.prepare<[string]>('DELETE FROM meta WHERE key = ?')
  const noted = database.prepare<[string], { value: string }>('SELECT value FROM meta WHERE key = ?')
  const changes = database.prepare<[], { n: number }>('SELECT total_changes() AS n')
  const version = database.prepare<[], { data_version: number }>('PRAGMA data_version')
  let seen = version.get()?.data_version

  /** Below zero: until all is one segment. */
  const mergeSome = (text: TextTable, pages: number): 'more' | 'done' => {
    const before = changes.get()?.n ?? 0
    merge[TEXTS.indexOf(text)]?.run(pages)
    // The command counts itself as one change; what it wrote comes on top (SQLite, FTS5 6.8).
    return (changes.get()?.n ?? 0) - before >= 2 ? 'more' : 'done'
  }

  return {
    begin() {
      try {
        database.exec('BEGIN IMMEDIATE')
      } catch (error) {
        if (isHeld(error)) return 'busy'
        throw error
      }
      ids.forget()
      return 'begun'
    },
    commit: () => void database.exec('COMMIT'),
    rollback() {
      if (database.inTransaction) database.exec('ROLLBACK')
    },
    changedByOthers() {
      const now = version.get()?.data_version
      const changed = now !== seen
      seen = now
      return changed
    },
    fileAt: (path) => fileAt.get(path),
    files: () => files.all(),
    nextFile() {
      const id = Number(noted.get('first-file')?.value ?? '1')
      note.run('first-file', String(id + 1))
      return id
    },
    saveFile: (row) => void saveFile.run(row),
    doom: (id) => void doom.run(id),
    giveId: (part) =>
      part.tags === ''
        ? NO_ENTRY
        : ids.add(part.order, part.parity, part.file, part.row, part.line, part.part),
    addParts(given, parts, from, to) {
      for (let at = from; at < to; ) {
        const count = to - at < PARTS_AT_ONCE ? 1 : PARTS_AT_ONCE
        const values: unknown[] = []
        for (const end = at + count; at < end; at++) {
          const part = parts[at]
          if (part !== undefined) pushValues(values, given[at] ?? NO_ENTRY, part)
        }
        const statement = count === 1 ? addOne : addMany
        // As arguments: the values of an array are fetched one by one, which is twice as slow.
        statement.run(...values)
      }
    },
    addText(id, { parity, text, tags }) {
      if (id !== NO_ENTRY) addText[parity]?.run(id, text, tags)
    },
    deleteSome(count) {
      const file = doomed.get()?.id
      if (file === undefined) return 'none'
      const parts = partsOf.all(file, count)
      const touched = new Set<TextTable>()
      for (const { row, line, part, entry } of parts) {
        if (entry !== NO_ENTRY) {
          const parity = entry % 2 === 0 ? 0 : 1
          touched.add(TEXTS[parity])
          dropText[parity]?.run(entry)
          dropEntry.run(entry)
        }
        dropPart.run(file, row, line, part)
      }
      for (const text of touched) note.run(`purge ${text}`, '1')
      if (parts.length < count) dropFile.run(file)
      return doomed.get() === undefined ? 'none' : 'more'
    },
    hasDoomed: () => doomed.get() !== undefined,
    unpurged: () => TEXTS.filter((text) => noted.get(`purge ${text}`) !== undefined),
    purgeSome(text, pages) {
      if (mergeSome(text, -pages) === 'more') return 'more'
      forgetNote.run(`purge ${text}`)
      return 'done'
    },
    tidySome: mergeSome,
    checkpoint(how) {
      const [result] = database
        .prepare<[], { busy: number; log: number; checkpointed: number }>(
          how === 'truncate' ? 'PRAGMA wal_checkpoint(TRUNCATE)' : 'PRAGMA wal_checkpoint(PASSIVE)',
        )
        .all()
      return result === undefined || result.busy !== 0 || result.log !== result.checkpointed
        ? 'partly'
        : 'whole'
    },
    empty() {
      database.exec('BEGIN IMMEDIATE')
      try {
        for (const { id } of files.all()) doom.run(id)
        for (const text of TEXTS) {
          database.exec(`INSERT INTO ${text}(${text}) VALUES('delete-all')`)
          forgetNote.run(`purge ${text}`)
        }
        database.exec('DELETE FROM part; DELETE FROM entry; DELETE FROM file; DELETE FROM crowd;')
        database.exec('COMMIT')
      } catch (error) {
        if (database.inTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
  }
}

const pushValues = (values: unknown[], id: number, part: NewPart): void => {
  values.push(
    part.file,
    part.row,
    part.line,
    part.part,
    id,
    part.offset,
    part.length,
    part.crc,
    part.at,
    part.kind,
    part.hit,
    part.flags,
    part.role,
    part.tool,
    part.entryId,
    part.parentId,
    part.forkOf,
  )
}

const isHeld = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_SNAPSHOT')
