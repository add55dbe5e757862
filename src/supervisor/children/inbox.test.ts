import { describe, expect, it } from 'vitest'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { createInbox } from './inbox.ts'

const simulated = (more: object) => ({
  type: 'simulated',
  at: 1,
  sender: 'eve',
  messageId: 'm',
  text: 'hi',
  ...more,
})

/** How many of one message are heard before the gateway is not listened to any longer. */
const heardOf = (message: object): number => {
  const inbox = createInbox(() => 1)
  for (let count = 0; ; count += 1) {
    try {
      inbox(message)
    } catch {
      return count
    }
  }
}

describe('what a gateway says', () => {
  it('is counted by its length, so that few long messages are a flood as many short ones are', () => {
    expect(heardOf(simulated({}))).toBe(10_000)
    expect(heardOf(simulated({ text: 'x'.repeat(8_000) }))).toBeLessThan(1_300)
  })

  it('is counted also where the contract has no place for it', () => {
    expect(heardOf(simulated({ unknown: 'x'.repeat(100_000) }))).toBeLessThan(110)
  })

  it('may be nested so deeply that it can not be written again (CWE-674)', () => {
    const inbox = createInbox(() => 1)
    const unknown: unknown = JSON.parse('['.repeat(400_000) + ']'.repeat(400_000))
    const outcome = (): string => {
      try {
        return inbox(simulated({ unknown })).type
      } catch (error) {
        return error instanceof ClawdbotError ? error.code : String(error)
      }
    }
    // Some of the Nodes that this runs on can write it.
    expect(['simulated', 'contract_violation']).toContain(outcome())
  })

  it('has no time that is no date, which would break whoever shows it', () => {
    const inbox = createInbox(() => 1)
    expect(() => inbox(simulated({ at: Number.MAX_SAFE_INTEGER }))).toThrow(/at:/)
    const last = 8.64e15
    expect(inbox(simulated({ at: last }))).toMatchObject({ at: last })
    expect(() => new Date(last).toISOString()).not.toThrow()
  })

  it('is not repeated at length, nor as it is, in the error about it', () => {
    const inbox = createInbox(() => 1)
    const claims = { [`\u001b[2J${'c'.repeat(100_000)}`]: 'x' }
    const who = { provider: 'simulator', sender: 'eve', account: null, moved: null }
    const ask = { type: 'pairing-ask', askId: 1, ...who, claims, answer: true }
    let message = ''
    try {
      inbox(ask)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain('broke its contract')
    expect(message).toContain('‹U+001B›')
    expect(message.length).toBeLessThan(500)
  })
})
