// Filters are words of a second column of the full text. One begins with a letter for what it says and goes on with the
// value in letters and digits alone, so that no value can be taken for another one or fall into several words.
import { createHash } from 'node:crypto'

import { PROVIDERS } from '../../shared/domain/provider.ts'

const KINDS = {
  file: 'f',
  in: 'x',
  provider: 'p',
  person: 'u',
  role: 'r',
  tool: 't',
  ranOn: 'o',
  is: 'i',
  level: 'l',
  source: 's',
  event: 'e',
  session: 'k',
} as const
export type TagKind = keyof typeof KINDS

/**
 * What most lines have. One private character each: a word of two or three would stand in the index of beginnings too,
 * where nobody looks for it. Their order is a part of the index: after a change it needs a new version.
 */
const COMMON: Readonly<Partial<Record<TagKind, readonly string[]>>> = {
  in: ['sessions', 'logs', 'audit'],
  role: [
    'user',
    'assistant',
    'tool',
    'summary',
    'change',
    'note',
    'gate',
    'outbox',
    'unknown',
    'broken',
    'system',
  ],
  ranOn: ['host', 'sandbox'],
  is: ['error', 'refused'],
  level: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'unknown'],
  tool: ['bash', 'read', 'write', 'edit', 'send'],
  provider: PROVIDERS,
}
const FIRST_PRIVATE = 0xe000
/** Numbers of files are written in these digits, two or three of them. */
const FIRST_DIGIT = 0xe800
const DIGITS = 0x1000

const short = new Map(
  Object.entries(COMMON)
    .flatMap(([kind, values]) => values.map((value) => `${kind} ${value}`))
    .map((key, index) => [key, String.fromCharCode(FIRST_PRIVATE + index)]),
)

const PLAIN = /^[a-z0-9]{1,40}$/
/** What ids have between their letters and digits: each is written as a private character, so that it ends no word. */
const NEARLY_PLAIN = /^[a-z0-9:._/-]{1,40}$/
const MARKS = /[:._/-]/g
const FIRST_MARK = 0xe700
const markOf = (mark: string): string => String.fromCharCode(FIRST_MARK + mark.charCodeAt(0))
const kept = new Map<TagKind, Map<string, string>>()
/** Of each kind. */
const MAX_KEPT = 1_000

/** Whatever its case: nobody types the case of a tool. */
export const tagOf = (kind: TagKind, value: string): string => {
  if (value.length > 40) return makeTag(kind, value)
  const ofKind = kept.get(kind) ?? new Map<string, string>()
  const known = ofKind.get(value)
  if (known !== undefined) return known
  if (ofKind.size === 0) kept.set(kind, ofKind)
  if (ofKind.size >= MAX_KEPT) ofKind.clear()
  const tag = makeTag(kind, value)
  ofKind.set(value, tag)
  return tag
}

export const fileTag = (file: number): string => {
  let digits = ''
  for (let rest = file; rest > 0; rest = Math.floor(rest / DIGITS)) {
    digits = String.fromCharCode(FIRST_DIGIT + (rest % DIGITS)) + digits
  }
  // Longer than any other word of private characters, so that it is none of them.
  return digits.padStart(2, String.fromCharCode(FIRST_DIGIT))
}

const makeTag = (kind: TagKind, value: string): string => {
  const lower = value.toLowerCase()
  const known = short.get(`${kind} ${lower}`)
  if (known !== undefined) return known
  if (PLAIN.test(lower)) return `${KINDS[kind]}v${lower}`
  return NEARLY_PLAIN.test(lower)
    ? `${KINDS[kind]}v${lower.replaceAll(MARKS, markOf)}`
    : `${KINDS[kind]}x${createHash('sha256').update(lower).digest('hex').slice(0, 24)}`
}

/** What a source is under as well: `gateway/channels/telegram` is of `gateway`. */
export const sourceTags = (source: string): readonly string[] => {
  const parts = source.split('/').slice(0, 5)
  return parts.map((_, index) => tagOf('source', parts.slice(0, index + 1).join('/')))
}

/** `telegram:42` is found as such and as `42`. */
export const personTags = (person: string): readonly string[] => {
  const colon = person.indexOf(':')
  return person === ''
    ? []
    : [tagOf('person', person), ...(colon < 0 ? [] : [tagOf('person', person.slice(colon + 1))])]
}
