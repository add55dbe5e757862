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

/** Output of a command: whatever it is, it becomes letters. @param headBytes where the missing bytes were */
export const outputText = (output: Uint8Array, headBytes: number, dropped: number): string => {
  if (dropped === 0) return decode(output)
  const head = output.subarray(0, headBytes)
  const tail = output.subarray(headBytes)
  return `${decode(head.subarray(0, head.length - cutLetter(head)))}\n[${dropped} bytes left out]\n${decode(tail.subarray(strayBytes(tail)))}`
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
