import { createHash } from 'node:crypto'
import { readAt } from './read-lines.ts'

const SHORT_BYTES = 512
/** A file that was written a moment ago may be written again within the same tick of its clock: more of it is compared. */
const LONG_BYTES = 1024 * 1024

/** `<bytes>:<hash>`, of the beginning and of what stands just before a place. */
export interface Fingerprint {
  readonly head: string
  readonly tail: string
}

export const fingerprintOf = (fd: number, offset: number, care: 'short' | 'long'): Fingerprint => {
  const length = Math.min(offset, care === 'long' ? LONG_BYTES : SHORT_BYTES)
  return {
    head: hashAt(fd, 0, Math.min(offset, SHORT_BYTES)),
    tail: hashAt(fd, offset - length, length),
  }
}

/** Whether the bytes before the place are still those. */
export const fits = (fd: number, offset: number, { head, tail }: Fingerprint): boolean => {
  const [headLength, tailLength] = [lengthOf(head), lengthOf(tail)]
  if (headLength > offset || tailLength > offset) return false
  return hashAt(fd, 0, headLength) === head && hashAt(fd, offset - tailLength, tailLength) === tail
}

const lengthOf = (print: string): number => Number(print.slice(0, print.indexOf(':')))

const hashAt = (fd: number, offset: number, length: number): string =>
  `${length}:${createHash('sha256')
    .update(readAt(fd, offset, length))
    .digest('base64')
    .slice(0, 22)}`
