/** One piece of remote text: plain, or a character that would not show or would reorder, by its code point. */
export type VisiblePiece = { readonly text: string } | { readonly mark: string }

// Controls (with ANSI's escape), format characters (bidirectional overrides, zero-width ones, tags), line and
// paragraph separators, lone surrogates, and all that draws nothing by default. Line feed and tab stay, and so
// does the variation selector that makes a heart red.
const INVISIBLE = /(?!\n|\t|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu

/** Splits remote text so that a screen can draw what hides in it as an inert, visible mark. */
export const visiblePieces = (text: string): readonly VisiblePiece[] => {
  const pieces: VisiblePiece[] = []
  let from = 0
  for (const match of text.matchAll(INVISIBLE)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) })
    pieces.push({ mark: visibleMark(match[0]) })
    from = match.index + match[0].length
  }
  if (from < text.length) pieces.push({ text: text.slice(from) })
  return pieces
}

/** The same as one line for a terminal or a log: `‹U+202E›` stands where the character stood. */
export const visibleLine = (text: string): string =>
  text.replace(/[\n\t]/g, ' ').replace(INVISIBLE, (found) => `‹${visibleMark(found)}›`)

/** A character by its code point. */
export const visibleMark = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
