import { alphabet, isIn } from './alphabets.ts'
import { GENERIC_WORDS, genericKey, vendorKey } from './assignments.ts'
import { backslashRun, bodyEnd, noteBody } from './bodies.ts'
import { type Format, firstFolds, fold, formatEnd, parseTable } from './formats.ts'
import { hasDigit, isKeyLike, memberAt } from './judge.ts'
import { NAMED_KEYS, PREFIXED_KEYS } from './key-formats.ts'
import { isMarked, markLength } from './mark.ts'
import { namedValue, SECRET_NAMES } from './names.ts'
import { beginsToken, codeAt, isInsideEscape, runEnd, type Scan, standsAt, standsFolded } from './scan.ts'

/** Whether a secret is at or shortly behind `at`: noted in the scan. Looks at a bounded piece of the text. */
export type Check = (scan: Scan, at: number) => boolean

/** Characters before `at` that a check may look at. */
export const CONTEXT = 256

const DASH = alphabet('dash')
const DOTS = alphabet('dots')
const SPACE = alphabet('space')
const LETTER = alphabet('letter')
const DIGIT = alphabet('digit')
const ALNUM = alphabet('alnum')
const TOKEN = alphabet('token')
const USER = alphabet('user')
const VALUE = alphabet('value')
const COLON = alphabet('colon')
const PEM = { kind: 'pem' } as const

const run = (number: number): { readonly kind: 'run'; readonly alphabet: number } => ({
  kind: 'run',
  alphabet: number,
})

const prefixed =
  (format: Format): Check =>
  (scan, at) => {
    const end = formatEnd(scan, format, at)
    if (end < 0 || !beginsToken(scan, at) || !isKeyLike(scan, at + format.lead, end)) return false
    scan.kind = 'secret'
    scan.from = at
    scan.to = end
    scan.rest = undefined
    if (format.open !== undefined && isIn(format.open, codeAt(scan, end))) scan.rest = run(format.open)
    return true
  }

/** Finds the word first, in any case. */
const worded =
  (word: string, check: (scan: Scan, at: number, end: number) => boolean): Check =>
  (scan, at) =>
    standsFolded(scan, word, at) && check(scan, at, at + word.length)

/** A JSON Web Token, of two parts or more. */
const webToken: Check = (scan, at) => {
  const first = runEnd(scan, DASH, at, 2048)
  if (first - at < 11 || codeAt(scan, first) !== 46) return false
  const second = runEnd(scan, DASH, first + 1, 2048)
  if (second - first < 9 || !standsAt(scan, 'eyJ', at) || !beginsToken(scan, at)) return false
  noteBody(scan, run(DOTS), at)
  return true
}

/** Bearer and Basic, where what follows is no word. */
const scheme = (scan: Scan, at: number, end: number): boolean => {
  const from = runEnd(scan, SPACE, end, 8)
  if (from === end || !beginsToken(scan, at)) return false
  const to = runEnd(scan, TOKEN, from, 512)
  const { text } = scan
  if (to - from < 8) return false
  // --bearer --next-option
  if (isIn(DOTS, text.charCodeAt(at - 1)) && standsAt(scan, '--', from)) return false
  if (!hasDigit(scan, from, to) && to - from < 24 && !/[a-z][A-Z]|=$/.test(text.slice(from, to))) return false
  noteBody(scan, run(TOKEN), from)
  return true
}

/** A private key as PEM, to its end. */
const privateKey: Check = (scan, at) => {
  let end = at + 11
  if (!standsAt(scan, '-----BEGIN ', at)) return false
  while (end - at < 64 && (isIn(ALNUM, codeAt(scan, end)) || codeAt(scan, end) === 32)) end += 1
  if (codeAt(scan, end) !== 45 || !standsAt(scan, '-----', end)) return false
  const name = scan.text.slice(at + 11, end)
  if (!name.endsWith('PRIVATE KEY') && !name.endsWith('PRIVATE KEY BLOCK')) return false
  const from = end + 5
  noteBody(scan, PEM, from)
  scan.from = at
  return true
}

