import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuditLine } from './audit-line.ts'
import { TOO_LONG } from './line-form.ts'

const record = (fields: object): string =>
  JSON.stringify({
    v: 1,
    seq: 3,
    at: 1_767_700_000_000,
    kind: 'intent',
    actor: 'gateway',
    prev: 'aa',
    ...fields,
  })

describe('a line of the audit', () => {
  it('is found by all that it says, and not by its place in the chain', () => {
    const line = record({
      act: 'message.send',
      provider: 'telegram',
      sender: '42',
      session: 'main',
      detail: { recipient: '77', chars: 12, eventId: 'ev1' },
      hash: 'bb'.repeat(32),
    })
    expect(readAuditLine(line)).toMatchObject({
      at: 1_767_700_000_000,
      act: 'message.send',
      session: 'main',
      person: 'telegram:42',
      event: 'ev1',
      isError: false,
      refused: false,
      broken: false,
    })
    const { text } = readAuditLine(line)
    expect(text).toContain('recipient\n77')
    expect(text).not.toContain('bbbb')
  })

  it('says what was refused and what failed', () => {
    expect(readAuditLine(record({ act: 'verdict.drop' })).refused).toBe(true)
    expect(readAuditLine(record({ act: 'tool.run', detail: { refused: 'read_only' } })).refused).toBe(true)
    expect(readAuditLine(record({ act: 'message.send', result: 'withheld' })).refused).toBe(true)
    expect(readAuditLine(record({ act: 'tool.run', result: 'timed_out' })).isError).toBe(true)
    expect(readAuditLine(record({ act: 'tool.run', result: 'done' }))).toMatchObject({
      isError: false,
      refused: false,
    })
  })

  it('that is no record is broken, and never throws', () => {
    expect(readAuditLine('half a rec')).toMatchObject({ broken: true, text: 'half a rec', act: '' })
    expect(readAuditLine(TOO_LONG).broken).toBe(true)
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(typeof readAuditLine(line).text).toBe('string')
      }),
    )
  })
})
