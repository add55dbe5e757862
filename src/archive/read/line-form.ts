// What a line of a session file is, in all versions of pi's format: 1 (one after the other, without ids), 2 (a tree)
// and 3 (`hookMessage` is called `custom`). Sources: peers 1.6; pi's docs/session.md.
import {
  INTERRUPTED,
  type Inbound,
  inboundOf,
  interruptedEvent,
  type Outbound,
  outboundOf,
  type Refused,
  refusedOf,
  TORN,
  tornBytes,
} from './clawdbot-facts.ts'
import { isObject, type JsonObject, parseObject, stringIn } from './json.ts'

/** Stands for a line that is longer than is read. Not a word, because a file could have that word as a line. */
export const TOO_LONG: unique symbol = Symbol('too long')
export type Line = string | typeof TOO_LONG

export type LineForm =
  /** White space: no row. */
  | { readonly is: 'blank' }
  /** No JSON, or not of the form of its type. `why` is a sentence. */
  | { readonly is: 'broken'; readonly why: string; readonly entry: JsonObject | undefined }
  | { readonly is: 'header'; readonly entry: JsonObject }
  | {
      readonly is: 'user' | 'assistant' | 'result' | 'command'
      readonly entry: JsonObject
      readonly message: JsonObject
    }
  /** Of a compaction, or of a branch that was left. */
  | {
      readonly is: 'summary'
      readonly entry: JsonObject
      readonly of: 'compaction' | 'branch'
      readonly text: string
    }
  | { readonly is: 'change'; readonly entry: JsonObject; readonly of: 'model' | 'thinking' }
  /** What a program or a hook put into the conversation. */
  | {
      readonly is: 'custom message'
      readonly entry: JsonObject
      readonly name: string
      readonly content: unknown
    }
  | { readonly is: 'label' | 'name'; readonly entry: JsonObject }
  | { readonly is: 'inbound'; readonly entry: JsonObject; readonly fact: Inbound }
  | { readonly is: 'outbound'; readonly entry: JsonObject; readonly fact: Outbound }
  | { readonly is: 'refused'; readonly entry: JsonObject; readonly fact: Refused }
  | { readonly is: 'interrupted'; readonly entry: JsonObject; readonly event: string }
  | { readonly is: 'torn'; readonly entry: JsonObject; readonly bytes: number }
  /** What a program keeps there for itself. */
  | { readonly is: 'custom'; readonly entry: JsonObject }
  | { readonly is: 'unknown'; readonly entry: JsonObject }

/** Never throws, whatever the line is. */
export const formOf = (line: Line): LineForm => {
  if (line === TOO_LONG) return { is: 'broken', why: 'This line is longer than is read.', entry: undefined }
  const entry = parseObject(line)
  if (entry === undefined) {
    return line.trim() === ''
      ? { is: 'blank' }
      : { is: 'broken', why: 'This line is not JSON.', entry: undefined }
  }
  switch (entry['type']) {
    case 'message':
      return messageForm(entry)
    case 'session':
      return { is: 'header', entry }
    case 'compaction':
      return summaryForm(entry, 'compaction', entry['summary'])
    case 'branch_summary':
      return summaryForm(entry, 'branch', entry['summary'])
    case 'model_change':
      return { is: 'change', entry, of: 'model' }
    case 'thinking_level_change':
      return { is: 'change', entry, of: 'thinking' }
    case 'custom_message':
      return {
        is: 'custom message',
        entry,
        name: stringIn(entry, 'customType'),
        content: entry['content'],
      }
    case 'label':
      return { is: 'label', entry }
    case 'session_info':
      return { is: 'name', entry }
    case 'custom':
      return customForm(entry)
    default:
      return typeof entry['type'] === 'string'
        ? { is: 'unknown', entry }
        : { is: 'broken', why: 'This line has no type.', entry }
  }
}

const messageForm = (entry: JsonObject): LineForm => {
  const { message } = entry
  return isObject(message)
    ? ofRole(entry, message)
    : { is: 'broken', why: 'This message has no contents.', entry }
}

const ofRole = (entry: JsonObject, message: JsonObject): LineForm => {
  switch (message['role']) {
    case 'user':
      return { is: 'user', entry, message }
    case 'assistant':
      return { is: 'assistant', entry, message }
    case 'toolResult':
      return { is: 'result', entry, message }
    case 'bashExecution':
      return { is: 'command', entry, message }
    case 'custom':
    case 'hookMessage':
      return {
        is: 'custom message',
        entry,
        name: stringIn(message, 'customType'),
        content: message['content'],
      }
    case 'compactionSummary':
      return summaryForm(entry, 'compaction', message['summary'])
    case 'branchSummary':
      return summaryForm(entry, 'branch', message['summary'])
    default:
      return typeof message['role'] === 'string'
        ? { is: 'unknown', entry }
        : { is: 'broken', why: 'This message says nothing of whose it is.', entry }
  }
}

const summaryForm = (entry: JsonObject, of: 'compaction' | 'branch', text: unknown): LineForm =>
  typeof text === 'string'
    ? { is: 'summary', entry, of, text }
    : { is: 'broken', why: 'This summary has no text.', entry }

const customForm = (entry: JsonObject): LineForm => {
  const name = stringIn(entry, 'customType')
  if (!name.startsWith('clawdbot.')) return { is: 'custom', entry }
  const inbound = inboundOf(entry)
  if (inbound !== undefined) return { is: 'inbound', entry, fact: inbound }
  const outbound = outboundOf(entry)
  if (outbound !== undefined) return { is: 'outbound', entry, fact: outbound }
  const refused = refusedOf(entry)
  if (refused !== undefined) return { is: 'refused', entry, fact: refused }
  if (name === INTERRUPTED) {
    const event = interruptedEvent(entry)
    if (event !== undefined) return { is: 'interrupted', entry, event }
  }
  if (name === TORN) return { is: 'torn', entry, bytes: tornBytes(entry) ?? 0 }
  return { is: 'custom', entry }
}
