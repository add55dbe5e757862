import { assertNever } from '../../shared/domain/assert-never.ts'
import { dateOf } from '../../shared/domain/search-date.ts'
import type { SearchFilter, SearchQuery, SearchTerm } from '../../shared/domain/search-query.ts'
import { IDS_PER_MS, type TextTable } from '../store/schema.ts'
import { fileTag, tagOf } from './tags.ts'

/** What a search asks the full text. */
export interface CompiledQuery {
  readonly texts: readonly TextTable[]
  /** In the language of FTS5. */
  readonly match: string
  /** Ids; the first belongs to it, the second does not. */
  readonly from: number
  readonly until: number
  /** What is to be highlighted. */
  readonly wanted: readonly SearchTerm[]
}

export interface CompileOptions {
  readonly now: number
  /** The last word may not be typed to its end. */
  readonly typing: 'typing' | 'done'
  /** Numbers of the files of the sessions that a name may mean. */
  readonly filesOf: (name: string) => readonly number[]
}

const END_OF_IDS = Number.MAX_SAFE_INTEGER
/** Code points. A beginning that is shorter would be that of a large part of all words: it is a word of its own. */
const MIN_PREFIX = 2

export const compileQuery = (query: SearchQuery, options: CompileOptions): CompiledQuery => {
  const terms = options.typing === 'typing' ? asTyped(query.terms) : query.terms
  const wanted = terms.filter((term) => !term.exclude)
  const scopes = scopesOf(query.filters)
  const needed = [
    ...wanted.map((term) => `text : (${phraseOf(term)})`),
    ...tagGroups(query.filters, options),
    ...scopes.tags,
  ]
  const unwanted = [
    ...terms.filter((term) => term.exclude).map((term) => `text : (${phraseOf(term)})`),
    ...query.filters
      .filter((filter) => filter.exclude)
      .flatMap((filter) => tagsOf(filter, options) ?? [])
      .map(inTags),
  ]
  const all = needed.length === 0 ? EVERYTHING : needed.join(' AND ')
  return {
    texts: scopes.texts,
    match: unwanted.length === 0 ? all : `(${all}) NOT (${unwanted.join(' OR ')})`,
    ...spanOf(query.filters, options.now),
    wanted,
  }
}

const inTags = (tag: string): string => `tags : "${tag}"`

/** Every entry is in one of them. */
const EVERYTHING = `(${['sessions', 'logs', 'audit'].map((name) => inTags(tagOf('in', name))).join(' OR ')})`

const asTyped = (terms: readonly SearchTerm[]): readonly SearchTerm[] => {
  const last = terms.at(-1)
  if (last === undefined || last.kind !== 'word' || last.exclude) return terms
  return [...terms.slice(0, -1), { ...last, kind: 'prefix' }]
}

const WORDS = /[\p{L}\p{N}\p{Co}\p{M}]+/gu

/** Of MIN_PREFIX code points at least. */
const isLong = (word: string): boolean => {
  const first = word.codePointAt(0)
  return first !== undefined && word.length >= MIN_PREFIX - 1 + String.fromCodePoint(first).length
}

/** A word such as `a-b` is two to the full text, one after the other. */
const phraseOf = ({ kind, text }: SearchTerm): string => {
  const quoted = `"${text.replaceAll('\0', ' ').replaceAll('"', '""')}"`
  const lastWord = text.match(WORDS)?.at(-1) ?? ''
  const isOpen = kind === 'prefix' && text.endsWith(lastWord) && isLong(lastWord)
  return isOpen ? `${quoted} *` : quoted
}

/** Filters of one field are alternatives, those of different fields narrow each other. */
const tagGroups = (filters: readonly SearchFilter[], options: CompileOptions): readonly string[] => {
  const groups = new Map<string, string[]>()
  for (const filter of filters) {
    const tags = filter.exclude ? undefined : tagsOf(filter, options)
    if (tags === undefined) continue
    const group = groups.get(filter.field) ?? []
    group.push(...tags)
    groups.set(filter.field, group)
  }
  return [...groups.values()].map((tags) => `(${tags.map(inTags).join(' OR ')})`)
}

/** Undefined for what is no tag. */
const tagsOf = (
  { field, value }: SearchFilter,
  { filesOf }: CompileOptions,
): readonly string[] | undefined => {
  switch (field) {
    case 'in':
    case 'after':
    case 'before':
      return undefined
    case 'session':
      return [tagOf('session', value), ...filesOf(value).map(fileTag)]
    case 'on':
      return [tagOf('ranOn', value)]
    case 'provider':
    case 'person':
    case 'role':
    case 'tool':
    case 'is':
    case 'level':
    case 'source':
      return [tagOf(field, value)]
    default:
      return assertNever(field)
  }
}

/** Sessions, unless it says otherwise. */
const scopesOf = (
  filters: readonly SearchFilter[],
): { readonly texts: readonly TextTable[]; readonly tags: readonly string[] } => {
  const values = new Set(
    filters
      .filter(({ field }) => field === 'in')
      .map(({ value, exclude }) => `${exclude ? '-' : ''}${value}`),
  )
  const wanted = (name: string, byItself: 'yes' | 'no'): boolean => {
    if (values.has(`-${name}`) || values.has('-all')) return false
    const named = [...values].some((value) => !value.startsWith('-'))
    return named ? values.has(name) || values.has('all') : byItself === 'yes'
  }
  const sessions = wanted('sessions', 'yes')
  const logs = wanted('logs', 'no')
  const audit = wanted('audit', 'no')
  const texts: readonly TextTable[] = [
    ...(sessions ? (['session_text'] as const) : []),
    ...(logs || audit ? (['log_text'] as const) : []),
  ]
  // Where both texts are asked, what is left out of the second one is told by what it is not.
  if (logs === audit) return { texts, tags: [] }
  if (!sessions) return { texts, tags: [inTags(tagOf('in', logs ? 'logs' : 'audit'))] }
  return {
    texts,
    tags: [`(${inTags(tagOf('in', 'sessions'))} OR ${inTags(tagOf('in', logs ? 'logs' : 'audit'))})`],
  }
}

/** The narrowest of what narrows, except that filters of one field are alternatives. */
const spanOf = (
  filters: readonly SearchFilter[],
  now: number,
): { readonly from: number; readonly until: number } => {
  const dates = (field: 'after' | 'before', exclude: boolean): readonly number[] =>
    filters
      .filter((filter) => filter.field === field && filter.exclude === exclude)
      .map(({ value }) => dateOf(value, now))
      .filter((at) => at !== undefined)
      .map((at) => Math.max(0, Math.floor(at)) * IDS_PER_MS)
  const [after, before] = [dates('after', false), dates('before', false)]
  const from = [...dates('before', true), ...(after.length === 0 ? [] : [Math.min(...after)])]
  const until = [...dates('after', true), ...(before.length === 0 ? [] : [Math.max(...before)])]
  return { from: Math.max(0, ...from), until: Math.min(END_OF_IDS, ...until) }
}
