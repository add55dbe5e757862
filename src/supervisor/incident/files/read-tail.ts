import { LINE_FEED } from './json-lines.ts'
import { openPlain, whyNot } from './plain-file.ts'

export type Tail =
  | { readonly kind: 'absent' }
  /** Whole lines, as bytes; `before` bytes of the file stand before them and were not read. */
  | { readonly kind: 'read'; readonly bytes: Buffer; readonly before: number }
  /** `why` completes the sentence “the file …”. */
  | { readonly kind: 'unfit'; readonly why: string }

/** The end of a file that may be hostile: at most so many bytes, from the beginning of a line. Never follows a link. */
export const readTail = async (path: string, maxBytes: number): Promise<Tail> => {
  const opened = await openPlain(path)
  if (opened.kind !== 'open') return opened
  const { file } = opened
  try {
    const start = Math.max(0, opened.bytes - maxBytes)
    const bytes = Buffer.alloc(opened.bytes - start)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length)
      // It was cut while it was read: what is there is the file.
      if (bytesRead === 0) break
      length += bytesRead
    }
    const found = bytes.subarray(0, length)
    // The first line of a cut is half a line.
    const from = start === 0 ? 0 : found.indexOf(LINE_FEED) + 1
    if (start > 0 && from === 0) {
      return { kind: 'unfit', why: `has a line of more than ${String(maxBytes)} bytes` }
    }
    return { kind: 'read', bytes: found.subarray(from), before: start + from }
  } catch (error) {
    return { kind: 'unfit', why: whyNot(error) }
  } finally {
    await file.close()
  }
}

/** A whole file of at most so many bytes, by the same rules. */
export const readWhole = async (path: string, maxBytes: number): Promise<Tail> => {
  const found = await readTail(path, maxBytes)
  if (found.kind !== 'read' || found.before === 0) return found
  return { kind: 'unfit', why: `is larger than ${String(maxBytes)} bytes` }
}
