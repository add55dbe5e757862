import { describe, expect, it } from 'vitest'
import { parseQuery } from '../../shared/domain/search-query.ts'
import { IDS_PER_MS } from '../store/schema.ts'
import { type CompileOptions, compileQuery } from './compile-query.ts'
import { fileTag, tagOf } from './tags.ts'

const OPTIONS: CompileOptions = { now: 0, typing: 'done', filesOf: () => [] }
const compiled = (text: string, options: Partial<CompileOptions> = {}) =>
  compileQuery(parseQuery(text).query, { ...OPTIONS, ...options })

describe('a query', () => {
  it('of words asks for all of them, in sessions', () => {
    expect(compiled('one "two three"')).toMatchObject({
      texts: ['session_text'],
      match: 'text : ("one") AND text : ("two three")',
    })
  })

  it('that is being typed ends in a beginning, from two letters on', () => {
    expect(compiled('one tw', { typing: 'typing' }).match).toBe('text : ("one") AND text : ("tw" *)')
    expect(compiled('one t', { typing: 'typing' }).match).toBe('text : ("one") AND text : ("t")')
    expect(compiled('a-b', { typing: 'typing' }).match).toBe('text : ("a-b")')
  })

  it('can not leave its quotation marks', () => {
    expect(compiled('"a"" OR b"').match).toBe('text : ("a"" OR b")')
  })

  it('of one field twice means either, of two fields both', () => {
    const [host, bash, read] = [tagOf('ranOn', 'host'), tagOf('tool', 'bash'), tagOf('tool', 'read')]
    expect(compiled('tool:bash tool:READ on:host').match).toBe(
      `(tags : "${bash}" OR tags : "${read}") AND (tags : "${host}")`,
    )
  })

  it('of a session means its files and what names its key', () => {
    const { match } = compiled('session:main', { filesOf: () => [7] })
    expect(match).toBe(`(tags : "${tagOf('session', 'main')}" OR tags : "${fileTag(7)}")`)
  })

  it('of days is a span of ids, its end not included', () => {
    const { from, until } = compiled('after:2026-01-06T00:00Z before:2026-01-07T00:00Z')
    expect([from, until]).toEqual([Date.UTC(2026, 0, 6) * IDS_PER_MS, Date.UTC(2026, 0, 7) * IDS_PER_MS])
  })

  it.each([
    ['in:logs x', ['log_text']],
    ['in:all x', ['session_text', 'log_text']],
    ['in:sessions in:audit x', ['session_text', 'log_text']],
    ['-in:sessions x', []],
    ['in:all -in:sessions x', ['log_text']],
    ['in:all -in:logs x', ['session_text', 'log_text']],
    ['in:all -in:all x', []],
  ])('%j looks into %j', (text, texts) => {
    expect(compiled(text).texts).toEqual(texts)
  })
})
