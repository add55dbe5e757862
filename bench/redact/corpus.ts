// Keys of the services that an agent meets, written as they are met: what the redactor is measured by. It knows nothing of the
// redactor's own table, and no key in it is anybody's.
import { ALPHABETS, FORMATS } from './formats.ts'

export interface Sample {
  readonly vendor: string
  /** What may not be left, nor any part of it. */
  readonly secret: string
  /** Where it stands. */
  readonly line: string
}

export interface Recall {
  /** Samples of which nothing was left. */
  readonly found: number
  readonly total: number
  /** Vendor to how many of its samples were left whole or in part; those without any are not in it. */
  readonly missed: ReadonlyMap<string, number>
}

/** A shorter piece of a secret says nothing, and stands in other text by chance. */
const SHORTEST_PART = 6
const SAMPLES_OF_EACH = 5

/** The same seed gives the same corpus. */
export const corpus = (seed: number): readonly Sample[] => {
  const random = mulberry32(seed)
  const samples = FORMATS.flatMap(([vendor, form, word], row) =>
    Array.from({ length: SAMPLES_OF_EACH }, (_, column): Sample => {
      const [before, secret] = fill(form, random)
      const writings = word === undefined ? UNNAMED : NAMED
      const write = writings[(row + column) % writings.length] ?? ((text: string) => text)
      return { vendor, secret, line: write(`${before}${secret}`, word ?? '') }
    }),
  )
  return [...samples, ...structured(random)]
}

export const recallOf = (redact: (line: string) => string, samples: readonly Sample[]): Recall => {
  const missed = new Map<string, number>()
  for (const sample of samples)
    if (isLeft(redact(sample.line), sample)) missed.set(sample.vendor, (missed.get(sample.vendor) ?? 0) + 1)
  const left = [...missed.values()].reduce((sum, count) => sum + count, 0)
  return { found: samples.length - left, total: samples.length, missed }
}

/** True if any part of the secret is left that did not stand around it as well. */
const isLeft = (redacted: string, { secret, line }: Sample): boolean => {
  const parts = secret.split('\n')
  const around = parts.reduce((rest, part) => rest.split(part).join('\u0000'), line)
  for (const part of parts) {
    for (let at = 0; at + SHORTEST_PART <= part.length; at += 1) {
      const piece = part.slice(at, at + SHORTEST_PART)
      if (redacted.includes(piece) && !around.includes(piece)) return true
    }
  }
  return false
}

/** What may stay, and the secret. */
const fill = (form: string, random: () => number): readonly [before: string, secret: string] => {
  const filled = form.replace(
    /<(?:(U)|([a-zA-Z]):(\d+))>/g,
    (_, uuid: string | undefined, alphabet: string | undefined, length: string | undefined) =>
      uuid === undefined
        ? letters(ALPHABETS[alphabet ?? ''] ?? '', Number(length), random)
        : [8, 4, 4, 4, 12].map((count) => letters(ALPHABETS['h'] ?? '', count, random)).join('-'),
  )
  const mark = filled.indexOf('^')
  return mark < 0 ? ['', filled] : [filled.slice(0, mark), filled.slice(mark + 1)]
}

const letters = (alphabet: string, length: number, random: () => number): string => {
  if (alphabet === '') throw new Error('a form names an alphabet that there is not')
  const letter = (): string => alphabet[Math.floor(random() * alphabet.length)] ?? ''
  return Array.from({ length }, letter).join('')
}

type Writing = (secret: string, word: string) => string

/** A line of our own log, which begins with its time. */
const logLine = (message: string, fields: object): string =>
  `{"time":"2026-01-06T09:12:44.120Z",${JSON.stringify({
    0: JSON.stringify({ subsystem: 'gateway/tools' }),
    1: message,
    2: fields,
    _meta: { runtime: 'node', name: 'clawdbot', logLevelId: 3, logLevelName: 'INFO' },
  }).slice(1)}`

/** Where a key that is known by its looks stands: nothing around it says what it is. */
const UNNAMED: readonly Writing[] = [
  (secret) => secret,
  (secret) => `use ${secret} for now, I will change it tomorrow`,
  (secret) => `{"id":17,"value":"${secret}","note":"from the console"}`,
  (secret) => `  data: ${secret}`,
  (secret) => `https://api.example.com/v2/items?limit=20&k=${secret}`,
  (secret) => `$ deploy --region eu-west-1 --with '${secret}'`,
  (secret) => logLine('the command printed', { output: `ok\nvalue=${secret}\ndone` }),
  (secret) => logLine(`answer was {"given":"${secret}"}`, { status: 401 }),
  (secret) => `| production | \`${secret}\` | rotated in May |`,
]

