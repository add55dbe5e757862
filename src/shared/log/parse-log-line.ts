import type { LogLine } from '../contracts/app-state.ts'
import type { LogRow } from '../contracts/archive-log.ts'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
/** UTF-16 units of a message, and of its fields, that are kept; the file has the rest. */
const MAX_TEXT = 16_000
/** The same on the live screen, where a message and its fields are one text. */
const MAX_LIVE = 4_000
export const MAX_SOURCE = 100
const MAX_TIME = 40
const MAX_NAME = 300

/** One line of the log as an object; `at` is its time in milliseconds since the epoch, null where it has none. */
export type LogObject = Omit<LogRow, 'number'> & { readonly at: number | null }

type Fields = Readonly<Record<string, unknown>>

/**
 * One line of the log: ours, both shapes of the existing Clawdbot (peers 1.7), and its successor's with a `message`
 * of its own. The level is the name that the line has, never its number, which the existing Clawdbot inverts. What is
 * not JSON is shown as it is, because hiding it would hide what happened. Never throws.
 */
export const parseLogObject = (line: string): LogObject => {
  const parsed = parseFields(line)
  if (parsed === undefined) return { ...NOTHING, message: cut(line, MAX_TEXT) }
  const meta = isFields(parsed['_meta']) ? parsed['_meta'] : {}
  const { source, bindings, parts } = splitParts(parsed)
  const said = parts.filter((part) => !isNested(part))
  const objects = [...(Object.keys(bindings).length === 0 ? [] : [bindings]), ...parts.filter(isNested)]
  const time = (textOf(parsed['time']) || textOf(meta['date'])).slice(0, MAX_TIME)
  const at = Date.parse(time)
  return {
    time,
    at: Number.isNaN(at) ? null : at,
    level: levelOf(textOf(meta['logLevelName'])),
    source: source.slice(0, MAX_SOURCE),
    message: cut(said.map(show).join(' '), MAX_TEXT),
    fields: cut(showFields(objects), MAX_TEXT),
    event: nameIn(objects, 'event'),
    session: nameIn(objects, 'session') || nameIn(objects, 'sessionKey'),
  }
}

/** The same for the live screen, whose lines have a number and one text. */
export const parseLogLine = (line: string, sequence: number): LogLine => {
  const { time, level, source, message, fields } = parseLogObject(line)
  const text = fields === '' ? message : message === '' ? fields : `${message} ${fields}`
  return { sequence, time, level, source, message: text.slice(0, MAX_LIVE) }
}

/** The level of this name, in any case. */
export const levelOf = (name: string): LogRow['level'] => {
  const lower = name.toLowerCase()
  return LEVELS.find((level) => level === lower) ?? 'unknown'
}

const NOTHING: LogObject = {
  time: '',
  at: null,
  level: 'unknown',
  source: '',
  message: '',
  fields: '',
  event: '',
  session: '',
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null

const parseFields = (line: string): Fields | undefined => {
  if (!line.startsWith('{')) return undefined
  try {
    const parsed: unknown = JSON.parse(line)
    return isFields(parsed) ? parsed : undefined
  } catch {
    // Not JSON: half a line, or the output of something else.
    return undefined
  }
}

interface Parts {
  readonly source: string
  /** What the first argument says beside the source. */
  readonly bindings: Fields
  readonly parts: readonly unknown[]
}

/** The arguments "0", "1", … in order; a first one that is bindings (JSON in a string) names the source. */
const splitParts = (parsed: Fields): Parts => {
  // Keys that are numbers come first in every object, and in order.
  const parts = Object.keys(parsed)
    .filter((key) => /^[0-9]{1,2}$/.test(key))
    .map((key) => parsed[key])
  const bound = boundBy(parts[0])
  const rest = bound === undefined ? parts : parts.slice(1)
  return {
    source: bound?.source ?? '',
    bindings: bound?.bindings ?? {},
    parts: rest.length === 0 ? [parsed['message'] ?? ''] : rest,
  }
}

const boundBy = (first: unknown): { readonly source: string; readonly bindings: Fields } | undefined => {
  if (typeof first !== 'string') return undefined
  const found = parseFields(first)
  if (found === undefined) return undefined
  const { subsystem, module, ...rest } = found
  const source = textOf(subsystem) || textOf(module)
  if (source === '') return undefined
  return { source, bindings: textOf(subsystem) === '' || module === undefined ? rest : { module, ...rest } }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const nameIn = (objects: readonly unknown[], key: string): string => {
  for (const each of objects) {
    const name = isFields(each) && Object.hasOwn(each, key) ? textOf(each[key]) : ''
    if (name !== '' && name.length <= MAX_NAME) return name
  }
  return ''
}

const showFields = (objects: readonly unknown[]): string => {
  if (objects.length === 0) return ''
  return show(objects.length === 1 ? objects[0] : objects)
}

const show = (part: unknown): string => {
  if (typeof part === 'string') return part
  try {
    return JSON.stringify(part) ?? ''
  } catch {
    // Parsing takes any depth and writing does not: such a line must not hide those that follow it.
    return '(nested too deep to show)'
  }
}

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more characters)`
