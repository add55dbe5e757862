import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  dateOf,
  formatQuery,
  parseQuery,
  SEARCH_FIELDS,
  type SearchFilter,
  type SearchTerm,
  withFilter,
  withoutFilter,
} from './search-query.ts'

const term = (kind: SearchTerm['kind'], text: string, exclude = false): SearchTerm => ({
  kind,
  text,
  exclude,
})
const filter = (field: SearchFilter['field'], value: string, exclude = false): SearchFilter => ({
  field,
  value,
  exclude,
})

/** Text that is full of what means something to the language. */
const typed = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '"',
          '""',
          '-',
          '--',
          '*',
          ':',
          ' ',
          '\n',
          '\u00a0',
          '//',
          'is:',
          'tool:',
          'x',
          'é',
          '愛',
        ),
        fc.constantFrom(...SEARCH_FIELDS.map((field) => `${field}:`)),
        fc.string({ maxLength: 3, unit: 'grapheme' }),
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join('')),
)

const freeField = fc.constantFrom('provider', 'person', 'session', 'role', 'tool', 'source')
const filters: fc.Arbitrary<SearchFilter> = fc.oneof(
  fc.record({
    field: freeField,
    value: fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => value.trim() !== ''),
    exclude: fc.boolean(),
  }),
  fc.record({
    field: fc.constant('on' as const),
    value: fc.constantFrom('host', 'sandbox'),
    exclude: fc.boolean(),
  }),
)
const phrases = fc.record({
  kind: fc.constant('phrase' as const),
  text: fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => `a${text}`),
  exclude: fc.boolean(),
})

describe('the query language', () => {
  it('knows words, phrases, beginnings, what is left out, and filters', () => {
    expect(parseQuery('find "not there" deplo* -secret -"by hand" tool:bash -on:host').query).toEqual({
      terms: [
        term('word', 'find'),
        term('phrase', 'not there'),
        term('prefix', 'deplo'),
        term('word', 'secret', true),
        term('phrase', 'by hand', true),
      ],
      filters: [filter('tool', 'bash'), filter('on', 'host', true)],
    })
  })

  it('never throws, and what it writes it reads as the same query', () => {
    fc.assert(
      fc.property(typed, (text) => {
        const { query } = parseQuery(text)
        expect(parseQuery(formatQuery(query)).query).toEqual(query)
      }),
      { numRuns: 2_000 },
    )
  })

  it('carries any value of a filter and any phrase whole', () => {
    fc.assert(
      fc.property(fc.array(phrases), fc.array(filters), (terms, all) => {
        const query = { terms, filters: all }
        const read = parseQuery(formatQuery(query))
        expect(read.query).toEqual(query)
        expect(read.problems).toEqual([])
      }),
    )
  })

  it('takes a mark of quotation without an end as a phrase to the end, and says so', () => {
    const { query, problems } = parseQuery('a "b c tool:bash')
    expect(query).toEqual({ terms: [term('word', 'a'), term('phrase', 'b c tool:bash')], filters: [] })
    expect(problems).toHaveLength(1)
  })

  it('takes a doubled mark of quotation inside a phrase as one of the text', () => {
    expect(parseQuery('"say ""hi"" now"').query.terms).toEqual([term('phrase', 'say "hi" now')])
  })

  it('takes an address as a word and not as a filter, without a sentence', () => {
    for (const text of ['http://x.example/a?b=c', 'https://x', '12:30', 'C:\\windows', 'error:']) {
      const { query, problems } = parseQuery(text)
      expect(query).toEqual({ terms: [term('word', text)], filters: [] })
      expect(problems).toEqual([])
    }
  })

  it('takes a key that is no filter as a word, and says so', () => {
    const { query, problems } = parseQuery('tol:bash find')
    expect(query.terms).toEqual([term('word', 'tol:bash'), term('word', 'find')])
    expect(problems).toEqual(['“tol:” is no filter, so “tol:bash” is searched for as it stands.'])
  })

  it('searches for what looks like a filter where it stands in quotation marks', () => {
    expect(parseQuery('"tool:bash"').query).toEqual({ terms: [term('phrase', 'tool:bash')], filters: [] })
  })

  it('takes an option of a command as a word', () => {
    expect(parseQuery('--permission').query.terms).toEqual([term('word', '--permission')])
  })

  it('leaves out a filter whose value is not one of its field, and says which there are', () => {
    for (const text of [
      'on:moon',
      'is:fine',
      'in:attic',
      'after:noon',
      'before:2026-02-30',
      'tool:',
      'level:loud',
    ]) {
      const { query, problems } = parseQuery(`find ${text}`)
      expect(query).toEqual({ terms: [term('word', 'find')], filters: [] })
      expect(problems).toHaveLength(1)
    }
  })

  it('leaves out what the index can not find, and says so', () => {
    const { query, problems } = parseQuery('→ * -* ok')
    expect(query.terms).toEqual([term('word', 'ok')])
    expect(problems).toHaveLength(2)
  })

  it('says nothing about what is only half typed', () => {
    expect(parseQuery('find -').problems).toEqual([])
    expect(parseQuery('').query).toEqual({ terms: [], filters: [] })
  })

  it('does not care about the case of a field or of a known value', () => {
    expect(parseQuery('IS:Error Tool:Bash').query.filters).toEqual([
      filter('is', 'error'),
      filter('tool', 'Bash'),
    ])
  })
})

