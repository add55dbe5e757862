import { describe, expect, test } from 'vitest'
import { isPairingText, pairingText } from './pairing-text.ts'

describe('the text a stranger gets', () => {
  test('names the product, the code, what to do and how long it holds, and nothing else', () => {
    expect(pairingText('ABCD2345')).toBe(
      'Clawdbot: access not configured.\n\nYour pairing code: ABCD2345\n\n' +
        'Ask the owner to approve it. The code holds for 60 minutes.',
    )
  })

  test('carries no identifier of anybody: no digits but those of the code and the time (openclaw #68214, #20004)', () => {
    expect(pairingText('ABCDEFGH').match(/[0-9]+/g)).toEqual(['60'])
  })

  test('is recognised by every gateway of the family, also by older ones’ words', () => {
    expect(isPairingText(pairingText('ZZZZ9999'))).toBe(true)
    expect(isPairingText('OpenClaw: Access Not Configured.\nPairing code: ABCD2345')).toBe(true)
  })

  test.each(['hello', 'my code is ABCD2345', 'access not configured', 'access not configured ABCD2345X'])(
    'is not seen in %j',
    (text) => expect(isPairingText(text)).toBe(false),
  )
})
