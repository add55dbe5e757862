import type { CallResult } from '../../shared/contracts/archive-transcript.ts'
import { isObject, type JsonObject, numberIn } from '../read/json.ts'
import { isRefusedResult, saidIn } from '../read/message-facts.ts'
import { momentOf } from '../read/when.ts'
import type { Cutter } from './cutter.ts'

/** How the existing Clawdbot's `bash` and `exec` say it, at the end of their output. */
const EXITED = /(?:Command|Process) exited with code (\d{1,9})\)?\.?\s*$/
const TIMED_OUT = /(?:Command|Process) timed out after [\d.]+ seconds\)?\.?\s*$/
/** UTF-16 units of the end that are looked at. */
const TAIL = 120

/** What a call came to, from a `toolResult` of ours, of pi's or of the existing Clawdbot. */
export const callResult = (message: JsonObject, entryTime: number | null, cut: Cutter): CallResult => {
  const { content, details } = message
  const known = isObject(details) ? details : {}
  const text = textAndPictures(content)
  const tail = text.slice(-TAIL)
  const isError = message['isError'] === true
  return {
    ...cut(text),
    at: entryTime ?? momentOf(message['timestamp']),
    isError,
    refused: isRefusedResult(details),
    exitCode: numberIn(known, 'exitCode') ?? (isError ? exitCodeIn(tail) : null),
    signal: numberIn(known, 'signal') ?? null,
    timedOut: known['timedOut'] === true || (isError && TIMED_OUT.test(tail)),
    durationMs: numberIn(known, 'durationMs') ?? null,
    dropped: Math.max(0, Math.trunc(numberIn(known, 'dropped') ?? 0)),
    ranOn: placeOf(known['place']),
  }
}

/** Of pi's `bashExecution`: a command that the user ran. */
export const commandResult = (message: JsonObject, entryTime: number | null, cut: Cutter): CallResult => {
  const exitCode = numberIn(message, 'exitCode') ?? null
  const output = message['output']
  return {
    ...cut(typeof output === 'string' ? output : ''),
    at: entryTime ?? momentOf(message['timestamp']),
    isError: exitCode !== null && exitCode !== 0,
    refused: false,
    exitCode,
    signal: null,
    timedOut: false,
    durationMs: null,
    dropped: 0,
    ranOn: 'host',
  }
}

const exitCodeIn = (tail: string): number | null => {
  const found = EXITED.exec(tail)?.[1]
  return found === undefined ? null : Number(found)
}

const placeOf = (place: unknown): CallResult['ranOn'] =>
  place === 'host' || place === 'sandbox' || place === 'messenger' ? place : ''

/** A picture in a result is a line that says so. */
const textAndPictures = (content: unknown): string => {
  const said = saidIn(content)
  const pictures = Array.isArray(content)
    ? content.filter((part) => isObject(part) && part['type'] === 'image').length
    : 0
  if (pictures === 0) return said
  const line = pictures === 1 ? '(a picture)' : `(${pictures} pictures)`
  return said === '' ? line : `${said}\n${line}`
}
