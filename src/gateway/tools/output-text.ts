export interface Decoded {
  readonly text: string
  /** Bytes of the page that are done with: a letter that is cut at its end is left for the next one. */
  readonly used: number
}

const MAX_LETTER = 4

/** A page of a file as text; undefined if it is none. Letters that are cut at its borders are no part of it. */
export const decodePage = (
  bytes: Uint8Array,
  { offset, size }: { readonly offset: number; readonly size: number },
): Decoded | undefined => {
  if (bytes.includes(0)) return undefined
  const from = offset === 0 ? 0 : strayBytes(bytes)
  const used = offset + bytes.length >= size ? bytes.length : bytes.length - cutLetter(bytes)
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(from, used))
    return { text, used }
  } catch {
    // Not UTF-8: the caller says that it is no text.
    return undefined
  }
}

/** A page without the line that its end cuts, which is left for the next page: who reads on finds every line whole. */
export const withoutCutLine = ({ text, used }: Decoded): Decoded => {
  const cut = text.lastIndexOf('\n') + 1
  const rest = text.length - cut
  if (cut === 0 || rest < TELLING || rest > LONG_LINE) return { text, used }
  return { text: text.slice(0, cut), used: used - Buffer.byteLength(text.slice(cut)) }
}

/** Output of a command: whatever it is, it becomes letters. @param headBytes where the missing bytes were */
export const outputText = (output: Uint8Array, headBytes: number, dropped: number): string => {
  if (dropped === 0) return decode(output)
  const head = output.subarray(0, headBytes)
  const tail = output.subarray(headBytes)
  const before = decode(head.subarray(0, head.length - cutLetter(head)))
  const behind = decode(tail.subarray(strayBytes(tail)))
  const kept = [untilCut(before), fromCut(behind)] as const
  const alsoLeftOut = Buffer.byteLength(before + behind) - Buffer.byteLength(kept.join(''))
  return `${kept[0]}\n[${dropped + alsoLeftOut} bytes left out]\n${kept[1]}`
}

// What a cut divides may be a secret, and no redactor knows half of one. So the line goes that was cut, or the end of it
// where it is long, and with it the lines before or behind that look like those of a key.

/** Half of a secret that is shorter tells nothing. UTF-16 units. */
const TELLING = 6
const LONG_LINE = 4 * 1024
const KEY_LINE = /^[A-Za-z0-9+/=_-]{32,}$/

const untilCut = (text: string): string => {
  const cut = text.lastIndexOf('\n') + 1
  if (text.length - cut > LONG_LINE) return text.slice(0, -LONG_LINE)
  let end = cut
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 2) + 1
    if (!KEY_LINE.test(text.slice(start, end - 1))) break
    end = start
  }
  return end === cut && text.length - cut < TELLING ? text : text.slice(0, end)
}

const fromCut = (text: string): string => {
  const cut = endOfLine(text, 0)
  if (cut > LONG_LINE) return text.slice(LONG_LINE)
  let start = cut
  while (start < text.length) {
    const end = endOfLine(text, start + 1)
    if (!KEY_LINE.test(text.slice(start + 1, end))) break
    start = end
  }
  return start === cut && cut < TELLING ? text : text.slice(start)
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes)

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80

/** Bytes at the end that begin a letter and do not finish it. */
const cutLetter = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(MAX_LETTER - 1, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? back : 0
  }
  return 0
}

/** Bytes at the beginning that belong to a letter before it. */
const strayBytes = (bytes: Uint8Array): number => {
  let count = 0
  while (count < MAX_LETTER - 1 && isContinuation(bytes[count] ?? 0)) count += 1
  return count
}
