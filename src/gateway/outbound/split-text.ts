import { fencesOf } from './code-fences.ts'

/**
 * Cuts a text into parts of at most `limit` UTF-16 units, at the last line break or else the last space of each
 * part, and never between the halves of a surrogate pair. The white space at a cut goes; nothing else does. A fenced
 * block of code that fits into one part is not cut; one that does not is closed where it is cut, and opened again.
 */
export const splitText = (text: string, limit: number): readonly string[] => {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > limit) {
    const { part, next } = cut(rest, limit)
    parts.push(part)
    rest = next
  }
  if (rest !== '') parts.push(rest)
  return parts
}

interface Cut {
  readonly part: string
  readonly next: string
}

/** A part that is not even half full because of an early line break would make too many messages. */
const LEAST_FILLED = 0.5
/** With so little room no fence is closed and opened: a part would hold little else. UTF-16 units. */
const LEAST_FOR_FENCES = 200
const CLOSED = '\n```'

const cut = (rest: string, limit: number): Cut => {
  const end = cutBefore(rest, limit)
  const block =
    limit < LEAST_FOR_FENCES ? undefined : fencesOf(rest).find(({ from, to }) => from < end && end < to)
  if (block === undefined) return at(rest, end)
  // Before the block, if something stands there and the block then fits.
  if (block.from > 0 && block.to - block.from <= limit) return at(rest, block.from)
  // Somewhere in it, by lines; the first line stands in the next part again, so it has to be left behind here.
  const room = limit - CLOSED.length
  const line = rest.lastIndexOf('\n', room)
  const inside = line > block.body ? line : cutBefore(rest, room)
  if (inside <= block.body) return block.from > 0 ? at(rest, block.from) : at(rest, end)
  const skipped = rest[inside] === '\n' ? 1 : 0
  return {
    part: `${rest.slice(0, inside)}${CLOSED}`,
    next: `${block.opening}\n${rest.slice(inside + skipped)}`,
  }
}

const at = (rest: string, end: number): Cut => ({
  part: rest.slice(0, end).trimEnd(),
  next: rest.slice(end).trimStart(),
})

const cutBefore = (text: string, limit: number): number => {
  const least = Math.floor(limit * LEAST_FILLED)
  // The border itself may stand just behind the last unit that fits.
  const window = text.slice(0, limit + 1)
  for (const border of ['\n', ' ']) {
    const found = window.lastIndexOf(border)
    if (found > least) return found
  }
  const last = text.charCodeAt(limit - 1)
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff
  return isHighSurrogate && limit > 1 ? limit - 1 : limit
}
