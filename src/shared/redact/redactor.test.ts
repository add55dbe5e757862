import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baits } from '../../../bench/redact/baits.ts'
import { createRedactor } from './redactor.ts'

const tag = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8)
const redactShapes = createRedactor({ secrets: [], tag })

const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'upper-case hex': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'a URL component': (secret) => encodeURIComponent(secret),
  'a form field': (secret) => new URLSearchParams({ v: secret }).toString().slice(2),
  'a JSON string': (secret) => JSON.stringify(secret).slice(1, -1),
  'JSON within JSON': (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
}

/** Well-formed text: what can be written to a file as UTF-8 and comes back the same. */
const secretText = fc.string({ minLength: 6, maxLength: 60, unit: 'grapheme' })

describe('layer 1: the secrets that are in use', () => {
  for (const [name, encode] of Object.entries(ENCODINGS)) {
    it(`removes every secret written as ${name}`, () => {
      fc.assert(
        fc.property(
          fc.array(secretText, { minLength: 1, maxLength: 4 }),
          fc.string({ unit: 'grapheme' }),
          fc.string({ unit: 'grapheme' }),
          (secrets, before, behind) => {
            const redact = createRedactor({ secrets, tag: () => '00000000' })
            for (const secret of secrets) {
              // A piece of our own mark that is a secret by accident proves nothing either way.
              fc.pre(!'‹secret:00000000›'.includes(secret))
              const redacted = redact(`${before}\u0001${encode(secret)}\u0001${behind}`)
              // Between the marks nothing of it is left but a mark.
              const [, between] = redacted.split('\u0001')
              if (before.includes('\u0001') || behind.includes('\u0001')) return
              expect(between ?? '').not.toContain(encode(secret))
            }
          },
        ),
      )
    })
  }

  it('removes a secret from the middle of longer base64, at each of the three alignments', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' }),
        fc.string({ maxLength: 7, unit: 'grapheme-ascii' }),
        fc.string({ maxLength: 7, unit: 'grapheme-ascii' }),
        (secret, before, behind) => {
          const redacted = createRedactor({ secrets: [secret], tag })(btoa(before + secret + behind))
          expect(redacted).toContain(`‹secret:${tag(secret)}›`)
        },
      ),
    )
  })

  it('removes the longer of two secrets whole when one is a part of the other', () => {
    const redact = createRedactor({ secrets: ['correct-horse', 'correct-horse-battery'], tag })
    expect(redact('x correct-horse-battery y')).toBe(`x ‹secret:${tag('correct-horse-battery')}› y`)
  })

  it('shows two appearances of one secret under one name', () => {
    const redact = createRedactor({ secrets: ['correct-horse'], tag })
    expect(redact('correct-horse')).toBe(redact(Buffer.from('correct-horse').toString('hex')))
  })

  it('leaves values of fewer than 6 characters alone, for they are words', () => {
    expect(createRedactor({ secrets: ['abc', ''], tag })('abc is a word')).toBe('abc is a word')
  })
})

describe('layer 2: the shapes of known secrets', () => {
  const botToken = `811204553:${'AAE_x-9'.repeat(5)}`
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/IBAAK=\nCAQEA\n-----END RSA PRIVATE KEY-----'
  const shapes: Readonly<Record<string, string>> = {
    'a Telegram bot token': botToken,
    'an Anthropic key': `sk-ant-api03-${'aB3_-'.repeat(18)}`,
    'an OpenAI key': `sk-proj-${'aB3'.repeat(12)}`,
    'an AWS access key id': 'AKIAIOSFODNN7EXAMPLE',
    'a GitHub token': `ghp_${'a1B2'.repeat(9)}`,
    'a fine-grained GitHub token': `github_pat_${'a1B2_'.repeat(9)}`,
    'a Slack token': 'xoxb-123456789012-abcdefABCDEF',
    'a private key block': pem,
    'a private key block in JSON': JSON.stringify(pem).slice(1, -1),
    'a JSON Web Token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fw',
  }
  for (const [name, secret] of Object.entries(shapes)) {
    it(`removes ${name}`, () => {
      const redacted = redactShapes(`before (${secret}) after`)
      expect(redacted).toBe(`before (‹secret:${tag(secret)}›) after`)
    })
  }

  it('removes a bot token from the URL that grammY puts into its errors', () => {
    expect(redactShapes(`call to https://api.telegram.org/bot${botToken}/getMe failed`)).toBe(
      `call to https://api.telegram.org/bot‹secret:${tag(botToken)}›/getMe failed`,
    )
  })

  it('removes a bearer token and keeps the word', () => {
    expect(redactShapes('sent Bearer abcdef.123456')).toBe(`sent Bearer ‹secret:${tag('abcdef.123456')}›`)
  })

  it('removes pairing codes in the shapes in which they are told', () => {
    const redacted = redactShapes(
      'code ABCD2345, Code: ABCD2345, {"code":"ABCD2345"}, {\\"code\\":\\"ABCD2345\\"}, "code": "ABCD2345"',
    )
    expect(redacted).not.toContain('ABCD2345')
    expect(redacted.match(/‹secret:/g)).toHaveLength(5)
  })
})

