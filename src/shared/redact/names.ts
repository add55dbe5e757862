import { alphabet, isIn } from './alphabets.ts'
import { backslashRun, bodyEnd, noteBody } from './bodies.ts'
import { hasDigit, hasLetter, memberAt } from './judge.ts'
import { isMarked } from './mark.ts'
import { codeAt, MAX_VALUE, runEnd, type Scan, standsAt, standsFolded } from './scan.ts'

/** What a name says of its value: a secret; a password, which may be a plain word; a header of several words. */
export type NameKind = 'secret' | 'password' | 'authorization' | 'cookie'

/** Only the end of a name counts, so accessToken and client_secret are covered. Lower case. */
export const SECRET_NAMES: readonly (readonly [NameKind, readonly string[]])[] = [
  [
    'secret',
    [
      'token',
      'secret',
      'apikey',
      'api_key',
      'api-key',
      'accesskey',
      'access_key',
      'access-key',
      'secretkey',
      'secret_key',
      'secret-key',
      'privatekey',
      'private_key',
      'private-key',
      'accountkey',
      'account_key',
      'encryptionkey',
      'encryption_key',
      'signingkey',
      'signing_key',
      'masterkey',
      'master_key',
      'authkey',
      'auth_key',
      'credential',
      'credentials',
      'jwt',
      '_auth',
    ],
  ],
  ['password', ['password', 'passwd', 'passphrase', 'pwd', 'passcode']],
  ['authorization', ['authorization']],
  ['cookie', ['cookie', 'cookies']],
]

type Sign = 'tight' | 'loose' | 'arrow' | 'tag' | 'flag' | 'is'

const SPACE = alphabet('space')
const DIGIT = alphabet('digit')
const DASH = alphabet('dash')
const TAG = alphabet('tag')
const VALUE = { kind: 'run', alphabet: alphabet('value') } as const
const LINE = { kind: 'line' } as const
const MAX_SPACES = 8
const SCHEMES = ['bearer', 'basic', 'digest', 'token', 'negotiate', 'apikey', 'bot', 'aws4-hmac-sha256']

const isQuote = (code: number): boolean => code === 34 || code === 39 || code === 96

/**
 * Whether the name of a secret that ends at `end` is followed by its value: in JSON (at any depth of strings), as a header, in
 * an environment or a query, in XML, as an option of a command, in prose.
 */
export const namedValue = (scan: Scan, kind: NameKind, at: number, end: number): boolean => {
  const run = backslashRun(scan, end)
  const closed = isQuote(codeAt(scan, end + run))
  if (run > 0 && !closed) return false
  let next = closed ? end + run + 1 : end
  if (closed && codeAt(scan, next) === 93) next += 1
  const gap = runEnd(scan, SPACE, next, MAX_SPACES) - next
  const [sign, length] = signAt(scan, at, next + gap, gap)
  if (sign === undefined) return false
  next += gap + length
  next = runEnd(scan, SPACE, next, MAX_SPACES)
  // The next option: this one has no value.
  if (sign === 'flag' && standsAt(scan, '--', next)) return false
  if (codeAt(scan, next) === 91 && closed) next = runEnd(scan, SPACE, next + 1, MAX_SPACES)
  if (!closed && closesString(scan, next)) return false
  return closed || sign === 'arrow' || opensString(scan, next)
    ? quoted(scan, kind, next, closed ? run : -1)
    : kind === 'authorization' || kind === 'cookie'
      ? header(scan, kind, next)
      : bare(scan, kind, next, sign)
}

