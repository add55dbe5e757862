const NUMBERS = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
] as const

/** A small count as a word, a larger one in digits with thousands apart. */
export const countWord = (count: number): string => NUMBERS[count] ?? groupDigits(count)

/** `18,204` */
export const groupDigits = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')

/** `one person`, `two people`, `no people`. */
export const counted = (count: number, one: string, many: string): string =>
  `${countWord(count)} ${count === 1 ? one : many}`

/** The sentence with its first letter in upper case. */
export const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Eight symbols of a pairing code in two groups, as they are read aloud: `K7QM·2ZXA`. */
export const groupCode = (code: string): string => `${code.slice(0, 4)}·${code.slice(4)}`

/** The second modifier as this system writes it. */
export const altKey = (platform: string): string => (/mac/i.test(platform) ? '⌥' : 'Alt')

/** The shortcut modifier as this system writes it. */
export const modifierKey = (platform: string): string => (/mac/i.test(platform) ? '⌘' : 'Ctrl')
