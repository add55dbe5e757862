import type { FileHandle } from 'node:fs/promises'
import { LINE_FEED } from './json-lines.ts'
import { openPlain } from './plain-file.ts'

const READ_BYTES = 256 * 1024
/** A longer line is nothing that this product writes, and would have to be in memory as a whole. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

export type FileLine =
  /** With its line break, which only the last may lack. */
  { readonly kind: 'line'; readonly bytes: Buffer } | { readonly kind: 'too_long'; readonly length: number }

export type FileLines =
  | { readonly kind: 'absent' }
  /** `why` completes the sentence “the file …”. */
  | { readonly kind: 'unfit'; readonly why: string }
  | { readonly kind: 'open'; readonly bytes: number; readonly lines: AsyncGenerator<FileLine> }

/**
 * The lines of a file as it is now, one after another; what is appended meanwhile is not in them. Never follows a link.
 * The generator has to be used up or returned, which closes the file.
 */
export const openLines = async (path: string, maxBytes: number): Promise<FileLines> => {
  const opened = await openPlain(path)
  if (opened.kind !== 'open') return opened
  const { file, bytes } = opened
  if (bytes <= maxBytes) return { kind: 'open', bytes, lines: linesOf(file, bytes) }
  await file.close()
  return { kind: 'unfit', why: `is larger than ${String(maxBytes)} bytes` }
}

const linesOf = async function* (file: FileHandle, size: number): AsyncGenerator<FileLine> {
  const line = lineInProgress()
  try {
    const buffer = Buffer.alloc(READ_BYTES)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, size - at), at)
      if (bytesRead === 0) break
      at += bytesRead
      const piece = buffer.subarray(0, bytesRead)
      let from = 0
      for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, from)) {
        line.add(piece.subarray(from, end + 1))
        yield line.take()
        from = end + 1
      }
      line.add(piece.subarray(from))
    }
    if (line.length() > 0) yield line.take()
  } finally {
    await file.close()
  }
}

const lineInProgress = () => {
  let parts: Buffer[] = []
  let length = 0
  return {
    length: () => length,
    add(piece: Buffer): void {
      length += piece.length
      if (length > MAX_LINE_BYTES) parts = []
      // Copied, because the reader fills the same memory again.
      else if (piece.length > 0) parts.push(Buffer.from(piece))
    },
    take(): FileLine {
      const line: FileLine =
        length > MAX_LINE_BYTES ? { kind: 'too_long', length } : { kind: 'line', bytes: Buffer.concat(parts) }
      parts = []
      length = 0
      return line
    },
  }
}
