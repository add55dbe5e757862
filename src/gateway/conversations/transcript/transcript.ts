import type { TurnMessage } from '../../agent/turn.ts'
import { branchOf, createContext } from './context.ts'
import { type Entry, SESSION_VERSION } from './entry.ts'
import { createEventLog, type EventState } from './event-log.ts'
import { FACTS } from './facts.ts'
import { readTranscript } from './read-transcript.ts'
import { createTranscriptFile, openTranscriptFile, type TranscriptFile } from './transcript-file.ts'

/** An entry without what the transcript adds: id, parent and time. */
export type NewEntry = Readonly<{ id?: string }> &
  (
    | { readonly type: 'message'; readonly message: NonNullable<Entry['message']> }
    | { readonly type: 'custom'; readonly customType: string; readonly data: object }
  )

export interface Transcript {
  /** Appends entries in one write that is durable when this returns. @throws the system's error. */
  append(...entries: readonly NewEntry[]): void
  stateOf(eventId: string): EventState
  has(entryId: string): boolean
  /** What the model is to see of the conversation so far. */
  messages(): readonly TurnMessage[]
  /** False if the file at its path is another one now, or gone. */
  isCurrent(): boolean
  close(): void
}

export interface TranscriptOptions {
  readonly now: () => number
  /** 8 hex digits. */
  readonly newId: () => string
  readonly contextTokens: number
}

export interface SessionHeader {
  /** A uuid; also the name of the file. */
  readonly id: string
  readonly cwd: string
  /** The path of the transcript that this one continues. */
  readonly parentSession?: string | undefined
}

export type OpenedTranscript =
  | { readonly kind: 'open'; readonly transcript: Transcript; readonly cutBytes: number }
  | { readonly kind: 'broken'; readonly why: string }

/**
 * Opens a transcript and makes its end whole again; makes it if it is not there.
 * @throws the system's error if it can not be read, mended or made.
 */
export const openTranscript = (
  path: string,
  header: SessionHeader,
  options: TranscriptOptions,
): OpenedTranscript => {
  const opened = openTranscriptFile(path)
  if (opened.kind === 'too_large') return { kind: 'broken', why: 'it has become too large' }
  if (opened.kind === 'missing') return begin(createTranscriptFile(path), header, options)
  const { file, bytes } = opened
  try {
    const read = readTranscript(bytes)
    if (read.kind === 'unborn') {
      file.truncate(0)
      return begin(file, header, options)
    }
    if (read.kind === 'broken') {
      file.close()
      return read
    }
    const cutBytes = bytes.length - read.keepBytes
    if (cutBytes > 0) file.truncate(read.keepBytes)
    if (read.needsLineBreak) file.append('\n')
    const transcript = follow(file, read.entries, options)
    if (cutBytes > 0) transcript.append({ type: 'custom', customType: FACTS.torn, data: { bytes: cutBytes } })
    return { kind: 'open', transcript, cutBytes }
  } catch (error) {
    file.close()
    throw error
  }
}

/**
 * Opens a transcript that is there and whole. One that is missing, or would have to be mended, is left to its next turn.
 * @throws the system's error if it can not be read.
 */
export const openWholeTranscript = (path: string, options: TranscriptOptions): Transcript | undefined => {
  const opened = openTranscriptFile(path)
  if (opened.kind !== 'open') return undefined
  const { file, bytes } = opened
  try {
    const read = readTranscript(bytes)
    if (read.kind === 'whole' && read.keepBytes === bytes.length && !read.needsLineBreak)
      return follow(file, read.entries, options)
    file.close()
    return undefined
  } catch (error) {
    file.close()
    throw error
  }
}

const begin = (file: TranscriptFile, header: SessionHeader, options: TranscriptOptions): OpenedTranscript => {
  try {
    const { id, cwd, parentSession } = header
    const timestamp = new Date(options.now()).toISOString()
    file.append(
      `${JSON.stringify({ type: 'session', version: SESSION_VERSION, id, timestamp, cwd, parentSession })}\n`,
    )
    return { kind: 'open', transcript: follow(file, [], options), cutBytes: 0 }
  } catch (error) {
    file.close()
    throw error
  }
}

const follow = (file: TranscriptFile, entries: readonly Entry[], options: TranscriptOptions): Transcript => {
  const ids = new Set(entries.map((entry) => entry.id))
  const events = createEventLog()
  for (const entry of entries) events.add(entry)
  const context = createContext(branchOf(entries), options.contextTokens)
  let last = entries.at(-1)?.id ?? null

  const freshId = (): string => {
    for (;;) {
      const id = options.newId()
      if (!ids.has(id)) return id
    }
  }
  return {
    append(...added) {
      const timestamp = new Date(options.now()).toISOString()
      const finished: Entry[] = []
      let parentId = last
      for (const { type, id = freshId(), ...rest } of added) {
        ids.add(id)
        finished.push({ type, id, parentId, timestamp, ...rest })
        parentId = id
      }
      file.append(finished.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
      for (const entry of finished) {
        events.add(entry)
        context.add(entry)
      }
      last = parentId
    },
    stateOf: (eventId) => events.stateOf(eventId),
    has: (entryId) => ids.has(entryId),
    messages: () => context.messages(),
    isCurrent: () => file.isCurrent(),
    close: () => file.close(),
  }
}
