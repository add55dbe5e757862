import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRedactor, createStreamRedactor } from './redactor.ts'

const tag = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 8)
const purposes = ['log', 'model', 'export'] as const

const SECRETS = [
  '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0',
  'correct horse "battery" staple?',
  'pä$$wörd/with\\all+of=it&more',
]
const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  plain: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  'upper-case hex': (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  'a URL component': (secret) => encodeURIComponent(secret),
  'a JSON string': (secret) => JSON.stringify(secret).slice(1, -1),
  'JSON within JSON': (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
}

describe('a secret that is in use', () => {
  for (const purpose of purposes)
    for (const [name, encode] of Object.entries(ENCODINGS)) {
      it(`is taken out as ${name} for the purpose ${purpose}, at once and over pieces cut anywhere`, () => {
        const options = { secrets: SECRETS, tag, purpose }
        const redact = createRedactor(options)
        for (const secret of SECRETS) {
          const text = `before ${encode(secret)} behind`
          const wanted = `before ‹secret:${tag(secret)}› behind`
          expect(redact(text)).toBe(wanted)
          for (let cut = 0; cut <= text.length; cut += 1) {
            const stream = createStreamRedactor(options)
            const told = stream.push(text.slice(0, cut)) + stream.push(text.slice(cut)) + stream.end()
            expect(told).toBe(wanted)
          }
        }
      })
    }
})

const PEM_BODY = Array.from({ length: 50 }, (_, row) => tag(String(row)).repeat(8)).join('\n')

/** Secret, and the text that holds it. */
const HOLDERS: readonly (readonly [string, string])[] = [
  ['hunter2-hunter2', 'postgres://app:hunter2-hunter2@db.example.org:5432/app'],
  ['hunter2-hunter2', 'mongodb+srv://app:hunter2-hunter2@cluster0.example.org/?retryWrites=true'],
  ['hunter2hunter2', 'amqps://guest:hunter2hunter2@mq/vhost'],
  ['p%40ss%3Aw0rd', 'redis://:p%40ss%3Aw0rd@cache:6379/0'],
  ['hunter2hunter2', 'curl -u me:hunter2hunter2 https://example.org'],
  ['hunter2hunter2', 'curl -sS --user "me:hunter2hunter2" https://example.org'],
  ['hunter2hunter2', "curl --proxy-user 'me:hunter2hunter2' https://example.org"],
  ['hunter2hunter2', 'Cookie: theme=dark; sid=hunter2hunter2; path=/'],
  ['hunter2hunter2', 'Set-Cookie: sid=hunter2hunter2; HttpOnly; Secure'],
  ['hunter2hunter2', '< set-cookie: __Host-sid=hunter2hunter2; SameSite=Lax'],
  [
    'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
    'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c is it',
  ],
  ['eyJzdWIiOiIxMjM0In0', 'unsigned eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0. end'],
  [tag('49'), `-----BEGIN RSA PRIVATE KEY-----\n${PEM_BODY}\n-----END RSA PRIVATE KEY-----`],
  [tag('49'), JSON.stringify({ key: `-----BEGIN PRIVATE KEY-----\n${PEM_BODY}\n-----END PRIVATE KEY-----` })],
  // Cut off before its last line, and another key right behind it.
  [tag('49'), `-----BEGIN OPENSSH PRIVATE KEY-----\n${PEM_BODY}`],
  ['hunter2hunter2', '-----BEGIN PRIVATE KEY-----\nMIIE\nabcdefgh_hunter2hunter2'],
]

describe('what holds a secret', () => {
  for (const [secret, text] of HOLDERS) {
    it(`does not show it, whoever reads: ${text.slice(0, 60)}`, () => {
      expect(text).toContain(secret)
      for (const purpose of purposes) {
        const told = createRedactor({ secrets: [], tag, purpose })(text)
        expect(told).not.toContain(secret)
        expect(told).toContain('‹secret:')
      }
    })
  }
})

describe('the name of a home folder', () => {
  const paths: readonly string[] = [
    '/home/alice/x',
    '/Users/alice/x',
    'C:\\Users\\alice\\x',
    'C:\\\\Users\\\\alice\\\\x',
    'file:///home/alice/x',
    'error in /home/alice: not found',
    '"/home/alice"',
  ]
  for (const path of paths) {
    it(`is ~ in an export: ${path}`, () => {
      const told = createRedactor({ secrets: [], tag, purpose: 'export' })(path)
      expect(told).not.toContain('alice')
      expect(told).toContain('~')
    })
  }

  it('stays for the owner and for the model, which have to find the file', () => {
    for (const purpose of ['log', 'model'] as const)
      for (const path of paths) expect(createRedactor({ secrets: [], tag, purpose })(path)).toBe(path)
  })

  it('is ~ for every purpose where the folder is one of the list, wherever that is', () => {
    for (const purpose of purposes)
      expect(
        createRedactor({ secrets: [], tag, purpose, homes: ['/srv/people/alice'] })('/srv/people/alice/x'),
      ).toBe('~/x')
  })

  it('is not taken for one in a longer path or in an address', () => {
    for (const other of [
      '/mnt/home/alice',
      'https://example.org/home/alice',
      '/homes/alice',
      '/rooted',
      './home/alice',
    ])
      expect(createRedactor({ secrets: [], tag, purpose: 'export' })(other)).toBe(other)
  })
})

describe('leaks of comparable gateways that became known', () => {
  const log = createRedactor({ secrets: [], tag })

  it('the pairing code stood in the log, fourteen times, as the command printed it', () => {
    const printed = [
      'Code     Id         Name',
      'ABCD2345 811204553  Alice',
      'code: ABCD2345',
      '{"code":"ABCD2345"}',
    ]
    for (const line of printed.slice(2)) expect(log(line)).not.toContain('ABCD2345')
  })

  it('openclaw#12182, #85049: keys stood in transcripts and in the log, as tools printed them', () => {
    const environment =
      'ANTHROPIC_API_KEY=sk-ant-api03-hunter2hunter2hunter2\nTELEGRAM_BOT_TOKEN=110201543:AAHdqTcvCH1v'
    for (const purpose of purposes) {
      const told = createRedactor({ secrets: [], tag, purpose })(environment)
      expect(told).not.toMatch(/hunter2|AAHdq/)
    }
  })

  it('openclaw#77097: the token stood in an address', () => {
    expect(log('ws://127.0.0.1:18789/?token=hunter2hunter2&x=1')).toMatch(
      /^ws:\/\/127\.0\.0\.1:18789\/\?token=‹secret:[0-9a-f]{8}›&x=1$/,
    )
  })

  it('no part of a value is kept, where their redactor shows the first six characters and the last four', () => {
    const key = 'sk-proj-aB3aB3aB3aB3aB3aB3aB3aB3aB3'
    expect(log(`key ${key} end`)).toBe(`key ‹secret:${tag(key)}› end`)
  })

  it('log poisoning by headers: what somebody else wrote can not make a mark that is taken for one of ours', () => {
    for (const forged of ['‹secret:', '‹secret:zzzzzzzz›', '‹secret:0123abcd', '‹phone:›'])
      expect(log(`token=${forged}hunter2hunter2 password: ${forged}hunter2hunter2`)).not.toMatch(
        /(?:hunter2.*){4}/,
      )
  })
})