/** The sign of assignment at `at` and its length. `gap`: how many spaces stand before it. */
const signAt = (scan: Scan, name: number, at: number, gap: number): readonly [Sign | undefined, number] => {
  const first = codeAt(scan, at)
  if (first === 61) {
    const second = codeAt(scan, at + 1)
    if (second === 61) return [undefined, 0]
    if (second === 62) return ['arrow', 2]
    return [gap === 0 && !isIn(SPACE, second) ? 'tight' : 'loose', 1]
  }
  if (first === 58) {
    const second = codeAt(scan, at + 1)
    if (second === 58) return [undefined, 0]
    return ['loose', second === 61 ? 2 : 1]
  }
  if (first === 62 && gap === 0) return ['tag', 1]
  if (first === 37 && gap === 0 && (standsFolded(scan, '%3d', at) || standsFolded(scan, '%3a', at)))
    return ['tight', 3]
  if (gap === 0) return [undefined, 0]
  if (standsAt(scan, 'is ', at)) return ['is', 3]
  return isOption(scan, name) || isNetrc(scan, name) ? ['flag', 0] : [undefined, 0]
}

/** Whether the name is one of an option, such as --api-token. */
const isOption = ({ text, edge }: Scan, name: number): boolean => {
  let at = name
  while (name - at < 32 && at > 0 && at !== edge && isIn(DASH, text.charCodeAt(at - 1))) at -= 1
  return text.startsWith('--', at)
}

/** Whether the name stands in a line of a .netrc: machine example.org login me password … */
const isNetrc = ({ text, edge }: Scan, name: number): boolean => {
  const before = text.slice(Math.max(0, edge, name - 64), name)
  return before.includes('login ') && /login [^\s]+\s+$/.test(before)
}

/** Whether a string begins at `at`, also one with a letter before it as in Python. */
const opensString = (scan: Scan, at: number): boolean => {
  const run = backslashRun(scan, at)
  const code = codeAt(scan, at + run)
  return isQuote(code) || (run === 0 && isLetterOfString(code) && isQuote(codeAt(scan, at + 1)))
}

/** b f r u */
const isLetterOfString = (code: number): boolean =>
  code === 98 || code === 102 || code === 114 || code === 117

/** Whether the quote at `at` ends the string that the name stands in, which a sign of JSON behind it shows. */
const closesString = (scan: Scan, at: number): boolean => {
  const run = backslashRun(scan, at)
  if (codeAt(scan, at + run) !== 34) return false
  const behind = codeAt(scan, runEnd(scan, SPACE, at + run + 1, MAX_SPACES))
  return behind === -1 || behind === 44 || behind === 58 || behind === 93 || behind === 125
}

/** @param depth the backslashes before the quotes of the name; -1 if it has none. */
const quoted = (scan: Scan, kind: NameKind, at: number, depth: number): boolean => {
  let from = at + backslashRun(scan, at)
  if (!isQuote(codeAt(scan, from))) {
    if (!opensString(scan, from)) return depth >= 0 && bareNumber(scan, at)
    from += 1
  }
  const quote = codeAt(scan, from)
  if (quote === 34 && depth >= 0 && depth !== from - at && closesString(scan, from)) return false
  const body = {
    kind: 'string',
    quote,
    depth: from - at > 1 || codeAt(scan, at) === 92 ? from - at : 0,
  } as const
  from += 1
  if (kind === 'authorization') from = afterScheme(scan, from)
  const first = codeAt(scan, from)
  if (first === 36 || first === 60 || (first === 123 && codeAt(scan, from + 1) === 123)) {
    // $TOKEN, ${token}, <token>, {{token}}: where a value is to be put in.
    const second = codeAt(scan, from + 1)
    if (!(first === 36 && isIn(DIGIT, second))) return false
  }
  noteBody(scan, body, from)
  return scan.to > from && !isMarked(scan, from, scan.to)
}

/** A number of JSON: six digits or more behind such a name are not a count. */
const bareNumber = (scan: Scan, at: number): boolean => {
  const to = runEnd(scan, DIGIT, at, 64)
  if (to - at < 6 || to - at === 64) return false
  const behind = codeAt(scan, to)
  if (behind !== 44 && behind !== 125 && behind !== 93 && behind !== 10 && behind !== 13 && behind !== 32)
    return false
  scan.kind = 'number'
  scan.from = at
  scan.to = to
  scan.rest = undefined
  return true
}