/** The password of a connection string, or the token that stands for both user and password. `at`: the colon of ://. */
const connection: Check = (scan, at) => {
  if (!standsAt(scan, '://', at)) return false
  const from = at + 3
  let end = from
  while (end - from < 512) {
    const to = runEnd(scan, USER, end, 513)
    const mark = markLength(scan, to)
    end = to + mark
    if (mark === 0) break
  }
  if (end === from || end - from >= 512 || codeAt(scan, end) !== 64) return false
  const colon = memberAt(scan, COLON, from, end)
  const hasPassword = colon >= 0
  const value = hasPassword ? colon + 1 : from
  if (value === end || isMarked(scan, value, end)) return false
  if (!hasPassword && (end - from < 20 || !hasDigit(scan, from, end))) return false
  const first = codeAt(scan, value)
  if (first === 36 || first === 123) return false
  scan.kind = 'secret'
  scan.from = value
  scan.to = end
  scan.rest = undefined
  return true
}

/** Whether `curl` stands before `at`, as far as the context goes. */
const isBehindCurl = (scan: Scan, at: number): boolean => {
  const { text } = scan
  const oldest = Math.max(0, at - CONTEXT)
  if (scan.curlNext < oldest) {
    const found = text.indexOf('curl', oldest)
    scan.curlNext = found < 0 ? text.length : found
  }
  while (scan.curlNext + 4 <= at) {
    scan.curlAt = scan.curlNext
    const found = text.indexOf('curl', scan.curlNext + 4)
    scan.curlNext = found < 0 ? text.length : found
  }
  return scan.curlAt >= oldest
}

/** The password of curl -u name:password. `end`: behind the option. */
const curlUser = (scan: Scan, at: number, end: number): boolean => {
  if (!isBehindCurl(scan, at)) return false
  let from = codeAt(scan, end) === 61 ? end + 1 : runEnd(scan, SPACE, end, 8)
  if (from === end) return false
  from += backslashRun(scan, from)
  const first = codeAt(scan, from)
  if (first === 34 || first === 39) from += 1
  const to = bodyEnd(scan, run(VALUE), from, 512)
  const colon = memberAt(scan, COLON, from, to)
  if (colon < 0 || colon + 3 >= to || colon === from) return false
  const second = codeAt(scan, colon + 1)
  if (isMarked(scan, colon + 1, to) || second === 36 || second === 60 || second === 47) return false
  scan.kind = 'secret'
  scan.from = colon + 1
  scan.to = to
  scan.rest = undefined
  return true
}

/** A pairing code, as in code ABCD2345 or "code":"ABCD2345". Upper case only: `code accepted` is not one. */
const pairingCode: Check = (scan, at) => {
  if (!standsAt(scan, 'code', at) && !standsAt(scan, 'Code', at) && !standsAt(scan, 'CODE', at)) return false
  if (at > 0 && at !== scan.edge && isIn(LETTER, scan.text.charCodeAt(at - 1)) && !beginsToken(scan, at))
    return false
  let from = skipQuote(scan, at + 4)
  from = runEnd(scan, SPACE, from, 8)
  const sign = codeAt(scan, from)
  if (sign === 58 || sign === 61) from = runEnd(scan, SPACE, from + 1, 8)
  from = skipQuote(scan, from)
  if (from === at + 4) return false
  for (let index = 0; index < 8; index += 1) if (!isCodeCharacter(codeAt(scan, from + index))) return false
  if (isIn(ALNUM, codeAt(scan, from + 8))) return false
  scan.kind = 'secret'
  scan.from = from
  scan.to = from + 8
  scan.rest = undefined
  return true
}

/** A to Z without I and O, 2 to 9. */
const isCodeCharacter = (code: number): boolean =>
  (code >= 65 && code <= 90 && code !== 73 && code !== 79) || (code >= 50 && code <= 57)

const skipQuote = (scan: Scan, at: number): number => {
  const backslashes = backslashRun(scan, at)
  return codeAt(scan, at + backslashes) === 34 ? at + backslashes + 1 : at
}

/** A bot's token of Telegram, and an app's of Facebook: `at` is the first digit of a run. */
export const digitKey: Check = (scan, at) => {
  const end = runEnd(scan, DIGIT, at, 17)
  const length = end - at
  if (length < 6 || length > 16) return false
  const sign = codeAt(scan, end)
  let from = -1
  if (sign === 58) from = end + 1
  else if (sign === 37 && standsFolded(scan, '%3a', end)) from = end + 3
  else if (sign === 124 && length >= 15) from = end + 1
  if (from < 0) return false
  const to = runEnd(scan, DASH, from, 512)
  if (to - from < (sign === 124 ? 27 : 30) || isInsideEscape(scan.text, at)) return false
  scan.kind = 'secret'
  scan.from = at
  scan.to = to
  scan.rest = isIn(DASH, codeAt(scan, to)) ? run(DASH) : undefined
  return true
}

