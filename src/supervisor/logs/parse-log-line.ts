import { z } from 'zod'
import type { LogLine } from '../../shared/contracts/app-state.ts'

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
/** UTF-16 units of a message that the live screen gets; the file has the rest. */
const MAX_MESSAGE = 4_000

/** Both shapes: ours and that of the existing Clawdbot (peers 1.7), and `message` of its successor. */
const logObject = z.looseObject({
  time: z.string().optional(),
  message: z.unknown().optional(),
  _meta: z.looseObject({ date: z.string().optional(), logLevelName: z.string().optional() }).optional(),
})

/** One line of the log. What is not JSON is shown as it is, because hiding it would hide what happened. */
export const parseLogLine = (line: string, sequence: number): LogLine => {
  const parsed = parseObject(line)
  if (parsed === undefined) {
    return { sequence, time: '', level: 'unknown', source: '', message: line.slice(0, MAX_MESSAGE) }
  }
  const { time, _meta: meta } = parsed
  const { source, parts } = splitParts(parsed)
  const name = meta?.logLevelName?.toLowerCase()
  return {
    sequence,
    time: (time ?? meta?.date ?? '').slice(0, 40),
    level: LEVELS.find((level) => level === name) ?? 'unknown',
    source: source.slice(0, 100),
    message: parts.map(show).join(' ').slice(0, MAX_MESSAGE),
  }
}

const parseObject = (line: string): z.infer<typeof logObject> | undefined => {
  try {
    return logObject.safeParse(JSON.parse(line)).data
  } catch {
    // Not JSON: half a line, or the output of something else.
    return undefined
  }
}

/** The arguments "0", "1", … in order; a first one that is bindings (JSON in a string) names the source. */
const splitParts = (parsed: z.infer<typeof logObject>): { source: string; parts: readonly unknown[] } => {
  const parts = Object.keys(parsed)
    .filter((key) => /^[0-9]{1,2}$/.test(key))
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => parsed[key])
  const source = sourceOf(parts[0])
  const rest = source === undefined ? parts : parts.slice(1)
  return { source: source ?? '', parts: rest.length === 0 ? [parsed.message ?? ''] : rest }
}

const bindings = z.looseObject({ subsystem: z.string().optional(), module: z.string().optional() })

const sourceOf = (first: unknown): string | undefined => {
  if (typeof first !== 'string' || !first.startsWith('{')) return undefined
  try {
    const found = bindings.safeParse(JSON.parse(first)).data
    return found?.subsystem ?? found?.module
  } catch {
    // A message that begins with a brace.
    return undefined
  }
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
