import { readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { type Line, TOO_LONG } from '../read/line-form.ts'
import { CHANGED } from '../transcript/build-turns.ts'

/** Bytes of a line that is read as text. What is longer is known by its place alone. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

export interface FoundLine {
  /** Of its first byte. */
  readonly offset: number
  /** Bytes, without its end. */
  readonly length: number
  readonly text: Line
  /** Tells whether what stands there later is still this line; 0 for one that is too long. */
  readonly crc: number
}

export interface LineSource {
  /** The next lines, as many as one read brings; none may be among them yet. Null: no more whole lines. */
  readonly next: () => readonly FoundLine[] | null
  /** Up to where there was no line end, seen from the last line that was whole. */
  readonly looked: () => number
}

/**
 * The whole lines of an open file between two bytes. What follows the last line end is left for later.
 * @param lookedTo from `from` up to here there is known to be no line end
 */
export const linesOf = (fd: number, from: number, to: number, lookedTo = from): LineSource => {
  const chunk = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK_BYTES, to - from)))
  let at = lookedTo - from > MAX_LINE_BYTES ? Math.min(lookedTo, to) : from
  let start = from
  let carry: Buffer[] = []
  let carried = at - from

  const finish = (rest: Buffer): FoundLine => {
    const offset = start
    const length = carried + rest.length
    const whole =
      length > MAX_LINE_BYTES
        ? undefined
        : carry.length === 0
          ? rest
          : Buffer.concat([...carry, rest], length)
    start = offset + length + 1
    carry = []
    carried = 0
    return whole === undefined
      ? { offset, length, text: TOO_LONG, crc: 0 }
      : { offset, length, text: textOf(whole), crc: crc32(whole) }
  }
  const keep = (rest: Buffer): void => {
    carried += rest.length
    if (carried > MAX_LINE_BYTES) carry = []
    else if (rest.length > 0) carry.push(Buffer.from(rest))
  }
  return {
    next() {
      if (at >= to) return null
      const length = readSync(fd, chunk, 0, Math.min(chunk.length, to - at), at)
      // It was cut under us: what is left is looked at when that is seen.
      if (length === 0) return null
      at += length
      const bytes = chunk.subarray(0, length)
      const lines: FoundLine[] = []
      let begin = 0
      for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, begin)) {
        lines.push(finish(bytes.subarray(begin, end)))
        begin = end + 1
      }
      keep(bytes.subarray(begin))
      return lines
    },
    looked: () => at,
  }
}

/** As UTF-8; what is none is replaced. */
const textOf = (line: Buffer): string =>
  line.toString('utf8', 0, line.length - (line[line.length - 1] === CARRIAGE_RETURN ? 1 : 0))

/** One line that was found before; `changed` where other bytes stand there now. */
export const readFoundLine = (
  fd: number,
  { offset, length, crc }: Omit<FoundLine, 'text'>,
): Line | typeof CHANGED => {
  if (length > MAX_LINE_BYTES) return TOO_LONG
  const bytes = readAt(fd, offset, length)
  return bytes.length === length && crc32(bytes) === crc ? textOf(bytes) : CHANGED
}

/** Fewer bytes where the file ends before. */
export const readAt = (fd: number, offset: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  let got = 0
  while (got < length) {
    const read = readSync(fd, bytes, got, length - got, offset + got)
    if (read === 0) break
    got += read
  }
  return bytes.subarray(0, got)
}
