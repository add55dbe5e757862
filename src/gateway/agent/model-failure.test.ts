import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FAILURES, failureOf, failureSentence } from './model-failure.ts'

describe('what the sender is told', () => {
  it('is short, and holds no address, path, number or name of a product', () => {
    for (const sentence of Object.values(FAILURES)) {
      expect(sentence.length).toBeLessThan(140)
      expect(sentence).not.toMatch(/https?:|\/|[0-9]|anthropic|openai|api|key\b/i)
      expect(sentence).toMatch(/[.]$/)
    }
  })

  it('does not depend on what the error says', () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(Object.values(FAILURES)).toContain(failureSentence(failureOf(thrown).kind))
      }),
    )
  })
})

describe('an error', () => {
  it('of the network is told by its cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
    const found = failureOf(new Error('Cannot connect to API', { cause }))
    expect(found.kind).toBe('unreachable')
    expect(found.detail).toContain('ECONNREFUSED 127.0.0.1:1')
  })

  it('after several tries is the last one', () => {
    const lastError = Object.assign(new Error('slow down'), { statusCode: 429 })
    const found = failureOf(Object.assign(new Error('Failed after 3 attempts'), { lastError }))
    expect(found).toEqual({ kind: 'rate_limited', detail: 'HTTP 429: slow down' })
  })

  it('is cut to a length that a log and a screen can show', () => {
    expect(failureOf(new Error('x'.repeat(100_000))).detail.length).toBeLessThanOrEqual(1000)
  })

  it('that is a loop with a bad cause does not hang', () => {
    const error = new Error('a')
    error.cause = error
    expect(failureOf(error)).toMatchObject({ kind: 'broken' })
  })
})