/** Behind the scheme of an Authorization header, which says nothing. */
const afterScheme = (scan: Scan, at: number): number => {
  for (const scheme of SCHEMES) {
    if (!standsFolded(scan, scheme, at)) continue
    const behind = at + scheme.length
    const end = runEnd(scan, SPACE, behind, MAX_SPACES)
    if (end > behind) return end
  }
  return at
}

const header = (scan: Scan, kind: 'authorization' | 'cookie', at: number): boolean => {
  const from = kind === 'authorization' ? afterScheme(scan, at) : at
  const to = bodyEnd(scan, LINE, from, MAX_VALUE)
  if (to === from || isMarked(scan, from, to)) return false
  const { text } = scan
  // What tells a header from a sentence stands at its beginning.
  const start = text.slice(from, Math.min(to, from + 64)).replace(/‹[^›]*›?/g, '')
  if (kind === 'cookie' ? !/^[\w.$-]{1,48}=[^\s=>]/.test(start) : from === at && !/[0-9=]/.test(start))
    return false
  noteBody(scan, LINE, from)
  return true
}

const NO_VALUES = new Set(
  (
    'null true false undefined none nil string number boolean unknown any void object required optional empty bytes buffer ' +
    'token secret password passwd passphrase key value str text hidden redacted self this and the not are was for with from'
  ).split(' '),
)
const LONGEST_NO_VALUE = 10

/** Whether a value says that there is none, with or without the signs of a sentence behind it. */
const isNoValue = (value: string): boolean => {
  let end = value.length
  while (end > 0 && '.:?!)]}>'.includes(value[end - 1] ?? ' ')) end -= 1
  return end <= LONGEST_NO_VALUE && NO_VALUES.has(value.slice(0, end).toLowerCase())
}

const bare = (scan: Scan, kind: 'secret' | 'password', from: number, sign: Sign): boolean => {
  let to = bodyEnd(scan, VALUE, from, MAX_VALUE)
  if (sign === 'tag') {
    const close = memberAt(scan, TAG, from, to)
    if (close < 0) return false
    to = close
  }
  if (to - from < 4 || isMarked(scan, from, to) || !isPlausible(scan, kind, from, to, sign)) return false
  scan.kind = 'secret'
  scan.from = from
  scan.to = to
  scan.rest = to - from >= MAX_VALUE ? VALUE : undefined
  return true
}

/** Whether a value without quotes is one, and not a piece of source code or of a sentence. */
const isPlausible = (scan: Scan, kind: NameKind, from: number, to: number, sign: Sign): boolean => {
  const { text } = scan
  const number = hasDigit(scan, from, to)
  // Most are told without a look at what they are.
  if (!number && sign !== 'tight' && !mayBeWord(scan, kind, from, to, sign)) return false
  const value = text.slice(from, Math.min(to, from + 200))
  if (/^(?:[$<{%[(*.]|https?:)/.test(value))
    return /^[$%*.(][^\s]*[0-9]/.test(value) && !/[(){}[\]<>]/.test(value)
  if (isNoValue(value)) return false
  if (!(sign === 'tight' && number) && /[([{<>]/.test(value)) return false
  if (/^[a-z_$]+(?:\.[a-z_$]+)+$/i.test(value)) return false
  if (/^[0-9]{4}-[0-9]{2}-[0-9]{2}/.test(value)) return false
  if (sign === 'tight') return true
  if (number)
    return (
      (hasLetter(scan, from, to) || kind === 'password' || to - from >= 8) &&
      (sign !== 'is' || to - from >= 6)
    )
  return !/[.:;?()]/.test(value)
}

/** Whether a value without a digit may be a password: it is a word alone on the rest of its line. */
const mayBeWord = (scan: Scan, kind: NameKind, from: number, to: number, sign: Sign): boolean => {
  if (kind !== 'password' || sign === 'is' || sign === 'flag' || to - from < 6) return false
  const behind = codeAt(scan, to)
  return behind === -1 || behind === 10 || behind === 13 || behind === 60 || behind === 34
}
