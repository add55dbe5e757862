import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactJsonLine } from './redact-json.ts'

const SECRET = 'sk-live-0123456789'
/** As a redactor: the value itself, and what has a telling name. */
const redact = (text: string): string =>
  text.replaceAll(SECRET, '<secret:aa>').replace(/("password":)(?:"[^"]*"|\d+)/g, '$1"<secret:bb>"')

const breaks = (text: string): string => text.replace('"token":"', '"token":')

describe('JSON without its secrets', () => {
  it('stays JSON of the same form', () => {
    const line = JSON.stringify({ a: [`x ${SECRET} y`, 7, null, true], b: { c: 'plain' } })
    expect(JSON.parse(redactJsonLine(line, redact) ?? '')).toEqual({
      a: ['x <secret:aa> y', 7, null, true],
      b: { c: 'plain' },
    })
  })

  it('has no value whose name says that it is one, whether text or number', () => {
    const line = JSON.stringify({ deep: [{ password: 'hunter2' }], password: 12345, other: 'hunter' })
    expect(JSON.parse(redactJsonLine(line, redact) ?? '')).toEqual({
      deep: [{ password: '<secret:bb>' }],
      password: '<secret:bb>',
      other: 'hunter',
    })
  })

  it('has none in a name either, and loses no member where two names become one', () => {
    const line = JSON.stringify({ [SECRET]: 1, '<secret:aa>': 2 })
    expect(JSON.parse(redactJsonLine(line, redact) ?? '')).toEqual({ '<secret:aa>': 1, '<secret:aa> 2': 2 })
  })

  it('keeps nothing of a value where the mark broke its quotes', () => {
    expect(redactJsonLine('{"token":"abc"}', breaks)).toBe('{"token":"(redacted)"}')
  })

  it('is none for what is no JSON or nests too deep to be written', () => {
    expect(redactJsonLine('{"half', redact)).toBeUndefined()
    expect(redactJsonLine(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, redact)).toBeUndefined()
  })

  it('is the same value where there is no secret, and never has one that was put anywhere', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, around) => {
        const line = JSON.stringify(value)
        expect(JSON.parse(redactJsonLine(line, (text) => text) ?? '')).toEqual(JSON.parse(line))
        const hiding = JSON.stringify([value, { k: [around + SECRET + around] }])
        expect(redactJsonLine(hiding, redact)).not.toContain(SECRET)
      }),
    )
  })
})
