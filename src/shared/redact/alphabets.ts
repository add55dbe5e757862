/** The characters that keys are made of, by the name under which the tables of formats call them. */
const ALPHABETS = {
  digit: '0-9',
  hex: '0-9a-fA-F',
  upper: '0-9A-Z',
  letter: 'a-zA-Z',
  alnum: '0-9a-zA-Z',
  word: '0-9a-zA-Z_',
  dash: '0-9a-zA-Z_-',
  pad: '0-9a-zA-Z_=-',
  dots: '0-9a-zA-Z_=.-',
  base64: '0-9a-zA-Z+/=',
  any64: '0-9a-zA-Z+/=_-',
  token: '0-9a-zA-Z._~+/=%-',
  // What may stand between the name of a vendor and the sign that gives the value.
  tail: '0-9a-zA-Z_ \t.-',
  space: ' \t',
  // A value without quotes, as in an environment or a query: all that does not end it.
  value: '!#$%()*+./0-9:<=>?@A-Z[]^_a-z{|}~-',
  // The user and the password of a connection string.
  user: '!$%()*+.0-9;=A-Z[]^_a-z{|}~&,:-',
  colon: ':',
  // Opens the tag behind a value of XML.
  tag: '<',
} as const

export type AlphabetName = keyof typeof ALPHABETS

export const ALPHABET_NAMES = Object.keys(ALPHABETS)

/** One table of 128 after the other, by number of the alphabet: 1 where the character is a member. */
const TABLES = new Uint8Array(128 * ALPHABET_NAMES.length)

const fill = (number: number, ranges: string): void => {
  for (let at = 0; at < ranges.length; at += 1) {
    const first = ranges.charCodeAt(at)
    const isRange = ranges[at + 1] === '-' && at + 2 < ranges.length
    const last = isRange ? ranges.charCodeAt(at + 2) : first
    TABLES.fill(1, 128 * number + first, 128 * number + last + 1)
    if (isRange) at += 2
  }
}

for (const [number, ranges] of Object.values(ALPHABETS).entries()) fill(number, ranges)

export const isAlphabet = (name: string): name is AlphabetName => ALPHABET_NAMES.includes(name)

/** The number by which the matcher knows an alphabet. */
export const alphabet = (name: AlphabetName): number => ALPHABET_NAMES.indexOf(name)

const VALUE = alphabet('value')

const USER = alphabet('user')

const MARK_OPENS = 0x2039
const MARK_CLOSES = 0x203a

/** Whether `code`, a UTF-16 unit, is a member. Values and passwords may hold any letter of the world. */
export const isIn = (number: number, code: number): boolean => {
  if (code < 128) return code >= 0 && TABLES[(number << 7) | code] === 1
  return (number === VALUE || number === USER) && isForeign(code)
}

const isForeign = (code: number): boolean =>
  code > 0xa0 && code !== MARK_OPENS && code !== MARK_CLOSES && code !== 0x2028 && code !== 0x2029
