import { join } from 'node:path'
import type { TranscriptLine, TranscriptTail } from '../../shared/contracts/bridge.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isSessionId } from './evidence/open-sessions.ts'
import { isObject, type JsonObject, LINE_FEED, linesOf, parseObject } from './files/json-lines.ts'
import { openPlain } from './files/plain-file.ts'
import { readTail } from './files/read-tail.ts'

const MAX_ENTRIES = 200
const MAX_TAIL_BYTES = 4 * 1024 * 1024
/** UTF-16 units of one entry. */
const MAX_TEXT = 8_000
const MAX_ROLE = 60
/** Earlier lines are counted as far as this. A transcript is at most as large. */
const MAX_COUNTED_BYTES = 64 * 1024 * 1024
const COUNT_BYTES = 256 * 1024

/** The file of a session. Errors: `incident_unknown` for an id that can not be the name of a transcript. */
export const transcriptFile = (paths: StatePaths, sessionId: string): string => {
  if (isSessionId(sessionId)) return join(paths.sessions, `${sessionId}.jsonl`)
  throw new ClawdbotError(
    'incident_unknown',
    'That is not the id of a session.',
    'Choose one of the sessions that the incident lists.',
  )
}

/**
 * The last 200 entries of a transcript in pi's session format (peers 1.6), as they stand there: this shows what was
 * said, to the owner. A line that is no entry is shown as such, because hiding it would hide what happened.
 * @throws ClawdbotError `incident_unknown` where there is none; `store_unreadable`.
 */
export const readTranscriptTail = async (paths: StatePaths, sessionId: string): Promise<TranscriptTail> => {
  const file = transcriptFile(paths, sessionId)
  const found = await readTail(file, MAX_TAIL_BYTES)
  if (found.kind === 'absent') {
    throw new ClawdbotError(
      'incident_unknown',
      `There is no transcript ${file}.`,
      'The conversation may have been stopped before its first line was written.',
    )
  }
  if (found.kind === 'unfit') {
    throw new ClawdbotError(
      'store_unreadable',
      `The transcript ${file} ${found.why}.`,
      'Look at the file itself; nothing was changed.',
    )
  }
  const lines = linesOf(found.bytes)
    .map(lineOf)
    .filter((line) => line !== undefined)
  const before = found.before === 0 ? 0 : Math.max(0, (await countLines(file, found.before)) - 1)
  const kept = lines.slice(-MAX_ENTRIES)
  return { earlier: before + lines.length - kept.length, lines: kept }
}

const lineOf = (line: string): TranscriptLine | undefined => {
  const entry = parseObject(line)
  if (entry === undefined) return { at: null, role: 'unreadable', text: bounded(line) }
  // The header says nothing that anybody said.
  if (entry['type'] === 'session') return undefined
  const { message, timestamp, type, customType } = entry
  const at = typeof timestamp === 'string' ? timeOf(timestamp) : null
  if (type === 'message' && isObject(message)) {
    const role = typeof message['role'] === 'string' ? message['role'] : 'message'
    return { at, role: role.slice(0, MAX_ROLE), text: bounded(textOf(message)) }
  }
  const kind = typeof customType === 'string' ? customType : typeof type === 'string' ? type : 'unknown'
  return { at, role: kind.slice(0, MAX_ROLE), text: bounded(eventText(entry)) }
}

const timeOf = (timestamp: string): number | null => {
  const at = Date.parse(timestamp)
  return Number.isNaN(at) ? null : at
}

/** Text as it is; of a tool call its name and arguments, because they are what the agent did. */
const textOf = ({ content, errorMessage }: JsonObject): string => {
  const parts = typeof content === 'string' ? [content] : Array.isArray(content) ? content.map(partText) : []
  const failure = typeof errorMessage === 'string' ? [`(${errorMessage})`] : []
  return [...parts, ...failure].filter((text) => text !== '').join('\n')
}

const partText = (part: unknown): string => {
  if (!isObject(part)) return ''
  const { type, text, thinking, name, arguments: given } = part
  if (type === 'text' && typeof text === 'string') return text
  if (type === 'thinking' && typeof thinking === 'string') return `(thought) ${thinking}`
  if (type === 'toolCall' && typeof name === 'string') return `(tool) ${name} ${asJson(given ?? {})}`
  return typeof type === 'string' ? `(${type.slice(0, MAX_ROLE)})` : ''
}

const eventText = ({ data, summary, content }: JsonObject): string => {
  if (typeof summary === 'string') return summary
  if (content !== undefined) return textOf({ content })
  return data === undefined ? '' : asJson(data)
}

const asJson = (value: unknown): string => {
  try {
    return JSON.stringify(value)
  } catch {
    // Parsing takes any depth and writing does not.
    return '(nested too deep to show)'
  }
}

const bounded = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${String(text.length - MAX_TEXT)} more)`

/** Line breaks in the first so many bytes of a file, as far as anybody wants to wait for. */
const countLines = async (path: string, bytes: number): Promise<number> => {
  const opened = await openPlain(path)
  if (opened.kind !== 'open') return 0
  try {
    const buffer = Buffer.alloc(COUNT_BYTES)
    const end = Math.min(bytes, MAX_COUNTED_BYTES)
    let lines = 0
    for (let at = 0; at < end; ) {
      const { bytesRead } = await opened.file.read(buffer, 0, Math.min(COUNT_BYTES, end - at), at)
      if (bytesRead === 0) break
      at += bytesRead
      const piece = buffer.subarray(0, bytesRead)
      for (let found = piece.indexOf(LINE_FEED); found !== -1; found = piece.indexOf(LINE_FEED, found + 1)) {
        lines += 1
      }
    }
    return lines
  } finally {
    await opened.file.close()
  }
}
