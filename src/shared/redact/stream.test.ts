import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { corpus } from '../../../bench/redact/corpus.ts'
import { createRedactor, createStreamRedactor, type RedactOptions } from './redactor.ts'

const tag = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8)
const secrets = ['correct-horse-battery', 'hunter2', 'pa"ss\\wörd', 'line\nbreak-secret']
const purposes = ['log', 'model', 'export'] as const

const lines = corpus(7).map(({ line }) => line)
const piece = fc.oneof(
  fc.constantFrom(...lines),
  fc.constantFrom(...secrets, ...secrets.map((secret) => Buffer.from(secret).toString('base64'))),
  fc.constantFrom(
    'token=',
    '"token":"',
    '\\"token\\":\\"',
    'cookie: a=',
    'authorization: Bearer ',
    '-----BEGIN PRIVATE KEY-----\n',
    '-----END PRIVATE KEY-----',
    '\\',
    '"',
    '\n',
    ' ',
    '://a:b@',
    '+49 170 1234567',
    'code ABCD2345',
    '/home/x/',
    'sk-',
    '‹secret:0123abcd›',
    '‹',
    'curl -u a:bcdef ',
    "password: '",
    '12345678',
    ': ',
    '=',
    'x'.repeat(5000),
    'key',
    'discord',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))

const streamed = (options: RedactOptions, whole: string, cuts: readonly number[]): string => {
  const stream = createStreamRedactor(options)
  let out = ''
  let from = 0
  for (const cut of [...cuts.map((share) => Math.floor(share * whole.length)), whole.length].toSorted(
    (a, b) => a - b,
  )) {
    out += stream.push(whole.slice(from, cut))
    from = cut
  }
  return out + stream.end()
}

describe('a text that comes in pieces', () => {
  it('is redacted as its whole is, wherever it is cut', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
        fc.constantFrom(...purposes),
        (whole, cuts, purpose) => {
          const options = { secrets, tag, purpose }
          expect(streamed(options, whole, cuts)).toBe(createRedactor(options)(whole))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('is redacted as its whole is, one character at a time', () => {
    fc.assert(
      fc.property(text, (whole) => {
        fc.pre(whole.length < 3000)
        const stream = createStreamRedactor({ secrets, tag })
        const out = Array.from(whole, (character) => stream.push(character)).join('') + stream.end()
        expect(out).toBe(createRedactor({ secrets, tag })(whole))
      }),
      { numRuns: 150 },
    )
  })

  it('comes out again at once where nothing in it may become a secret', () => {
    const stream = createStreamRedactor({ secrets, tag, purpose: 'model' })
    expect(stream.push('The answer is forty-two. \n      ').length).toBeGreaterThan(20)
  })

  it('holds back some KiB of an endless secret, not all of it', () => {
    const stream = createStreamRedactor({ secrets, tag })
    let out = stream.push('"token":"')
    for (let count = 0; count < 200; count += 1) out += stream.push('x'.repeat(1000))
    out += stream.push('" and then')
    out += stream.end()
    expect(out).toMatch(/^"token":"‹secret:[0-9a-f]{8}›" and then$/)
  })
})

/** Whether there are marks in it and no pieces of any: a later mark may take in one before it, and may not cut it. */
const isWhole = (redacted: string): boolean => !/‹(?!(?:secret|phone):)|(?<!:[0-9a-f]{8})›/.test(redacted)

describe('redacting again what is redacted', () => {
  it('changes nothing where every value stands in a line of its own', () => {
    const rows = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join('\n'))
    fc.assert(
      fc.property(rows, fc.constantFrom(...purposes), (whole, purpose) => {
        const redact = createRedactor({ secrets, tag, purpose })
        const once = redact(whole)
        expect(redact(once)).toBe(once)
      }),
      { numRuns: 1500 },
    )
  })

  it('leaves every mark whole, however values touch', () => {
    fc.assert(
      fc.property(text, fc.constantFrom(...purposes), (whole, purpose) => {
        fc.pre(isWhole(whole))
        const redact = createRedactor({ secrets, tag, purpose })
        expect(redact(redact(whole))).toSatisfy(isWhole)
      }),
      { numRuns: 1500 },
    )
  })
})