const TAILED = {
  maxmind: parseTable("maxmind alnum{6} '_' alnum{29} '_mmk'"),
  terraform: parseTable("terraform alnum{14} '.atlasv1.' pad{60,70}"),
  mailchimp: parseTable("mailchimp hex{32} '-us' digit{1,2}"),
  discord: parseTable("discord alnum{23,28} '.' dash{6,7} '.' dash{27,}"),
}

const formatOf = (name: keyof typeof TAILED): Format => {
  const format = TAILED[name][0]?.formats[0]
  if (format === undefined) throw new Error(`no format of ${name}`)
  return format
}

const MAXMIND = formatOf('maxmind')
const TERRAFORM = formatOf('terraform')
const MAILCHIMP = formatOf('mailchimp')
const DISCORD = formatOf('discord')

/** Keys whose sign stands in their middle: `at` is the first letter or digit of a run. */
export const tailedKey: Check = (scan, at) => {
  const end = runEnd(scan, ALNUM, at, 33)
  const sign = codeAt(scan, end)
  const length = end - at
  if (length === 5 && sign === 126) return azureKey(scan, at)
  if (sign !== 95 && sign !== 46 && sign !== 45) return false
  let format: Format | undefined
  if (length === 6 && sign === 95) format = MAXMIND
  else if (length === 14 && sign === 46) format = TERRAFORM
  else if (length === 32 && sign === 45) format = MAILCHIMP
  else if (length >= 23 && length <= 28 && sign === 46) format = DISCORD
  if (format === undefined) return false
  const to = formatEnd(scan, format, at)
  if (to < 0 || !hasDigit(scan, at, to) || !beginsToken(scan, at)) return false
  scan.kind = 'secret'
  scan.from = at
  scan.to = to
  scan.rest = format.open !== undefined && isIn(format.open, codeAt(scan, to)) ? run(format.open) : undefined
  return true
}

const azureKey = (scan: Scan, at: number): boolean => {
  if (!isIn(DIGIT, codeAt(scan, at + 3)) || codeAt(scan, at + 4) !== 81) return false
  const to = runEnd(scan, TOKEN, at + 6, 64)
  if (to - at < 37 || !beginsToken(scan, at)) return false
  scan.kind = 'secret'
  scan.from = at
  scan.to = to
  scan.rest = undefined
  return true
}

/** The checks by the first four characters, folded, of what they begin with. */
const index = new Map<number, Check[]>()

const ALL_FOLDS = Array.from({ length: 32 }, (_, code) => code)

const add = (check: Check, folds: readonly (readonly number[])[]): void => {
  let keys = [0]
  for (let place = 0; place < 4; place += 1) {
    const next = folds[place] ?? ALL_FOLDS
    keys = keys.flatMap((key) => next.map((code) => key * 32 + code))
  }
  for (const key of new Set(keys)) {
    const checks = index.get(key)
    if (checks === undefined) index.set(key, [check])
    else checks.push(check)
  }
}

const foldsOf = (text: string): readonly (readonly number[])[] =>
  Array.from({ length: Math.min(4, text.length) }, (_, place) => [fold(text.charCodeAt(place))])

for (const { formats } of parseTable(PREFIXED_KEYS))
  for (const format of formats) add(prefixed(format), firstFolds(format))
add(webToken, foldsOf('eyJ'))
add(privateKey, foldsOf('-----BEGIN'))
add(connection, foldsOf('://'))
for (const word of ['bearer', 'basic']) add(worded(word, scheme), foldsOf(word))
add(pairingCode, foldsOf('code'))
for (const option of [' -u', ' --user', ' --proxy-user']) add(worded(option, curlUser), foldsOf(option))
for (const [kind, names] of SECRET_NAMES)
  for (const name of names)
    add(
      worded(name, (scan, at, end) => namedValue(scan, kind, at, end)),
      foldsOf(name),
    )
for (const { names, formats } of parseTable(NAMED_KEYS))
  for (const name of names)
    add(
      worded(name, (scan, _at, end) => vendorKey(scan, formats, end)),
      foldsOf(name),
    )
for (const word of GENERIC_WORDS) add(worded(word, genericKey), foldsOf(word))

const filter = new Uint8Array(1 << 17)
for (const key of index.keys()) filter[key >> 3] = (filter[key >> 3] ?? 0) | (1 << (key & 7))

/** Whether any check begins with these four characters, folded to 5 bits each. */
export const isCandidate = (key: number): boolean => (((filter[key >> 3] ?? 0) >> (key & 7)) & 1) === 1

export const checksOf = (key: number): readonly Check[] => index.get(key) ?? []
