import { describe, expect, it } from 'vitest'
import { createRedactor } from './redactor.ts'

const tag = (): string => '00000000'
const log = createRedactor({ secrets: [], tag })
const PHONE = '‹phone:00000000›'

describe('a telephone number in a log', () => {
  const numbers: readonly string[] = [
    '+491701234567',
    '+49 170 1234567',
    '+1 (555) 123-4567',
    '+33 1 23 45 67 89',
    '(555) 123-4567',
    '555-123-4567',
    '0170 1234567',
    '0170/1234567',
    '030/123456-0',
  ]
  for (const number of numbers) {
    it(`is not told, written as ${number}`, () => {
      expect(log(`from ${number}, at once`)).toBe(`from ${PHONE}, at once`)
      expect(log(JSON.stringify({ from: number }))).toBe(JSON.stringify({ from: PHONE }))
    })
  }

  it('is not told where another number follows', () => {
    for (const first of numbers)
      for (const second of numbers) {
        // A number of seven digits more is one number as far as anybody can tell.
        const told = log(`${first} ${second}`)
          .replaceAll(PHONE, '')
          .replace(/[^0-9]/g, '')
        expect(told.length, `${first} ${second}`).toBeLessThan(4)
      }
  })

  it('is not told in the id of a messenger, nor in the key of a session that is named by it', () => {
    expect(log('491701234567:12@s.whatsapp.net')).toBe(`${PHONE}:12@s.whatsapp.net`)
    // A line of the log is found by its event, which is in the same line and names nobody.
    expect(log('{"event":"whatsapp:3EB0","session":"whatsapp:dm:+491701234567"}')).toBe(
      `{"event":"whatsapp:3EB0","session":"whatsapp:dm:${PHONE}"}`,
    )
  })

  const others: readonly string[] = [
    'telegram:dm:811204553',
    '2026-01-06T19:13:31.000Z',
    '2026-01-06 19:13:31',
    'version 1.2.3-4, 26.0.0',
    '192.168.100.200:8080',
    '1767726811000',
    'pid 4711 of 123456 in 1234567 ms',
    '0.123456 -0.5 +12 +1.5',
    'a3f9c1e0-1234-4567-8901-0123456789ab',
    'main.ts:100:2004',
    '1/2 100-200 555-12',
  ]
  for (const other of others) {
    it(`is not seen in ${other}`, () => {
      expect(log(other)).toBe(other)
    })
  }

  it('stays where the owner or the model reads it', () => {
    for (const purpose of ['model', 'export'] as const)
      for (const number of numbers) expect(createRedactor({ secrets: [], tag, purpose })(number)).toBe(number)
  })
})
