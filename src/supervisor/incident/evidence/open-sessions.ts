import { join } from 'node:path'
import type { IncidentSession } from '../../../shared/contracts/stop-views.ts'
import { readBounded } from '../../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { isObject, linesOf, parseObject } from '../files/json-lines.ts'
import { readTail } from '../files/read-tail.ts'

const MAX_INDEX_BYTES = 16 * 1024 * 1024
/** The journal is compacted at each start of the gateway; more than this is not normal operation. */
const MAX_JOURNAL_BYTES = 16 * 1024 * 1024
const MAX_SESSIONS = 200
const MAX_KEY = 200
/** What “used shortly before” means. */
const RECENT_MS = 24 * 60 * 60 * 1_000

/** What may be the name of a transcript: nothing that leads out of the folder, and no hidden file. */
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

export const isSessionId = (text: string): boolean => SESSION_ID.test(text)

export interface OpenSessions {
  /** Newest first. */
  readonly sessions: readonly IncidentSession[]
  /** What could not be read, in sentences. */
  readonly notes: readonly string[]
}

/**
 * The conversations with a message that was accepted and not answered, and those used in the day before `at`. Read
 * leniently, because other programs write these files too, and a gateway that went wrong may have. No text of them.
 */
export const openSessions = async (paths: StatePaths, at: number): Promise<OpenSessions> => {
  const index = await readIndex(join(paths.sessions, 'sessions.json'))
  const waiting = await readUnanswered(join(paths.gateway, 'inbox.jsonl'))
  const listed = index.entries.map(({ key, sessionId, updatedAt }) => ({
    key,
    sessionId,
    updatedAt,
    midTurn: waiting.since.has(key),
  }))
  const known = new Set(listed.map(({ key }) => key))
  // A first message may have been accepted before its transcript was begun.
  const unlisted = [...waiting.since]
    .filter(([key]) => !known.has(key))
    .map(([key, updatedAt]) => ({ key, sessionId: '', updatedAt, midTurn: true }))
  const found = [...listed, ...unlisted]
    .filter(({ midTurn, updatedAt }) => midTurn || updatedAt >= at - RECENT_MS)
    .sort((a, b) => Number(b.midTurn) - Number(a.midTurn) || b.updatedAt - a.updatedAt)
  const left = found.length - MAX_SESSIONS
  return {
    sessions: found.slice(0, MAX_SESSIONS).sort((a, b) => b.updatedAt - a.updatedAt),
    notes: [
      ...index.notes,
      ...waiting.notes,
      ...(left > 0 ? [`${String(left)} more sessions are not listed.`] : []),
    ],
  }
}

const readIndex = async (path: string) => {
  const found = await readBounded(path, MAX_INDEX_BYTES)
  if (found.kind === 'absent') return { entries: [], notes: [] }
  const root = found.kind === 'text' ? parseObject(found.text) : undefined
  if (root === undefined) {
    const why = found.kind === 'text' ? 'is not a JSON object' : found.why
    return { entries: [], notes: [`sessions.json was not used: it ${why}.`] }
  }
  const entries = Object.entries(root).flatMap(([key, entry]) => {
    if (!isObject(entry) || key === '' || key.length > MAX_KEY) return []
    const { sessionId, updatedAt } = entry
    const id = typeof sessionId === 'string' && isSessionId(sessionId) ? sessionId : ''
    return [{ key, sessionId: id, updatedAt: timeOf(updatedAt) }]
  })
  return { entries, notes: [] }
}

/** Session key to the time of its newest message that is accepted and not done. */
const readUnanswered = async (path: string) => {
  const since = new Map<string, number>()
  const found = await readTail(path, MAX_JOURNAL_BYTES)
  if (found.kind === 'absent') return { since, notes: [] }
  if (found.kind === 'unfit') return { since, notes: [`The inbox journal was not used: it ${found.why}.`] }
  const open = new Map<string, { readonly key: string; readonly at: number }>()
  let unread = 0
  for (const line of linesOf(found.bytes)) {
    const { t, eventId, session, acceptedAt } = parseObject(line) ?? {}
    if (t === 'done' && typeof eventId === 'string') open.delete(eventId)
    else if (t === 'accepted' && typeof eventId === 'string' && typeof session === 'string') {
      if (session !== '' && session.length <= MAX_KEY)
        open.set(eventId, { key: session, at: timeOf(acceptedAt) })
    } else if (t !== 'seen') unread += 1
  }
  for (const { key, at } of open.values()) since.set(key, Math.max(at, since.get(key) ?? 0))
  return {
    since,
    notes: [
      ...(unread > 0 ? [`${String(unread)} lines of the inbox journal can not be read.`] : []),
      ...(found.before > 0 ? [`Only the end of the inbox journal was read: it is very large.`] : []),
    ],
  }
}

const timeOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