describe('layer 3: values behind telling names', () => {
  const hidden: readonly string[] = [
    '{"token":"hunter2"}',
    '{"botToken": "hunter2"}',
    '{"apiKey":"hunter2"}',
    '{"api_key":"hunter2"}',
    '{"x-api-key":"hunter2"}',
    '{"password":"hunter2"}',
    '{"client_secret":"hunter2 and more"}',
    '{"Authorization":"Basic hunter2"}',
    '{"cookie":"sid=hunter2; b=hunter2"}',
    JSON.stringify({ body: JSON.stringify({ token: 'hunter2' }) }),
    JSON.stringify({ body: JSON.stringify({ token: 'a"hunter2\\"hunter2' }) }),
    JSON.stringify({ token: 'a"hunter2\\' }),
    'ANTHROPIC_API_KEY=hunter2',
    'export TELEGRAM_BOT_TOKEN="hunter2"',
    'https://example.org/?token=hunter2&x=1',
    'password: hunter2',
    'Authorization: Basic hunter2',
    'Cookie: sid=hunter2; b=hunter2',
    'x-api-key: hunter2',
  ]
  for (const text of hidden) {
    it(`removes the value in ${text}`, () => {
      expect(redactShapes(text)).not.toContain('hunter2')
    })
  }

  const harmless: readonly string[] = [
    '{"inputTokens":12,"outputTokens":34,"totalTokens":46}',
    '{"token":null,"secret":true}',
    'the token bucket is empty',
    'code accepted, 12345678 messages',
    'read the documentation about cookies and passwords',
    '{"session":"telegram:dm:811204553","model":"anthropic/claude"}',
    '2026-01-06T19:13:31.000Z',
    'task-force-of-seventeen-people',
  ]
  for (const text of harmless) {
    it(`leaves ${text} as it is`, () => {
      expect(redactShapes(text)).toBe(text)
    })
  }
})

describe('the whole', () => {
  it('keeps JSON JSON', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'token":"',
        'token=',
        '\\',
        '"',
        '-----BEGIN PRIVATE KEY-----\\',
        'Cookie: a\\',
        'code ABCD2345',
      ),
    )
    const text = fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join(''))
    const value = fc.dictionary(fc.oneof(fc.constantFrom('token', 'apiKey', 'cookie', '1'), text), text)
    fc.assert(
      fc.property(value, value, (fields, inner) => {
        // A secret that looks like JSON's own punctuation is the one exception; the log handles it.
        fc.pre(!Object.values(fields).some((secret) => /["\\]/.test(secret)))
        const redact = createRedactor({ secrets: Object.values(fields), tag })
        const line = JSON.stringify({ ...fields, body: JSON.stringify(inner) })
        expect(() => {
          JSON.parse(redact(line))
        }).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })

  it('is done after one pass: a second one finds nothing more', () => {
    const text = '{"token":"hunter2"} password: hunter2 Bearer abcdefgh1 Cookie: a=b; c=d code ABCD2345'
    expect(redactShapes(redactShapes(text))).toBe(redactShapes(text))
  })

  it('comes to an end on long texts of what drives a backtracking matcher to quadratic time', () => {
    // Quadratic would be minutes here: no clock is needed to see it, the runner's limit for a hang is enough.
    for (const text of baits(256 * 1024).values()) expect(redactShapes(text)).not.toBe('')
  })
})
