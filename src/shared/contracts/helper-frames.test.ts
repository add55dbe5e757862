import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_FRAME_BYTES, MAX_HEADER_BYTES } from './helper.ts'
import { createFrameReader, encodeFrame, FrameViolation, type HelperFrame } from './helper-frames.ts'

const MIB = 1024 * 1024

const header = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 })
const frame = fc.record({ header, body: fc.uint8Array({ maxLength: 300 }) })

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts))

/** The bytes in pieces of these lengths, the rest in one. */
const cut = (bytes: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const length of lengths) {
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return [...pieces, bytes.subarray(at)]
}

/** What is read of these pieces up to the first that is refused. */
const readAll = (pieces: readonly Uint8Array[]): { frames: HelperFrame[]; refused: boolean } => {
  const read = createFrameReader()
  const frames: HelperFrame[] = []
  for (const piece of pieces) {
    try {
      frames.push(...read(piece))
    } catch (error) {
      expect(error).toBeInstanceOf(FrameViolation)
      return { frames, refused: true }
    }
  }
  return { frames, refused: false }
}

const prefix = (length: number, headerLength: number): Uint8Array => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setUint32(0, length)
  new DataView(bytes.buffer).setUint32(4, headerLength)
  return bytes
}

/** JSON writes no lone surrogate, no -0 and no key twice as it was. */
const asJson = (value: object): unknown => JSON.parse(JSON.stringify(value))

describe('frames between gateway and helper', () => {
  it('come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.nat({ max: 60 }), { maxLength: 40 }),
        (sent, lengths) => {
          const bytes = joined(sent.map((one) => encodeFrame(one.header, one.body)))
          const { frames, refused } = readAll(cut(bytes, lengths))
          expect(refused).toBe(false)
          expect(frames.map((one) => ({ header: one.header, body: [...one.body] }))).toEqual(
            sent.map((one) => ({ header: asJson(one.header), body: [...one.body] })),
          )
        },
      ),
    )
  })

  it('come out when they arrive byte by byte', () => {
    const bytes = encodeFrame({ kind: 'read', id: 1 }, new Uint8Array(10_000).fill(7))
    const { frames } = readAll([...bytes].map((byte) => Uint8Array.of(byte)))
    expect(frames).toEqual([{ header: { kind: 'read', id: 1 }, body: new Uint8Array(10_000).fill(7) }])
  })

  it('are as long as they may be, and not longer', () => {
    const least = encodeFrame({}).length - 8
    const body = new Uint8Array(MAX_FRAME_BYTES - least)
    expect(readAll([encodeFrame({}, body)]).frames[0]?.body.length).toBe(body.length)
    expect(() => encodeFrame({}, new Uint8Array(body.length + 1))).toThrow(FrameViolation)
    expect(() => encodeFrame({ why: 'x'.repeat(MAX_HEADER_BYTES) })).toThrow(FrameViolation)
  })

  it('keep nothing of the pieces that they came in', () => {
    const piece = Buffer.from(encodeFrame({}, Uint8Array.of(1, 2, 3)))
    const [read] = createFrameReader()(piece)
    piece.fill(0)
    expect(read?.body).toEqual(Uint8Array.of(1, 2, 3))
    expect(read?.body.buffer.byteLength).toBe(3)
  })
})

describe('bytes that are no frames', () => {
  it.each([
    ['a frame that is too long', prefix(MAX_FRAME_BYTES + 1, 2)],
    ['a frame of 4 GiB', prefix(2 ** 32 - 1, 2)],
    ['a header that is too long', prefix(MAX_FRAME_BYTES, MAX_HEADER_BYTES + 1)],
    ['a header that is longer than its frame', prefix(10, 11)],
    ['a frame without a header', prefix(10, 0)],
    ['a frame of nothing', prefix(0, 0)],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a terminal’s escape sequences', Buffer.from('\u001b]0;title\u0007\u001b[2J')],
  ])('are refused as soon as their lengths are there: %s', (_what, bytes) => {
    expect(readAll([bytes])).toEqual({ frames: [], refused: true })
    expect(readAll([bytes.subarray(0, 5), bytes.subarray(5)]).refused).toBe(true)
  })

  it.each([
    ['no JSON', '{"kind":'],
    ['a list', '[]'],
    ['a string', '"hello"'],
    ['null', 'null'],
    ['a number', '1'],
    ['a byte order mark', '\ufeff{}'],
    ['two objects', '{}{}'],
    ['NUL bytes', '\u0000\u0000'],
  ])('are refused where the header is %s', (_what, text) => {
    const bytes = Buffer.from(text)
    expect(readAll([joined([prefix(bytes.length, bytes.length), bytes])]).refused).toBe(true)
  })

  it('are refused where the header is not UTF-8', () => {
    const bytes = Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d)
    expect(readAll([joined([prefix(bytes.length, bytes.length), bytes])]).refused).toBe(true)
  })

  it('are nested as deeply as fits into a header, and end nobody (CWE-674)', () => {
    const depth = 30_000
    const text = Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)
    const { frames, refused } = readAll([joined([prefix(text.length, text.length), text])])
    expect(refused || frames.length === 1).toBe(true)
  })

  it('are not repeated in the error', () => {
    const read = createFrameReader()
    const text = Buffer.from('sk-secret')
    expect(() => read(joined([prefix(text.length, text.length), text]))).toThrow(/^a header that is not JSON/)
  })

  it('end it: nothing after them is read, also what would be a frame', () => {
    const read = createFrameReader()
    expect(() => read(prefix(0, 0))).toThrow(FrameViolation)
    expect(() => read(encodeFrame({}))).toThrow(FrameViolation)
  })

  it('never do anything but be refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (pieces) => {
        expect(readAll(pieces).frames.length).toBeLessThanOrEqual(200)
      }),
      { numRuns: 2_000 },
    )
  })

  it('are refused or read as something else where one bit of a frame is turned, and never thrown at nobody', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), fc.nat(), (sent, bit) => {
        const bytes = joined(sent.map((one) => encodeFrame(one.header, one.body)))
        const at = bit % (bytes.length * 8)
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
        expect(readAll([bytes]).frames.length).toBeLessThanOrEqual(bytes.length / 10)
      }),
      { numRuns: 1_000 },
    )
  })

  it('hold no more memory than has come of them, whatever length they claim (CWE-770)', () => {
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 200 }, () => {
      const read = createFrameReader()
      read(prefix(MAX_FRAME_BYTES, 100))
      read(new Uint8Array(1000))
      return read
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * MIB)
    expect(readers).toHaveLength(200)
  })
})
