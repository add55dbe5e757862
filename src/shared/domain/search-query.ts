// The query language of the archive, which the filter chips and the cli write too. Words narrow the search, `"…"` is a
// phrase, `word*` a beginning, `-` before anything leaves out what has it, `field:value` is a filter.
import { assertNever } from './assert-never.ts'
import { dateOf } from './search-date.ts'
import { type SearchToken, tokensOf } from './search-tokens.ts'

export const SEARCH_FIELDS = [
  'in',
  'provider',
  'person',
  'session',
  'role',
  'tool',
  'on',
  'is',
  'after',
  'before',
  'level',
  'source',
] as const
export type SearchField = (typeof SEARCH_FIELDS)[number]

export interface SearchTerm {
  readonly kind: 'word' | 'phrase' | 'prefix'
  readonly text: string
  /** Leaves out what has it. */
  readonly exclude: boolean
}

export interface SearchFilter {
  readonly field: SearchField
  readonly value: string
  readonly exclude: boolean
}

/** All terms must be met. Filters of one field are alternatives, those of different fields narrow each other. */
export interface SearchQuery {
  readonly terms: readonly SearchTerm[]
  readonly filters: readonly SearchFilter[]
}

export interface ParsedQuery {
  readonly query: SearchQuery
  /** What was not understood, in sentences; the rest counts all the same. Quotes what was typed. */
  readonly problems: readonly string[]
}

/** The values of those fields that know all of theirs; lower case. */
const VALUES: Readonly<Partial<Record<SearchField, readonly string[]>>> = {
  in: ['sessions', 'logs', 'audit', 'all'],
  on: ['host', 'sandbox'],
  is: ['error', 'refused'],
  level: ['trace', 'debug', 'info', 'warn', 'error', 'fatal'],
}

const EXAMPLE: Readonly<Record<SearchField, string>> = {
  in: 'logs',
  provider: 'telegram',
  person: 'telegram:42',
  session: 'main',
  role: 'user',
  tool: 'bash',
  on: 'host',
  is: 'error',
  after: '7d',
  before: 'yesterday',
  level: 'warn',
  source: 'gateway',
}

/** Something that the index could find: it keeps letters, digits and private characters alone. */
const FINDABLE = /[\p{L}\p{N}\p{Co}]/u
/** What looks as if a filter was meant; an address (`https://…`) does not. */
const KEY = /^[a-z]{2,}$/i

type Part =
  | { readonly kind: 'term'; readonly term: SearchTerm }
  | { readonly kind: 'filter'; readonly filter: SearchFilter }
  | { readonly kind: 'nothing' }

interface Read {
  readonly part: Part
  readonly problem?: string
}

const nothing: Part = { kind: 'nothing' }

/** Never throws, whatever was typed. */
export const parseQuery = (text: string): ParsedQuery => {
  const terms: SearchTerm[] = []
  const filters: SearchFilter[] = []
  const problems: string[] = []
  for (const token of tokensOf(text)) {
    const { part, problem } = readToken(token)
    if (part.kind === 'term') terms.push(part.term)
    if (part.kind === 'filter') filters.push(part.filter)
    if (problem !== undefined) problems.push(problem)
    if (token.unclosed) problems.push('The quotation mark has no end: all after it is taken as one phrase.')
  }
  return { query: { terms, filters }, problems: [...new Set(problems)] }
}

const readToken = (token: SearchToken): Read => {
  const field = fieldOf(token.key)
  return field === undefined ? readTerm(token) : readFilter(field, token)
}

const fieldOf = (key: string): SearchField | undefined =>
  SEARCH_FIELDS.find((field) => field === key.toLowerCase())

