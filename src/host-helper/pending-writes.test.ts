import { describe, expect, it } from 'vitest'
import { MAX_FILE_BYTES } from './files.ts'
import { createPendingWrites } from './pending-writes.ts'

const piece = (id: number, offset: number, more: boolean, path = 'f') =>
  ({ op: 'write', id, path, offset, more }) as const
const text = (pieces: readonly Uint8Array[] | undefined): string | undefined =>
  pieces && Buffer.concat(pieces).toString()
const bytes = (words: string): Uint8Array => Buffer.from(words)

describe('the pieces of a file', () => {
  it('become the file with the last one', () => {
    const writes = createPendingWrites()
    expect(writes.take(piece(1, 0, true), bytes('one '))).toBeUndefined()
    expect(text(writes.take(piece(2, 0, false, 'g'), bytes('another')))).toBe('another')
    expect(text(writes.take(piece(1, 4, false), bytes('two')))).toBe('one two')
    expect(text(writes.take(piece(3, 0, false), bytes('')))).toBe('')
  })

  it.each([
    ['a gap', piece(1, 5, false)],
    ['an overlap', piece(1, 3, false)],
    ['another path', piece(1, 4, false, 'g')],
  ])('are refused for %s', (_, last) => {
    const writes = createPendingWrites()
    writes.take(piece(1, 0, true), bytes('one '))
    expect(() => writes.take(last, bytes('two'))).toThrow(/do not fit together/)
    // Nothing of it is left: the same number may be used again.
    expect(text(writes.take(piece(1, 0, false), bytes('new')))).toBe('new')
  })

  it('are bounded, all files together, and what is refused makes room', () => {
    const writes = createPendingWrites()
    const half = new Uint8Array(MAX_FILE_BYTES / 2)
    writes.take(piece(1, 0, true), half)
    writes.take(piece(2, 0, true), half)
    expect(() => writes.take(piece(3, 0, true), bytes('x'))).toThrow(/can not be written/)
    expect(() => writes.take(piece(2, 1, true), bytes('x'))).toThrow(/do not fit/)
    expect(writes.take(piece(1, half.length, false), half)).toHaveLength(2)
  })

  it('of too many files at once are refused', () => {
    const writes = createPendingWrites()
    for (let id = 1; id <= 64; id += 1) writes.take(piece(id, 0, true), bytes('x'))
    expect(() => writes.take(piece(65, 0, true), bytes('x'))).toThrow(/too many files/)
  })
})
