import { array, assert, constantFrom, integer, property, record, uint8Array } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutputKeeper, type OutputName } from './keep-output.ts'

const pieces = array(
  record({
    name: constantFrom<OutputName>('stdout', 'stderr'),
    bytes: uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 40 },
)
const inLanes = (said: readonly { name: OutputName; bytes: Uint8Array }[]): readonly string[] =>
  said.flatMap(({ name, bytes }) => [...bytes].map((byte) => `${name} ${String(byte)}`))

describe('what a command writes', () => {
  it('is kept whole up to the limit, else its first half and its last, each byte with its output, in order', () => {
    assert(
      property(pieces, integer({ min: 2, max: 300 }), (written, keepBytes) => {
        const sent: { name: OutputName; bytes: Uint8Array }[] = []
        const keeper = createOutputKeeper(keepBytes, (name, bytes) =>
          sent.push({ name, bytes: bytes.slice() }),
        )
        for (const { name, bytes } of written) keeper.push(name, bytes)
        const dropped = keeper.finish()
        const all = inLanes(written)
        const head = Math.floor(keepBytes / 2)
        const expected =
          all.length <= keepBytes ? all : [...all.slice(0, head), ...all.slice(-(keepBytes - head))]
        expect(inLanes(sent)).toEqual(expected)
        expect(dropped).toBe(all.length - expected.length)
        expect(sent.every(({ bytes }) => bytes.byteLength > 0)).toBe(true)
      }),
    )
  })

  it('is sent at once as far as it belongs to the first half', () => {
    const sent: string[] = []
    const keeper = createOutputKeeper(8, (_, bytes) => sent.push(Buffer.from(bytes).toString()))
    keeper.push('stdout', Buffer.from('ab'))
    expect(sent).toEqual(['ab'])
    keeper.push('stderr', Buffer.from('cdef'))
    expect(sent).toEqual(['ab', 'cd'])
    keeper.finish()
    expect(sent).toEqual(['ab', 'cd', 'ef'])
  })
})
