import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTranscript } from './read-transcript.ts'

const HEADER = { type: 'session', version: 3, id: 'a', timestamp: '2026-01-06T00:00:00.000Z', cwd: '/' }
const entry = (id: string, parentId: string | null, more: object = {}) => ({
  type: 'custom',
  id,
  parentId,
  timestamp: '2026-01-06T00:00:00.000Z',
  ...more,
})

const file = (...lines: readonly unknown[]): Buffer =>
  Buffer.from(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))

const broken = (bytes: Buffer): string => {
  const read = readTranscript(bytes)
  return read.kind === 'broken' ? read.why : read.kind
}

describe('a transcript', () => {
  it('is a header and entries of any type, known or not, with everything in them', () => {
    const strange = entry('b', 'a', { type: 'session_info', name: 'x', extra: { deep: [1] } })
    const read = readTranscript(file(HEADER, entry('a', null), strange))
    const keepBytes = file(HEADER, entry('a', null), strange).length
    expect(read).toMatchObject({ kind: 'whole', keepBytes, entries: [{ id: 'a' }, strange] })
  })

  it('cut off at any byte loses at most its last line, and no other', () => {
    const lines = [HEADER, entry('a', null), entry('b', 'a', { data: 'Zoë 🙂' }), entry('c', 'b')]
    const whole = file(...lines)
    const header = file(HEADER).length
    fc.assert(
      fc.property(fc.integer({ min: header - 1, max: whole.length }), (length) => {
        const bytes = whole.subarray(0, length)
        // A line that lacks only its line break counts as written.
        const written = lines.filter((_, index) => length >= file(...lines.slice(0, index + 1)).length - 1)
        const keepBytes = Math.min(length, file(...written).length)
        expect(readTranscript(bytes)).toMatchObject({ kind: 'whole', entries: written.slice(1), keepBytes })
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: header - 2 }), (length) => {
        expect(readTranscript(whole.subarray(0, length))).toEqual({ kind: 'unborn' })
      }),
    )
  })

  it('with a last line of noughts, as a power cut leaves them, is whole without it', () => {
    const good = file(HEADER, entry('a', null))
    const read = readTranscript(Buffer.concat([good, Buffer.alloc(512)]))
    expect(read).toMatchObject({ kind: 'whole', keepBytes: good.length })
  })

  it('may hold empty lines', () => {
    expect(readTranscript(file(HEADER, '', entry('a', null)))).toMatchObject({ kind: 'whole' })
  })

  it('is broken, not mended, in every other case', () => {
    expect(broken(file('{}'))).toContain('line 1')
    expect(broken(file({ ...HEADER, version: 2 }))).toContain('line 1')
    expect(broken(file(HEADER, 'garbage', entry('a', null)))).toContain('line 2')
    expect(broken(file(HEADER, entry('a', null), 'garbage'))).toContain('line 3')
    expect(broken(file(HEADER, entry('a', null), entry('a', null)))).toContain('line 3 repeats')
    expect(broken(file(HEADER, entry('a', 'b'), entry('b', 'a')))).toContain('line 2 has a parent')
    expect(broken(file(HEADER, entry('a', 'a')))).toContain('line 2 has a parent')
    expect(broken(file(HEADER, { type: 'message', id: 'a', parentId: null, timestamp: '' }))).toContain(
      'line 2',
    )
    expect(broken(Buffer.from('this is somebody’s diary'))).toContain('line 1')
  })

  it('of any bytes at all is read without throwing', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
    fc.assert(
      fc.property(bytes, fc.boolean(), (noise, behindHeader) => {
        const read = readTranscript(behindHeader ? Buffer.concat([file(HEADER), noise]) : noise)
        expect(['whole', 'unborn', 'broken']).toContain(read.kind)
      }),
    )
  })
})
