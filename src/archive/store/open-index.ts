import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { APPLICATION_ID, INDEX_VERSION, LEAF_BYTES, PAGE_BYTES, SCHEMA, TEXTS } from './schema.ts'

export interface Index {
  /** Written by the indexer alone, in transactions that may last over several turns of the event loop. */
  readonly writer: Database.Database
  /** Sees what was committed, also while the writer is in the middle of something. */
  readonly reader: Database.Database
  /** False where another file stands at its path now: then somebody else made it anew. */
  readonly isCurrent: () => boolean
  /** Whether its files could be taken for another index's when they are closed. */
  readonly close: () => void
}

const SIDE_FILES = ['', '-wal', '-shm', '-journal'] as const

/**
 * Opens the index, and makes it where there is none. One that is damaged, of another version or no index at all is
 * removed and made anew: it holds nothing that is not in the files.
 * @throws ClawdbotError `disk_full`, `state_not_writable`, `store_busy`
 */
export const openIndex = (folder: string, now: () => number): Index => {
  const path = join(folder, 'index.db')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    shut(folder)
    removeLeftovers(path)
    try {
      return connect(path, now)
    } catch (error) {
      if (!isDamage(error)) throw error
      discardIndex(path)
      return connect(path, now)
    }
  } catch (error) {
    throw indexFailure(error, path)
  }
}

/** Moved first: a process that still has the old files open can not mistake the new ones for them. */
export const discardIndex = (path: string): void => {
  for (const suffix of SIDE_FILES) {
    rmSync(asideOf(path, suffix), { force: true, recursive: true })
    try {
      renameSync(path + suffix, asideOf(path, suffix))
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error
    }
    rmSync(asideOf(path, suffix), { force: true, recursive: true })
  }
}

const asideOf = (path: string, suffix: string): string => `${path}.old${suffix}`

/** Whoever was killed while discarding left an index that may hold what was deleted since. */
const removeLeftovers = (path: string): void => {
  for (const suffix of SIDE_FILES) rmSync(asideOf(path, suffix), { force: true, recursive: true })
}

/** What the index says is as private as the transcripts. */
const shut = (folder: string): void => {
  if (process.platform !== 'win32' && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** It is no index of ours, or what it says can not be right. */
export const isDamage = (error: unknown): boolean =>
  error instanceof WrongIndex ||
  (error instanceof Database.SqliteError &&
    /^SQLITE_(?:CORRUPT|NOTADB|FORMAT|MISMATCH|ERROR$|SCHEMA|IOERR_SHORT_READ|CANTOPEN_ISDIR)/.test(
      error.code,
    )) ||
  isErrno(error, 'EISDIR')

/** The same for an answer: a query that SQLite does not take is no damage. */
export const isCorrupt = (error: unknown): boolean =>
  error instanceof Database.SqliteError &&
  /^SQLITE_(?:CORRUPT|NOTADB|FORMAT|IOERR_SHORT_READ)/.test(error.code)

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(?:BUSY|LOCKED)/.test(error.code)

class WrongIndex extends Error {}

const connect = (path: string, now: () => number): Index => {
  const foreign = SIDE_FILES.find((suffix) => isForeign(path + suffix))
  if (foreign !== undefined) throw new WrongIndex(`${path}${foreign} is no plain file of its own`)
  const writer = new Database(path, { timeout: 2_000 })
  try {
    if (process.platform !== 'win32') chmodSync(path, 0o600)
    setUp(writer)
    prepare(writer, now)
    const reader = new Database(path, { timeout: 2_000 })
    setUp(reader)
    reader.pragma('query_only = ON')
    // Never waits while it holds the event loop: the indexer comes again.
    writer.pragma('busy_timeout = 0')
    const opened = inodeOf(path)
    return {
      writer,
      reader,
      isCurrent: () => opened !== undefined && inodeOf(path) === opened,
      close: () => {
        reader.close()
        writer.close()
      },
    }
  } catch (error) {
    writer.close()
    throw error
  }
}

/** A link or a second name of another file would have us write into that file; anything else would keep us out. */
const isForeign = (path: string): boolean => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && (!stats.isFile() || stats.nlink > 1)
}

const inodeOf = (path: string): string | undefined => {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}

const setUp = (database: Database.Database): void => {
  // Of a new file; one that is there keeps its own.
  database.pragma(`page_size = ${PAGE_BYTES}`)
  database.pragma('journal_mode = WAL')
  // A power cut may take the newest part of it, which is then read again; it can not damage it.
  database.pragma('synchronous = NORMAL')
  // What was deleted is overwritten, not only unlinked.
  database.pragma('secure_delete = ON')
  database.pragma('temp_store = MEMORY')
  database.pragma('cache_size = -32768')
  database.pragma('wal_autocheckpoint = 0')
  database.pragma('trusted_schema = OFF')
}

const prepare = (database: Database.Database, now: () => number): void => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const version = database.pragma('user_version', { simple: true })
    const owner = database.pragma('application_id', { simple: true })
    const tables =
      database.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0
    if (version === 0 && owner === 0 && tables === 0) create(database, now())
    else if (version !== INDEX_VERSION || owner !== APPLICATION_ID) throw new WrongIndex('of another version')
    database.exec('COMMIT')
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Segments are merged by `tidySome`, in steps of a few milliseconds, and never within a commit, which would hold the loop. */
const FULL_TEXT = [
  // Larger than any round writes, so that a round is one segment.
  ['hashsize', 33_554_432],
  ['pgsz', LEAF_BYTES],
  ['automerge', 0],
  ['crisismerge', 1_900],
  ['usermerge', 8],
] as const

const create = (database: Database.Database, now: number): void => {
  database.exec(SCHEMA)
  for (const text of TEXTS) {
    for (const [name, value] of FULL_TEXT) {
      database.exec(`INSERT INTO ${text}(${text}, rank) VALUES('${name}', ${value})`)
    }
  }
  // Numbers of files are the generations of transcripts: those of an index made anew must not be those of the old.
  database.prepare('INSERT INTO meta VALUES(?, ?)').run('first-file', String(Math.floor(now / 1000)))
  database.pragma(`user_version = ${INDEX_VERSION}`)
  database.pragma(`application_id = ${APPLICATION_ID}`)
}

/** Why the index can not be written, in the product's words. */
export const indexFailure = (error: unknown, path: string): ClawdbotError => {
  if (error instanceof ClawdbotError) return error
  const code = error instanceof Database.SqliteError ? error.code : ''
  if (code === 'SQLITE_FULL' || isErrno(error, 'ENOSPC', 'EDQUOT')) {
    return new ClawdbotError(
      'disk_full',
      `The disk is full: the index at ${path} can not grow.`,
      'Free some space. What was found before can be searched meanwhile, and the rest follows by itself.',
      error,
    )
  }
  if (isBusy(error)) {
    return new ClawdbotError(
      'store_busy',
      `The index at ${path} is held by another process.`,
      'It is tried again by itself.',
      error,
    )
  }
  if (
    /^SQLITE_(?:IOERR|READONLY|CANTOPEN|PERM)/.test(code) ||
    isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST')
  ) {
    return new ClawdbotError(
      'state_not_writable',
      `The index at ${path} can not be written: ${error instanceof Error ? error.message : String(error)}.`,
      'Make the folder writable for this user. It is tried again by itself.',
      error,
    )
  }
  return new ClawdbotError(
    'internal',
    `The index at ${path} failed: ${error instanceof Error ? error.message : String(error)}.`,
    'clawdbot archive rebuild makes it anew.',
    error,
  )
}
