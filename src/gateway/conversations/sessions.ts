import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionKey } from '../../shared/domain/session.ts'
import type { Logger } from '../../shared/log/logger.ts'
import { loadSessionIndex, type SessionFields, type SessionIndex } from './session-index.ts'
import {
  type NewEntry,
  openTranscript,
  openWholeTranscript,
  type Transcript,
} from './transcript/transcript.ts'

/** Transcripts that stay open between turns; the one not used for longest is closed first. */
const MAX_OPEN = 16

/** One conversation on disk. */
export interface Session {
  readonly transcript: Transcript
  /** Notes in `sessions.json` what the last turn changed. A failure is logged: nothing depends on it. */
  note(fields: Partial<SessionFields>): void
}

export interface Sessions {
  /** Opens the session of a key, or begins it, for one turn. @throws the system's error if the disk refuses. */
  open(key: SessionKey): Session
  /** The turn is over: the transcript may be closed when others need its place. */
  release(key: SessionKey): void
  /** Whether a session has begun under this key. @throws the system's error if that can not be read. */
  isKnown(key: SessionKey): boolean
  /**
   * Notes something besides the turns in a transcript that is there and whole; else nowhere. It makes and mends nothing.
   * @throws the system's error if the disk refuses.
   */
  append(key: SessionKey, entry: NewEntry): void
  /** After a failed write: what is in memory may not be what is on disk. */
  forget(key: SessionKey): void
  close(): void
}

export interface SessionsOptions {
  readonly stateDir: string
  readonly log: Logger
  readonly now: () => number
  readonly newId: () => string
  readonly newSessionId: () => string
  readonly contextTokens: number
}

/** The sessions of one state directory: `sessions/sessions.json` and a transcript for each. */
export const createSessions = (options: SessionsOptions): Sessions => {
  const { log, now } = options
  const folder = join(options.stateDir, 'sessions')
  const pathOf = (sessionId: string): string => join(folder, `${sessionId}.jsonl`)
  const opened = new Map<SessionKey, Session>()
  const inUse = new Set<SessionKey>()
  let loaded: SessionIndex | undefined

  const index = (): SessionIndex => {
    if (loaded !== undefined) return loaded
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const found = loadSessionIndex(join(folder, 'sessions.json'), now)
    if (found.setAside !== undefined) {
      log.error('sessions.json is damaged; new sessions are begun, and the old transcripts are kept', {
        setAside: found.setAside,
      })
    }
    loaded = found.index
    return loaded
  }

  const begin = (key: SessionKey, parentSession: string | undefined): Transcript => {
    const id = options.newSessionId()
    // First the name, then the file: after a crash between the two the file is made, and never a second one.
    index().set(key, { sessionId: id, updatedAt: now(), chatType: 'direct' })
    return openFile(key, id, parentSession)
  }

  const openFile = (key: SessionKey, id: string, parentSession?: string): Transcript => {
    const path = pathOf(id)
    const result = openTranscript(path, { id, cwd: options.stateDir, parentSession }, options)
    if (result.kind === 'broken') {
      log.error('a transcript can not be trusted; it is left as it is and continued in a new one', {
        session: key,
        path,
        why: result.why,
      })
      return begin(key, path)
    }
    if (result.cutBytes > 0) {
      log.warn('the last line of a transcript was incomplete and has been cut off', {
        session: key,
        path,
        bytes: result.cutBytes,
      })
    }
    return result.transcript
  }

  const forget = (key: SessionKey): void => {
    opened.get(key)?.transcript.close()
    opened.delete(key)
  }

  const sessionOf = (key: SessionKey): Session => {
    const id = index().sessionIdOf(key)
    return over(key, id === undefined ? begin(key, undefined) : openFile(key, id))
  }

  const over = (key: SessionKey, transcript: Transcript): Session => ({
    transcript,
    note(fields) {
      try {
        index().set(key, { ...fields, updatedAt: now() })
      } catch (error) {
        log.error('sessions.json could not be written', { session: key, error })
      }
    },
  })

  /** One that is there and whole, opened if need be. Nothing is made and nothing mended. */
  const wholeTranscript = (key: SessionKey): Transcript | undefined => {
    const known = opened.get(key)
    if (known?.transcript.isCurrent() === true) return known.transcript
    // A turn that runs finds out by itself that its file is another one.
    if (inUse.has(key)) return undefined
    forget(key)
    const id = index().sessionIdOf(key)
    const transcript = id === undefined ? undefined : openWholeTranscript(pathOf(id), options)
    if (transcript !== undefined) opened.set(key, over(key, transcript))
    return transcript
  }

  const closeIdle = (): void => {
    const idle = [...opened.keys()].filter((each) => !inUse.has(each))
    for (const each of idle.slice(0, Math.max(0, opened.size - MAX_OPEN))) forget(each)
  }

  return {
    open(key) {
      const known = opened.get(key)
      // Somebody may have tidied up while we run.
      if (known !== undefined && !known.transcript.isCurrent()) forget(key)
      const session = opened.get(key) ?? sessionOf(key)
      opened.set(key, session)
      inUse.add(key)
      return session
    },
    release(key) {
      inUse.delete(key)
      const session = opened.get(key)
      if (session === undefined) return
      // To the end of the line.
      opened.delete(key)
      opened.set(key, session)
      closeIdle()
    },
    isKnown: (key) => index().sessionIdOf(key) !== undefined,
    append(key, entry) {
      wholeTranscript(key)?.append(entry)
      closeIdle()
    },
    forget,
    close() {
      for (const key of opened.keys()) forget(key)
    },
  }
}
