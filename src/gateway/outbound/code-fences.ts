/** A fenced block of code in a text, by the offsets of its UTF-16 units. */
export interface Fenced {
  /** Of the first backtick of the line that opens it. */
  readonly from: number
  /** Behind that line, without its line break. */
  readonly body: number
  /** Behind the line that closes it; the end of the text where none does. */
  readonly to: number
  /** The line that opens it, to open it again. */
  readonly opening: string
}

const FENCE = /^```(?<info>[^\n`]{0,40})$/gm

/** The blocks between lines of three backticks, as messengers show them (a simple form of what CommonMark says). */
export const fencesOf = (text: string): readonly Fenced[] => {
  const blocks: Fenced[] = []
  let open: { readonly from: number; readonly body: number; readonly opening: string } | undefined
  for (const found of text.matchAll(FENCE)) {
    const [opening] = found
    const behind = found.index + opening.length
    if (open === undefined) open = { from: found.index, body: behind, opening }
    else if (found.groups?.['info']?.trim() === '') {
      blocks.push({ ...open, to: behind })
      open = undefined
    }
  }
  if (open !== undefined) blocks.push({ ...open, to: text.length })
  return blocks
}
