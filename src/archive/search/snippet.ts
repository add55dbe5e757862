import type { Snippet } from '../../shared/contracts/archive-sessions.ts'
import type { SearchTerm } from '../../shared/domain/search-query.ts'

/** UTF-16 units. */
const LENGTH = 220
const BEFORE = 60
/** Where nothing was found letter by letter, so much is looked through without its marks. */
const MAX_FOLDED = 20_000
const WORD = '[\\p{L}\\p{N}\\p{Co}\\p{M}]'

/** What was searched for, so that it can be found in any number of texts. */
export interface Highlighter {
  /** One line around the first thing that was searched for; from the beginning where there is none. */
  readonly snippetOf: (text: string) => Snippet
}

export const createHighlighter = (terms: readonly SearchTerm[]): Highlighter => {
  const patterns = patternsOf(terms)
  const source = `(?<!${WORD})(?:${patterns.join('|')})`
  const first = new RegExp(source, 'iu')
  const all = new RegExp(source, 'giu')
  const snippetOf = (text: string): Snippet => {
    if (patterns.length === 0) return cut(text, 0, [])
    const found = first.exec(text)
    if (found !== null) {
      const from = startOf(text, found.index)
      const shown = text.slice(from, from + LENGTH)
      return cut(
        text,
        from,
        [...shown.matchAll(all)].map(({ index, 0: hit }) => [from + index, from + index + hit.length]),
      )
    }
    const { folded, places } = fold(text.slice(0, MAX_FOLDED))
    const hits = [...folded.matchAll(all)].map(
      ({ index, 0: hit }): Span => [places[index] ?? 0, places[index + hit.length] ?? text.length],
    )
    return cut(text, startOf(text, hits[0]?.[0] ?? 0), hits)
  }
  return { snippetOf }
}

type Span = readonly [from: number, until: number]

/** Each class of letters is costly to compile, so that all terms of one kind share what ends them. */
const patternsOf = (terms: readonly SearchTerm[]): readonly string[] => {
  const [open, whole] = (['open', 'whole'] as const).map((ending) => {
    const ofIt = terms.filter(({ kind }) => (kind === 'prefix') === (ending === 'open'))
    return [...new Set(ofIt.map(patternOf).filter((source) => source !== ''))].join('|')
  })
  return [
    ...(whole === undefined || whole === '' ? [] : [`(?:${whole})(?!${WORD})`]),
    ...(open === undefined || open === '' ? [] : [`(?:${open})${WORD}*`]),
  ]
}

/** The words of a term with anything that is no word between them, which is how the full text sees it. */
const patternOf = ({ text }: SearchTerm): string => {
  const words = foldMarks(text).match(new RegExp(`${WORD}+`, 'gu')) ?? []
  return words.map(escape).join(`[^\\p{L}\\p{N}\\p{Co}\\p{M}]{1,40}`)
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

const foldMarks = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '')

/** Without marks, and for each unit of that where it comes from. */
const fold = (text: string): { readonly folded: string; readonly places: readonly number[] } => {
  let folded = ''
  const places: number[] = []
  let at = 0
  for (const letter of text) {
    const plain = foldMarks(letter)
    folded += plain
    for (let unit = 0; unit < plain.length; unit++) places.push(at)
    at += letter.length
  }
  places.push(at)
  return { folded, places }
}

/** A little before, at the beginning of a word. */
const startOf = (text: string, hit: number): number => {
  if (hit <= BEFORE) return 0
  const space = text.indexOf(' ', hit - BEFORE)
  return space === -1 || space >= hit ? hit : space + 1
}

const cut = (text: string, from: number, hits: readonly Span[]): Snippet => {
  const until = endOf(text, from)
  const parts: { text: string; hit: boolean }[] = from > 0 ? [{ text: '… ', hit: false }] : []
  let at = from
  for (const [start, end] of hits) {
    if (start < at || start >= until) continue
    if (start > at) parts.push({ text: oneLine(text.slice(at, start)), hit: false })
    parts.push({ text: oneLine(text.slice(start, Math.min(end, until))), hit: true })
    at = Math.min(end, until)
  }
  if (at < until) parts.push({ text: oneLine(text.slice(at, until)), hit: false })
  if (until < text.length) parts.push({ text: ' …', hit: false })
  return parts
}

/** Never in the middle of a character. */
const endOf = (text: string, from: number): number => {
  const until = Math.min(text.length, from + LENGTH)
  const code = text.charCodeAt(until - 1)
  return until < text.length && code >= 0xd800 && code <= 0xdbff ? until - 1 : until
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')