const joined = (word: string, more: string, by: string): string => `${word}${by}${more}`
const camel = (word: string): string =>
  word.replaceAll(/_+(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Where a key stands that only the name before it gives away. */
const NAMED: readonly Writing[] = [
  (secret, word) => `export ${joined(word, 'TOKEN', '_').toUpperCase()}=${secret}`,
  (secret, word) => `${joined(word, 'API_KEY', '_').toUpperCase()}="${secret}"`,
  (secret, word) => `{"url":"https://example.com","${joined(word, 'key', '_')}":"${secret}","retries":3}`,
  (secret, word) => `  ${joined(word, 'secret', '-')}: ${secret}`,
  (secret, word) => `const ${camel(word)}Token = '${secret}';`,
  (secret, word) => logLine('settings', { [`${camel(word)}Key`]: secret, region: 'eu' }),
  (secret, word) => logLine('the command printed', { output: `${word.toUpperCase()}_AUTH=${secret}\ndone` }),
  (secret, word) => `${word}: ${secret}`,
  (secret, word) => `my ${word} key is: ${secret}`,
]

/** What is no vendor's: known by what stands around it. */
const structured = (random: () => number): readonly Sample[] =>
  Array.from({ length: SAMPLES_OF_EACH }, (_, column) =>
    STRUCTURES.map(([vendor, form, write]): Sample => {
      const [, secret] = fill(form, random)
      const line = write(secret)
      return {
        vendor,
        secret,
        line: column % 2 === 0 ? line : logLine('the command printed', { output: line }),
      }
    }),
  ).flat()

const STRUCTURES: readonly (readonly [vendor: string, form: string, write: (secret: string) => string])[] = [
  ['postgres', '<w:18>', (secret) => `DATABASE_URL=postgres://app:${secret}@db.internal:5432/app`],
  ['mysql', '<w:18>', (secret) => `mysql://root:${secret}@10.0.0.7/shop?charset=utf8`],
  ['mongodb', '<w:18>', (secret) => `mongodb+srv://svc:${secret}@cluster0.example.net/test`],
  ['redis', '<w:24>', (secret) => `redis://:${secret}@cache:6379/0`],
  ['amqp', '<w:18>', (secret) => `amqps://worker:${secret}@mq.example.com/%2f`],
  ['odbc', '<w:16>', (secret) => `Server=tcp:sql.example.net;User ID=sa;Password=${secret};Encrypt=True`],
  ['url-password', '<w:16>', (secret) => `git clone https://build:${secret}@git.example.com/a.git`],
  ['bearer', '<u:48>', (secret) => `Authorization: Bearer ${secret}`],
  ['basic', '<b:40>', (secret) => `authorization: Basic ${secret}`],
  ['curl-header', '<u:40>', (secret) => `curl -s -H "X-Api-Key: ${secret}" https://api.example.com/me`],
  ['curl-user', '<w:18>', (secret) => `curl -u admin:${secret} https://api.example.com/me`],
  ['cookie', '<w:40>', (secret) => `Cookie: session=${secret}; theme=dark`],
  ['set-cookie', '<u:64>', (secret) => `set-cookie: sid=${secret}; Path=/; HttpOnly`],
  ['json-password', '<w:14>', (secret) => `{"user":"mara","password":"${secret}"}`],
  ['env-secret', '<w:30>', (secret) => `CLIENT_SECRET=${secret}`],
  ['npmrc', '<u:40>', (secret) => `//registry.example.com/:_authToken=${secret}`],
  ['netrc', '<w:20>', (secret) => `machine api.example.com login mara password ${secret}`],
  ['private-key', '<b:64>\n<b:64>\n<b:64>\n<b:30>==', (secret) => pem('PRIVATE KEY', secret)],
  ['rsa-key', '<b:64>\n<b:64>\n<b:64>', (secret) => pem('RSA PRIVATE KEY', secret)],
  ['openssh-key', '<b:70>\n<b:70>\n<b:30>=', (secret) => pem('OPENSSH PRIVATE KEY', secret)],
]

const pem = (kind: string, body: string): string => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`

/** A small generator of numbers from 0 up to 1 (Tommy Ettinger's), so that a failure can be looked at again. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
