import { assert, base64String, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { constantText } from './constant-text.ts'

test.each([
  'Closing session:',
  'Closing open session in favor of incoming prekey bundle',
  'WARNING: Expected pubkey of length 33, please report the ST and client that generated the pubkey',
  'failed to commit mutations, retries left=9',
  'Failed to decrypt message with any known session...',
  "unexpected error in 'processing message'",
])('a sentence of the source is kept: %s', (text) => {
  expect(constantText(text)).toBe(text)
})

test.each([
  ['an object', { privKey: Buffer.alloc(32) }],
  ['bytes', Buffer.from('Closing session')],
  ['nothing', undefined],
  ['an empty text', ''],
  ['a number of somebody', 'Invalid entry for 15550001111@s.whatsapp.net (pair not resolved)'],
  ['an account', 'Invalid LID-PN mapping: 777@lid'],
  ['a key in hex', 'root key deadbeefdeadbeefdeadbeefdeadbeef'],
  ['a part of a key in hex', 'root key 1f2e3d4c'],
  ['a link', 'see https://example.com/a'],
  ['a stanza', '<message from="x" id="y"/>'],
  ['two lines', 'first\nsecond'],
  ['what is long', 'word '.repeat(40)],
  ['another script', 'Привет, как дела'],
])('%s is not', (_, said) => {
  expect(constantText(said)).toBeUndefined()
})

test('no key of 32 bytes passes, in base64 or in hex, however it is announced', () => {
  assert(
    property(uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const key = Buffer.from(bytes)
      for (const text of [key.toString('base64'), key.toString('hex'), key.toString('base64url')])
        expect(constantText(`Session key: ${text}`)).toBeUndefined()
    }),
  )
  assert(
    property(base64String({ minLength: 32, maxLength: 60 }), (text) => {
      expect(constantText(`advSecretKey=${text}`)).toBeUndefined()
    }),
  )
})
