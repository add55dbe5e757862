/** A text as far as a page carries it, and how many UTF-16 units are missing. */
interface CutText {
  readonly text: string
  readonly cut: number
}

export type Cutter = (text: string) => CutText

/** Texts of one turn together are at most so many times as long as one of them may be. */
const TEXTS_A_TURN = 16

/** Cuts the texts of one turn, each to `maxText` UTF-16 units, and all together, never through a letter. */
export const createCutter = (maxText: number): Cutter => {
  let left = maxText * TEXTS_A_TURN
  return (text) => {
    const kept = beginning(text, Math.min(maxText, left))
    left -= kept.length
    return { text: kept, cut: text.length - kept.length }
  }
}

/** The first units of a text, one less where that would halve a surrogate pair. */
export const beginning = (text: string, units: number): string => {
  if (text.length <= units) return text
  const last = text.charCodeAt(units - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units)
}
