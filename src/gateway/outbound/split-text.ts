/**
 * Cuts a text into parts of at most `limit` UTF-16 units, at the last line break or else the last space of each
 * part, and never between the halves of a surrogate pair. The white space at a cut goes; nothing else does.
 */
export const splitText = (text: string, limit: number): readonly string[] => {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > limit) {
    const end = cutBefore(rest, limit)
    parts.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  if (rest !== '') parts.push(rest)
  return parts
}

/** A part that is not even half full because of an early line break would make too many messages. */
const LEAST_FILLED = 0.5

const cutBefore = (text: string, limit: number): number => {
  const least = Math.floor(limit * LEAST_FILLED)
  // The border itself may stand just behind the last unit that fits.
  const window = text.slice(0, limit + 1)
  for (const border of ['\n', ' ']) {
    const at = window.lastIndexOf(border)
    if (at > least) return at
  }
  const last = text.charCodeAt(limit - 1)
  const isHighSurrogate = last >= 0xd800 && last <= 0xdbff
  return isHighSurrogate && limit > 1 ? limit - 1 : limit
}