const readFilter = (field: SearchField, { value: typed, exclude }: SearchToken): Read => {
  const known = VALUES[field]
  const value = known === undefined ? typed : typed.toLowerCase()
  if (value.trim() === '') {
    return { part: nothing, problem: `${field}: needs a value, such as ${field}:${EXAMPLE[field]}.` }
  }
  if (known !== undefined && !known.includes(value)) {
    return {
      part: nothing,
      problem: `${field}: is one of ${known.join(', ')}, not “${typed}”; it is left out.`,
    }
  }
  if ((field === 'after' || field === 'before') && dateOf(value, 0) === undefined) {
    return {
      part: nothing,
      problem: `${field}: takes a day (2026-01-06), a moment (2026-01-06T12:00), today, yesterday or a span (7d, 12h, 30m), not “${typed}”; it is left out.`,
    }
  }
  return { part: { kind: 'filter', filter: { field, value, exclude } } }
}

const readTerm = (token: SearchToken): Read => {
  const { exclude, quoted } = token
  const whole = token.key === '' ? token.value : `${token.key}:${token.value}`
  // A quoted value of an unknown key is words in quotes, as far as the index can tell.
  const text = quoted ? whole : whole.replace(/\*+$/, '')
  if (!FINDABLE.test(text)) {
    // Half typed: a lone `-` or `"` needs no sentence.
    if (whole === '' || whole === '-') return { part: nothing }
    return { part: nothing, problem: `“${whole}” has no letter and no digit to search for; it is left out.` }
  }
  const kind = quoted ? 'phrase' : text === whole ? 'word' : 'prefix'
  const part: Part = { kind: 'term', term: { kind, text, exclude } }
  const meant = KEY.test(token.key) && token.value !== '' && !token.value.startsWith('//')
  if (!meant) return { part }
  return { part, problem: `“${token.key}:” is no filter, so “${whole}” is searched for as it stands.` }
}

/** What parseQuery understands as the same query. A term's text must be as parseQuery gives it. */
export const formatQuery = ({ terms, filters }: SearchQuery): string =>
  [...terms.map(formatTerm), ...filters.map(formatFilter)].join(' ')

const formatTerm = ({ kind, text, exclude }: SearchTerm): string => {
  const sign = exclude ? '-' : ''
  switch (kind) {
    case 'word':
      return `${sign}${text}`
    case 'prefix':
      return `${sign}${text}*`
    case 'phrase':
      return `${sign}${quote(text)}`
    default:
      return assertNever(kind)
  }
}

/** As it is typed. */
export const formatFilter = ({ field, value, exclude }: SearchFilter): string =>
  `${exclude ? '-' : ''}${field}:${/[\s"]/.test(value) ? quote(value) : value}`

const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** The text with this filter and no other of its field; all else stays as it was typed. `undefined` removes. */
export const withFilter = (text: string, field: SearchField, value: string | undefined): string => {
  const kept = cutTokens(text, (token) => fieldOf(token.key) === field && !token.exclude)
  return value === undefined ? kept : addFilter(kept, { field, value, exclude: false })
}

/** The text with this filter besides all that it has. */
export const addFilter = (text: string, filter: SearchFilter): string => {
  const before = text.trimEnd()
  return before === '' ? formatFilter(filter) : `${closed(before)} ${formatFilter(filter)}`
}

/** The text without this one filter; all else stays as it was typed. */
export const withoutFilter = (text: string, { field, value, exclude }: SearchFilter): string =>
  cutTokens(text, (token) => {
    const { part } = readToken(token)
    return (
      part.kind === 'filter' &&
      part.filter.field === field &&
      part.filter.value === value &&
      part.filter.exclude === exclude
    )
  })

const cutTokens = (text: string, isCut: (token: SearchToken) => boolean): string => {
  let kept = ''
  let from = 0
  for (const token of tokensOf(text)) {
    if (!isCut(token)) continue
    kept += text.slice(from, token.start).trimEnd() + ' '
    from = token.end
  }
  return from === 0 ? text.trimEnd() : (kept + text.slice(from).trimStart()).trim()
}

/** What is added behind an open quotation mark would be a part of the phrase. */
const closed = (text: string): string => (tokensOf(text).some(({ unclosed }) => unclosed) ? `${text}"` : text)

export { dateOf }
