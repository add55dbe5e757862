import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { SessionKey } from '../../shared/domain/session.ts'

/** What `sessions.json` says about one session: the existing Clawdbot's fields (peers 1.6) that we set. */
export interface SessionFields {
  readonly sessionId: string
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
  readonly chatType: 'direct'
  readonly surface?: string
  readonly lastChannel?: string
  readonly lastTo?: string
  readonly model?: string
  readonly modelProvider?: string
  /** Tokens of the last turn. */
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly totalTokens?: number
  readonly abortedLastRun?: boolean
  readonly systemSent?: boolean
}

/** `sessions.json`: session key to what is known of the session. Fields and keys of others are kept. */
export interface SessionIndex {
  /** Undefined also where the entry's id is not one that may become a file name. */
  sessionIdOf(key: SessionKey): string | undefined
  /** Changes some fields of one entry, and writes the file. @throws the system's error; then nothing changed. */
  set(key: SessionKey, fields: Partial<SessionFields>): void
}

export interface LoadedIndex {
  readonly index: SessionIndex
  /** Where a file that was no JSON object has been put. */
  readonly setAside: string | undefined
}

type Entries = Readonly<Record<string, unknown>>

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Reads `path`, or begins empty. @throws the system's error if it can not be read. */
export const loadSessionIndex = (path: string, now: () => number): LoadedIndex => {
  const read = readEntries(path)
  const setAside = read === 'corrupt' ? putAside(path, now()) : undefined
  let entries: Entries = read === 'corrupt' ? {} : read
  return {
    setAside,
    index: {
      sessionIdOf(key) {
        const sessionId = fieldsOf(entries, key)['sessionId']
        return typeof sessionId === 'string' && UUID.test(sessionId) ? sessionId : undefined
      },
      set(key, fields) {
        // Not a plain object literal: a key could be __proto__ in a file that others write.
        const next = new Map(Object.entries(entries)).set(key, { ...fieldsOf(entries, key), ...fields })
        const changed = Object.fromEntries(next)
        writeWhole(path, `${JSON.stringify(changed, null, 2)}\n`)
        entries = changed
      },
    },
  }
}

const fieldsOf = (entries: Entries, key: string): Entries => {
  const found = Object.hasOwn(entries, key) ? entries[key] : undefined
  return isObject(found) ? found : {}
}

const readEntries = (path: string): Entries | 'corrupt' => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : 'corrupt'
  } catch {
    // The caller puts the file aside; nothing of it is lost, and nothing is guessed from it.
    return 'corrupt'
  }
}

const isObject = (value: unknown): value is Entries =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const putAside = (path: string, now: number): string => {
  const stamp = new Date(now).toISOString().replaceAll(':', '-')
  for (let copy = 0; ; copy += 1) {
    const aside = `${path}.corrupt-${stamp}${copy === 0 ? '' : `-${copy}`}`
    if (statSync(aside, { throwIfNoEntry: false }) !== undefined) continue
    renameSync(path, aside)
    return aside
  }
}

/** All or nothing: a temporary file whose every write is durable (fsync is refused here), then a rename. */
const writeWhole = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.tmp`
  const { O_WRONLY, O_CREAT, O_TRUNC, O_DSYNC, O_NOFOLLOW } = constants
  const flags = O_WRONLY | O_CREAT | O_TRUNC | (O_DSYNC ?? 0) | (O_NOFOLLOW ?? 0)
  const fd = openSync(temporary, flags, 0o600)
  try {
    const bytes = Buffer.from(text)
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
  } catch (error) {
    closeSync(fd)
    unlinkSync(temporary)
    throw error
  }
  closeSync(fd)
  renameSync(temporary, path)
}
