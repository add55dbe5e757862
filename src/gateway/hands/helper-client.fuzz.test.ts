import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame } from '../../shared/contracts/helper-frames.ts'
import { createHelperClient, type Ended, type Fault, type Gone } from './helper-client.ts'
import { HELLO, StandInHelper } from './testing/stand-in-helper.ts'

const NEVER = new AbortController().signal
const KEEP = 64
const COMMANDS = 3

const outputOf = (id: number, length: number): Uint8Array =>
  encodeFrame({ kind: 'output', id, stream: 'stdout' }, new Uint8Array(length).fill(64 + id))

const endOf = (id: number, exitCode: number): Uint8Array =>
  encodeFrame({
    kind: 'end',
    id,
    exitCode,
    signal: null,
    timedOut: false,
    aborted: false,
    durationMs: 0,
    dropped: 0,
  })

/** All that three commands say, each in its order, in any order of the three. */
const conversations = fc
  .array(fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 4 }), {
    minLength: COMMANDS,
    maxLength: COMMANDS,
  })
  .chain((outputs) => {
    const lanes = outputs.map((lengths, at) => [
      ...lengths.map((length) => outputOf(at + 1, length)),
      endOf(at + 1, at),
    ])
    const order = lanes.flatMap((lane, at) => lane.map(() => at))
    return fc.record({
      lengths: fc.constant(outputs),
      stream: fc.shuffledSubarray(order, { minLength: order.length }).map((turns) => {
        const left = lanes.map((lane) => lane.slice())
        return Buffer.concat(turns.map((lane) => left[lane]?.shift() ?? new Uint8Array(0)))
      }),
    })
  })

const GONE = { kind: 'gone', length: 0 }
const lengthOf = (result: Ended | Fault | Gone): number =>
  result.kind === 'ended' ? result.output.length : 0

const pourIn = (helper: StandInHelper, bytes: Uint8Array, step: number): void => {
  for (let at = 0; at < bytes.length; at += step) helper.pour(bytes.slice(at, at + step))
}

/** A helper client with three open commands. */
const begun = () => {
  const helper = new StandInHelper()
  const client = createHelperClient(helper.stream, { now: () => 0 })
  helper.say(HELLO)
  const results = Array.from({ length: COMMANDS }, () =>
    client.bash({ command: 'x', cwd: '', env: {}, timeoutMs: 600_000, keepBytes: KEEP }, NEVER),
  )
  return { helper, client, results }
}

describe('what a helper says', () => {
  it('is heard correctly in whatever order its commands speak, and however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(conversations, fc.integer({ min: 1, max: 200 }), async ({ lengths, stream }, step) => {
        const { helper, results } = begun()
        pourIn(helper, stream, step)
        expect(helper.condemned).toBeUndefined()
        const ended = await Promise.all(results)
        expect(ended).toMatchObject(
          lengths.map((each, at) => ({
            kind: 'ended',
            exitCode: at,
            output: new Uint8Array(each.reduce((sum, length) => sum + length, 0)).fill(65 + at),
          })),
        )
      }),
    )
  })

  it('is heard correctly or condemned where bits of it are turned; nothing is thrown, and nobody waits', async () => {
    await fc.assert(
      fc.asyncProperty(
        conversations,
        fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 200 }),
        async ({ stream }, bits, step) => {
          const { helper, client, results } = begun()
          for (const bit of bits) {
            const at = bit % (stream.length * 8)
            stream[at >> 3] = (stream[at >> 3] ?? 0) ^ (1 << (at & 7))
          }
          expect(() => pourIn(helper, stream, step)).not.toThrow()
          // What is still open then waits for a frame that does not come, which its deadline ends.
          if (helper.condemned === undefined) helper.end('over')
          for (const result of await Promise.all(results)) {
            expect(['ended', 'fault', 'gone']).toContain(result.kind)
            expect(lengthOf(result)).toBeLessThanOrEqual(KEEP)
          }
          expect(client.isGone()).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('ends at whatever byte: what is open is gone, and what was heard is whole', async () => {
    await fc.assert(
      fc.asyncProperty(conversations, fc.nat(), async ({ lengths, stream }, cutAt) => {
        const { helper, results } = begun()
        helper.pour(stream.subarray(0, cutAt % (stream.length + 1)))
        helper.end('over')
        for (const [at, result] of (await Promise.all(results)).entries()) {
          const whole = lengths[at]?.reduce((sum, each) => sum + each, 0)
          expect([{ kind: 'ended', length: whole }, GONE]).toContainEqual({
            kind: result.kind,
            length: lengthOf(result),
          })
        }
      }),
    )
  })

  it('is condemned where it is noise, before it is much', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), (noise) => {
        const { helper } = begun()
        for (let sent = 0; sent < 200_000; sent += noise.length) helper.pour(noise)
        expect(helper.condemned).toBeDefined()
      }),
    )
  })

  it('is anything of the right form, and never believed beyond its contract', async () => {
    const id = fc.integer({ min: 0, max: 5 })
    const header = fc.oneof(
      fc.record({ kind: fc.constant('output'), id, stream: fc.constantFrom('stdout', 'stderr', 'stdin') }),
      fc.record({
        kind: fc.constant('end'),
        id,
        exitCode: fc.option(fc.integer({ min: -1, max: 256 })),
        signal: fc.option(fc.integer({ min: 0, max: 65 })),
        timedOut: fc.boolean(),
        aborted: fc.boolean(),
        durationMs: fc.oneof(fc.nat(), fc.double()),
        dropped: fc.oneof(fc.nat(), fc.double()),
      }),
      fc.record({ kind: fc.constantFrom('read', 'written', 'edited', 'fault', 'hello', '__proto__'), id }),
      fc.dictionary(fc.string(), fc.jsonValue()),
    )
    const said = fc.array(fc.tuple(header, fc.uint8Array({ maxLength: 40 })), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(said, async (frames) => {
        const { helper, results } = begun()
        for (const [head, body] of frames) expect(() => helper.say(head, body)).not.toThrow()
        if (helper.condemned === undefined) helper.end('over')
        for (const result of await Promise.all(results)) {
          expect(lengthOf(result)).toBeLessThanOrEqual(KEEP)
          expect(result).not.toMatchObject({ aborted: true })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
