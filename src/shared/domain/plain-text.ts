import { visibleMark } from './visible-text.ts'

// oxlint-disable no-control-regex -- finding these characters is what this file is for

// Sequences that a terminal acts upon (ECMA-48), in their 7-bit and their 8-bit forms. No pattern reads beyond
// the next control, so the time is linear in the text, whatever the text is.

/** Operating system commands, device control strings and their like: from the introducer to the terminator. */
const STRINGS = /(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)/g
/** Colours, cursor movements, modes. */
const CONTROLS = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]/g
/** All other escapes: a character set, a reset, a keypad mode. */
const ESCAPES = /\x1b[ -/]*[0-~]/g
/** What is left of the C0 and C1 controls, but for line feed and tab; and the soft hyphen, which says nothing. */
const REST = /(?!\n|\t)[\p{Cc}\u00ad]/gu

// Joiners that belong to what they join: parts of one emoji, and letters of scripts that are written with them.
const JOINED =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=[\p{L}\p{M}])(?<![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\u200c\u200d](?=\p{L})(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])/gu
/** Bidirectional controls, zero-width characters, tags, separators, halves of surrogate pairs. */
const HIDDEN = /(?!\n|\t|\ufe0f)[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu
/** All that does not show, wherever it stands. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

/**
 * A text of anybody or anything as letters alone: nothing in it moves a cursor, sets a title, writes a clipboard,
 * reorders or hides. Escape sequences and controls are gone, a carriage return is a line break, and what would not
 * show stands as a visible mark (`‹U+202E›`). Applying it twice changes nothing more.
 */
export const plainText = (text: string): string => {
  const letters = text
    .replace(STRINGS, '')
    .replace(CONTROLS, '')
    .replace(ESCAPES, '')
    .replace(/\r\n?/g, '\n')
    .replace(REST, '')
  const joiners = new Set([...letters.matchAll(JOINED)].map(({ index }) => index))
  return letters.replace(HIDDEN, (found, at: number) => (joiners.has(at) ? found : `‹${visibleMark(found)}›`))
}

/** A text without the characters that do not show: what a person reads, who sees none of them. */
export const withoutUnseen = (text: string): string => text.replace(UNSEEN, '')
