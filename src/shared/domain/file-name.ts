/** UTF-16 units of a name. */
export const MAX_FILE_NAME = 100
/** Bytes of a name in UTF-8: with what is put before it, it stays below the 255 that file systems take. */
const MAX_FILE_NAME_BYTES = 200
/** Of the last part of a name: what is longer is no ending such as `.pdf`. */
const MAX_ENDING = 12

/** Controls, what reorders or hides, halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** What some file systems refuse; and the semicolon and the quote, which end a name where one is sent. */
const UNFIT = /[<>:"|?*;]/g

/**
 * The name of a file as somebody gave it, or a path, as a bare name: its last part alone, without separators, controls or
 * characters that reorder or hide, at most MAX_FILE_NAME long, never empty and never beginning with a dot or a dash.
 * Applying it twice changes nothing more.
 */
export const cleanFileName = (given: string, fallback: string): string => {
  const last = given.split(/[/\\]/).at(-1) ?? ''
  const letters = last.replace(/\s/g, ' ').replace(INVISIBLE, '').replace(UNFIT, '_').normalize('NFC')
  const name = trimmed(letters.replace(/[/\\]/g, '_'))
  return trimmed(shortened(name)) || fallback
}

const trimmed = (name: string): string => name.replace(/ +/g, ' ').replace(/^[.\- ]+|[. ]+$/g, '')

/** Cut before its ending, which says what it is. */
const shortened = (name: string): string => {
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= MAX_ENDING ? name.slice(dot) : ''
  let kept = ''
  for (const letter of name.slice(0, name.length - ending.length)) {
    const longer = `${kept}${letter}`
    if (longer.length + ending.length > MAX_FILE_NAME) break
    if (bytesOf(longer) + bytesOf(ending) > MAX_FILE_NAME_BYTES) break
    kept = longer
  }
  return `${kept}${ending}`
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length
