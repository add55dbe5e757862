import { array, assert, constantFrom, integer, property, record, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutputReader, OutputViolation } from './attached-output.ts'

interface Piece {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Uint8Array
}

const piece = record<Piece>({
  stream: constantFrom('stdout', 'stderr'),
  bytes: uint8Array({ maxLength: 40 }),
})

const encode = ({ stream, bytes }: Piece): Buffer => {
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

const joined = (pieces: readonly Piece[], stream: Piece['stream']): string =>
  Buffer.concat(pieces.filter((one) => one.stream === stream).map(({ bytes }) => bytes)).toString('hex')

describe("an attached container's output", () => {
  it('is told apart by stream, however it was cut on its way', () => {
    assert(
      property(array(piece), array(integer({ min: 1, max: 17 }), { minLength: 1 }), (sent, cuts) => {
        const all = Buffer.concat(sent.map(encode))
        const read = createOutputReader()
        const found: Piece[] = []
        for (let at = 0, cut = 0; at < all.length; cut += 1) {
          const length = cuts[cut % cuts.length] ?? 1
          found.push(...read(all.subarray(at, at + length)))
          at += length
        }
        expect(joined(found, 'stdout')).toBe(joined(sent, 'stdout'))
        expect(joined(found, 'stderr')).toBe(joined(sent, 'stderr'))
      }),
    )
  })

  it('is refused where its header is none of Docker', () => {
    for (const header of [
      [0, 0, 0, 0],
      [3, 0, 0, 0],
      [1, 0, 0, 1],
      [72, 84, 84, 80],
    ]) {
      const read = createOutputReader()
      expect(() => read(Buffer.from([...header, 0, 0, 0, 1, 65]))).toThrow(OutputViolation)
    }
  })

  it('is passed on as it comes: a piece said to be 4 GiB long is not waited for', () => {
    const read = createOutputReader()
    expect(read(Buffer.from([1, 0, 0, 0, 255, 255, 255, 255, 65, 66]))).toEqual([
      { stream: 'stdout', bytes: Buffer.from('AB') },
    ])
  })
})
