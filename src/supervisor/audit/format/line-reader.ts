import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { MAX_LINE } from './record.ts'

/** Small enough that checking the lines of one holds the event loop for a few milliseconds. */
const CHUNK_BYTES = 128 * 1024

/**
 * The whole lines of a file between two bytes, some at a time; what follows the last line end is left out. Ends
 * early at a line that is too long to be one of ours. @throws what the disk says.
 */
export async function* readLines(path: string, from: number, to: number): AsyncGenerator<readonly Buffer[]> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    let carry: Buffer = Buffer.alloc(0)
    let at = from
    while (at < to && carry.length <= MAX_LINE) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, to - at))
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at)
      if (bytesRead === 0) return
      at += bytesRead
      const read = chunk.subarray(0, bytesRead)
      const { lines, rest } = split(carry.length === 0 ? read : Buffer.concat([carry, read]))
      carry = rest
      if (lines.length > 0) yield lines
    }
  } finally {
    await file.close()
  }
}

const split = (bytes: Buffer): { readonly lines: readonly Buffer[]; readonly rest: Buffer } => {
  const lines: Buffer[] = []
  let from = 0
  for (;;) {
    const end = bytes.indexOf(0x0a, from)
    if (end < 0) return { lines, rest: Buffer.from(bytes.subarray(from)) }
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
}

/** The bytes of a file between two places; fewer where it ends before. @throws what the disk says. */
export const readPart = async (path: string, from: number, to: number): Promise<Buffer> => {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const bytes = Buffer.alloc(Math.max(to - from, 0))
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, from + length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await file.close()
  }
}