describe('a chip', () => {
  it('sets its filter and takes it out again, and nothing else of the query changes', () => {
    fc.assert(
      fc.property(typed, filters, (text, { field, value }) => {
        const before = parseQuery(text).query
        const others = before.filters.filter((one) => one.field !== field || one.exclude)
        const on = parseQuery(withFilter(text, field, value)).query
        expect(on).toEqual({ terms: before.terms, filters: [...others, filter(field, value)] })
        const off = parseQuery(withFilter(withFilter(text, field, value), field, undefined)).query
        expect(off).toEqual({ terms: before.terms, filters: others })
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes out one filter of several of a field', () => {
    expect(withoutFilter('tool:bash find  tool:read "a  b"', filter('tool', 'bash'))).toBe(
      'find  tool:read "a  b"',
    )
    expect(withoutFilter('a tool:bash b', filter('tool', 'bash'))).toBe('a b')
  })

  it('stands outside of a phrase that has no end yet', () => {
    expect(withFilter('"not there \n', 'tool', 'bash')).toBe('"not there" tool:bash')
  })

  it('leaves the words as they were typed', () => {
    expect(withFilter('find  "x  y"', 'tool', 'bash')).toBe('find  "x  y" tool:bash')
    expect(withFilter('tool:read find', 'tool', 'bash')).toBe('find tool:bash')
    expect(withFilter('', 'person', 'Old Tom')).toBe('person:"Old Tom"')
  })
})

describe('a moment of a query', () => {
  const now = new Date(2026, 10, 22, 14, 3).getTime()

  it('is a day, a moment, a word or a span', () => {
    expect(dateOf('2026-01-06', now)).toBe(new Date(2026, 0, 6).getTime())
    expect(dateOf('2026-01-06T12:30', now)).toBe(new Date(2026, 0, 6, 12, 30).getTime())
    expect(dateOf('2026-01-06T12:30:05Z', now)).toBe(Date.UTC(2026, 0, 6, 12, 30, 5))
    expect(dateOf('today', now)).toBe(new Date(2026, 10, 22).getTime())
    expect(dateOf('yesterday', now)).toBe(new Date(2026, 10, 21).getTime())
    expect(dateOf('7d', now)).toBe(now - 7 * 86_400_000)
    expect(dateOf('90m', now)).toBe(now - 90 * 60_000)
  })

  it('is nothing where the calendar has no such day', () => {
    for (const text of [
      '2026-02-29',
      '2026-13-01',
      '2026-01-00',
      '2026-01-06T24:00',
      'soon',
      '',
      '7y',
      '-1d',
    ]) {
      expect(dateOf(text, now)).toBeUndefined()
    }
    expect(dateOf('2028-02-29', now)).toBe(new Date(2028, 1, 29).getTime())
  })

  it('is a number or nothing, whatever is asked', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}$/)), (text) => {
        const at = dateOf(text, now)
        expect(at === undefined || Number.isSafeInteger(at)).toBe(true)
      }),
    )
  })
})
