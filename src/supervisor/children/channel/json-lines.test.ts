import * as fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createInbox } from '../inbox.ts'
import { ACK, BLOCKED, endLaunched, launch, MIB, pours, removePrograms, SOON } from './testing/launched.ts'

afterEach(endLaunched)
afterAll(removePrograms)

/** A program's text that says a string which takes so many bytes. */
const lineOf = (bytes: number): string => `pour(Buffer.from('"' + 'x'.repeat(${bytes - 2}) + '"\\n'));`

/** What is to be heard of these bytes, by a slower way. */
const messagesOf = (
  bytes: Uint8Array,
): { readonly messages: readonly unknown[]; readonly refused: number } => {
  const lines = Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1)
  const messages: unknown[] = []
  for (const line of lines) {
    try {
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      messages.push(JSON.parse(decoder.decode(Buffer.from(line, 'latin1'))))
    } catch {
      return { messages, refused: 1 }
    }
  }
  return { messages, refused: 0 }
}

describe('what a gateway has not read', () => {
  it('is bounded in bytes too, because a list of people can be long (CWE-770)', async () => {
    const { child, refused, output } = launch(`console.log('deaf'); ${BLOCKED}`)
    await expect.poll(() => output.length, SOON).toBe(1)
    const simulate = { type: 'simulate', sender: 'me', name: '', text: 'x'.repeat(8 * MIB) } as const
    let taken = 0
    while (taken < 100 && child.send(simulate)) taken += 1
    expect(taken).toBeLessThan(12)
    expect(refused).toHaveLength(1)
  })
})

describe('bytes on the channel that are no message', () => {
  it.each([
    ['text', 'this is not JSON\n'],
    ['an empty line', '\n'],
    ['half an object', '{"type":"ack","revision":\n'],
    ['two objects in one line', '{"type":"ack"}{"type":"ack"}\n'],
    ['NUL bytes', '\u0000'.repeat(100) + '\n'],
    ['a byte order mark', `\ufeff${JSON.stringify(ACK)}\n`],
    ['what is not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a])],
    ['half a surrogate pair in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22, 0x0a])],
    ['V8’s serialization', Buffer.from([0, 0, 0, 3, 0xff, 0x0f, 0x7a, 0x0a])],
  ])('are refused, and end nobody but the gateway: %s (CWE-248)', async (_what, bytes) => {
    const { heard, refused, gone } = launch(pours(bytes))
    await gone
    expect(refused).toMatchObject([{ code: 'contract_violation' }])
    expect(heard).toEqual([])
  })

  it('are not repeated in the error, and nothing after them is heard', async () => {
    const line = `${JSON.stringify(ACK)}\n`
    const { heard, refused, gone } = launch(pours(`${line}sk-secret\n${line.repeat(1_000)}`))
    await gone
    expect(heard).toEqual([ACK])
    expect(refused).toHaveLength(1)
    expect(String(refused[0])).toContain('not JSON')
    expect(JSON.stringify(refused[0])).not.toContain('secret')
  })

  it('are heard up to the first line that is not JSON in UTF-8, whatever they are', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(`${text}\n`)),
      fc.constantFrom('\n', '{', '"', '\\', JSON.stringify(ACK)).map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
        const bytes = Buffer.concat(pieces)
        const { heard, refused, gone } = launch(pours(bytes))
        await gone
        const expected = messagesOf(bytes)
        expect(heard).toEqual(expected.messages)
        expect(refused).toHaveLength(expected.refused)
      }),
      { numRuns: 25 },
    )
  })

  it('are not held when no line ends: of 100 MB hardly more than one is taken (CWE-770)', async () => {
    const { heard, refused, output, gone } = launch(
      `process.on('disconnect', () => {})
       console.log(pour(Buffer.alloc(100e6, 'x')))`,
    )
    await gone
    expect(refused).toMatchObject([
      { code: 'contract_violation', message: expect.stringContaining('1048576 bytes') },
    ])
    expect(heard).toEqual([])
    expect(Number(output[0])).toBeGreaterThan(MIB)
    expect(Number(output[0])).toBeLessThan(4 * MIB)
  })

  it('are not held when a line that is too long ends after all, and one that is not is heard', async () => {
    const { heard, refused, gone } = launch(`${lineOf(MIB)} ${lineOf(MIB + 1)} process.exit(0)`)
    await gone
    expect(heard).toEqual(['x'.repeat(MIB - 2)])
    expect(refused).toHaveLength(1)
  })

  it('can be nested as deeply as fits into a line (CWE-674)', async () => {
    const { heard, refused, gone } =
      launch(`pour(Buffer.from('['.repeat(500_000) + ']'.repeat(500_000) + '\\n'))
      pour(Buffer.from('['.repeat(500_000) + '\\n')); process.exit(0)`)
    await gone
    expect(heard).toHaveLength(1)
    expect(refused).toHaveLength(1)
    expect(() => createInbox(() => 1)(heard[0])).toThrow(/broke its contract/)
  })

  it('are nothing when they are the half line of a gateway that died', async () => {
    const { heard, refused, gone } = launch(
      `pour(Buffer.from(JSON.stringify(ack) + '\\n{"type":"ack","revi')); process.kill(process.pid, 'SIGKILL')`,
    )
    expect(await gone).toMatchObject({ how: 'was ended by SIGKILL' })
    expect(heard).toEqual([ACK])
    expect(refused).toEqual([])
  })

  it('are a message also when they come one by one', async () => {
    const { heard, refused, gone } = launch(
      `for (const byte of Buffer.from('"ä😀"\\n'.repeat(20))) {
         pour(Buffer.from([byte]))
         await new Promise((next) => setImmediate(next))
       }
       process.exit(0)`,
    )
    await gone
    expect(heard).toEqual(Array.from({ length: 20 }, () => 'ä😀'))
    expect(refused).toEqual([])
  })
})
