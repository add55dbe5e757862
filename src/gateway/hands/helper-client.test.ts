import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MAX_BODY_BYTES, MAX_COMMAND } from '../../shared/contracts/helper.ts'
import { encodeFrame } from '../../shared/contracts/helper-frames.ts'
import { createHelperClient, type HelperClient } from './helper-client.ts'
import { bytesOf, HELLO, StandInHelper, textOf } from './testing/stand-in-helper.ts'

const NEVER = new AbortController().signal
const BASH = { command: 'true', cwd: '', env: {}, timeoutMs: 1_000, keepBytes: 8 }
const END = {
  kind: 'end',
  exitCode: 0,
  signal: null,
  timedOut: false,
  aborted: false,
  durationMs: 3,
  dropped: 0,
} as const
const OUT = { kind: 'output', stream: 'stdout' } as const

let helper: StandInHelper
let client: HelperClient

const lastId = (): number => helper.asked.at(-1)?.request.id ?? 0

beforeEach(() => {
  vi.useFakeTimers()
  helper = new StandInHelper()
  client = createHelperClient(helper.stream, { now: Date.now })
  helper.say(HELLO)
})
afterEach(() => void vi.useRealTimers())

describe('a command in the hands of a helper', () => {
  it('ends with its exit code and both outputs in order of arrival', async () => {
    const heard: string[] = []
    const ended = client.bash(BASH, NEVER, (stream, bytes) => heard.push(`${stream} ${textOf(bytes)}`))
    const id = lastId()
    expect(helper.asked[0]?.request).toEqual({ op: 'bash', id, ...BASH })
    helper.say({ ...OUT, id }, bytesOf('ab'))
    helper.say({ ...OUT, id, stream: 'stderr' }, bytesOf('c'))
    vi.advanceTimersByTime(7)
    helper.say({ ...END, id, exitCode: 3 })
    expect(await ended).toEqual({
      kind: 'ended',
      exitCode: 3,
      signal: null,
      timedOut: false,
      aborted: false,
      durationMs: 7,
      dropped: 0,
      output: bytesOf('abc'),
      headBytes: 3,
    })
    expect(heard).toEqual(['stdout ab', 'stderr c'])
  })

  it('says how much is missing of its output, and where', async () => {
    const ended = client.bash(BASH, NEVER)
    helper.say({ ...OUT, id: lastId() }, bytesOf('head'))
    helper.say({ ...OUT, id: lastId() }, bytesOf('tail'))
    helper.say({ ...END, id: lastId(), dropped: 1_000_000 })
    expect(await ended).toMatchObject({ dropped: 1_000_000, headBytes: 4, output: bytesOf('headtail') })
  })

  it('waits for the hello, and is asked after it', async () => {
    const late = new StandInHelper()
    const begun = createHelperClient(late.stream, { now: Date.now }).read('a', 0, 5)
    expect(late.asked).toEqual([])
    late.answer = ({ request: { id } }) => late.say({ kind: 'read', id, size: 2 }, bytesOf('hi'))
    late.say(HELLO)
    expect(await begun).toEqual({ kind: 'read', bytes: bytesOf('hi'), size: 2 })
  })

  it('is aborted by a word of its own, and over when the helper says so', async () => {
    const controller = new AbortController()
    const ended = client.bash(BASH, controller.signal)
    const id = lastId()
    controller.abort()
    expect(helper.asked.at(-1)?.request).toEqual({ op: 'abort', id })
    helper.say({ ...END, id, exitCode: null, signal: 9, aborted: true })
    expect(await ended).toMatchObject({ kind: 'ended', aborted: true, signal: 9, exitCode: null })
  })

  it('does not begin when it was aborted before', async () => {
    const late = new StandInHelper()
    const controller = new AbortController()
    const ended = createHelperClient(late.stream, { now: Date.now }).bash(BASH, controller.signal)
    controller.abort()
    late.say(HELLO)
    expect(await ended).toMatchObject({ kind: 'ended', aborted: true, exitCode: null })
    expect(late.asked).toEqual([])
  })

  it('that could not begin is a fault', async () => {
    const ended = client.bash(BASH, NEVER)
    helper.say({ kind: 'fault', id: lastId(), fault: 'failed', why: 'no more processes' })
    expect(await ended).toEqual({ kind: 'fault', fault: 'failed', why: 'no more processes' })
  })

  it('that is longer than a frame is asked of nobody', async () => {
    const command = '€'.repeat(MAX_COMMAND)
    await expect(client.bash({ ...BASH, command }, NEVER)).rejects.toMatchObject({ code: 'sandbox_refused' })
    await expect(client.bash({ ...BASH, timeoutMs: 0 }, NEVER)).rejects.toThrow(/timeoutMs/)
    expect(helper.asked).toEqual([])
  })

  it('does not wait for another one', async () => {
    const first = client.bash(BASH, NEVER)
    const second = client.bash(BASH, NEVER)
    const [one, two] = helper.asked.map(({ request }) => request.id)
    helper.say({ ...OUT, id: two }, bytesOf('two'))
    helper.say({ ...OUT, id: one }, bytesOf('one'))
    helper.say({ ...END, id: two })
    expect(await second).toMatchObject({ output: bytesOf('two') })
    helper.say({ ...END, id: one })
    expect(await first).toMatchObject({ output: bytesOf('one') })
  })
})

describe('files in the hands of a helper', () => {
  it('are written in pieces where they are long, each after the answer to the one before', async () => {
    const content = new Uint8Array(2 * MAX_BODY_BYTES + 10).map((_, at) => at % 251)
    let open = 0
    const got: Uint8Array[] = []
    helper.answer = ({ request, body }) => {
      if (request.op !== 'write') return
      expect((open += 1)).toBe(1)
      got.push(body)
      queueMicrotask(() => {
        open -= 1
        helper.say({ kind: 'written', id: request.id, size: request.offset + body.length, created: true })
      })
    }
    expect(await client.write('long', content)).toEqual({
      kind: 'written',
      size: content.length,
      created: true,
    })
    expect(Buffer.concat(got).equals(content)).toBe(true)
    expect(helper.asked.map(({ request }) => request)).toMatchObject([
      { offset: 0, more: true },
      { offset: MAX_BODY_BYTES, more: true },
      { offset: 2 * MAX_BODY_BYTES, more: false },
    ])
  })

  it('are not written on after a fault', async () => {
    helper.answer = ({ request: { id } }) => helper.say({ kind: 'fault', id, fault: 'no_space', why: 'full' })
    const written = await client.write('long', new Uint8Array(3 * MAX_BODY_BYTES))
    expect(written).toEqual({ kind: 'fault', fault: 'no_space', why: 'full' })
    expect(helper.asked).toHaveLength(1)
  })

  it('may be empty', async () => {
    helper.answer = ({ request: { id } }) => helper.say({ kind: 'written', id, size: 0, created: true })
    expect(await client.write('empty', new Uint8Array(0))).toMatchObject({ kind: 'written', size: 0 })
  })

  it('are edited by the old text and the new', async () => {
    helper.answer = ({ request: { id } }) => helper.say({ kind: 'edited', id, size: 9, line: 2 })
    expect(await client.edit('a', bytesOf('old'), bytesOf('new'))).toEqual({
      kind: 'edited',
      size: 9,
      line: 2,
    })
    expect(helper.asked[0]).toMatchObject({ request: { op: 'edit', oldBytes: 3 }, body: bytesOf('oldnew') })
    await expect(client.edit('a', new Uint8Array(MAX_BODY_BYTES), bytesOf('x'))).rejects.toThrow(/bytes/)
  })
})

/** What a helper of ours never says, while command 1 and a read of 4 bytes (number 2) are open. */
const BREACHES: readonly (readonly [string, () => void])[] = [
  ['a second hello', () => helper.say(HELLO)],
  ['an answer to nothing', () => helper.say({ ...END, id: 77 })],
  ['an answer of the wrong kind', () => helper.say({ kind: 'read', id: 1, size: 0 })],
  ['a file for a command', () => helper.say({ kind: 'written', id: 2, size: 0, created: false })],
  ['an end for a file', () => helper.say({ ...END, id: 2 })],
  ['output for a file', () => helper.say({ ...OUT, id: 2 }, bytesOf('x'))],
  ['more output than is kept', () => helper.say({ ...OUT, id: 1 }, bytesOf('123456789'))],
  ['an output of nothing', () => helper.say({ ...OUT, id: 1 })],
  ['more of a file than was asked for', () => helper.say({ kind: 'read', id: 2, size: 9 }, bytesOf('12345'))],
  ['bytes with an end', () => helper.say({ ...END, id: 1 }, bytesOf('x'))],
  ['bytes with a fault', () => helper.say({ kind: 'fault', id: 2, fault: 'denied', why: '' }, bytesOf('x'))],
  ['an abort that nobody asked for', () => helper.say({ ...END, id: 1, aborted: true })],
  ['a key that is not in the contract', () => helper.say({ ...END, id: 1, extra: 1 })],
  ['an unknown kind', () => helper.say({ kind: 'exec', id: 1 })],
  ['a fault that is none of ours', () => helper.say({ kind: 'fault', id: 2, fault: 'elevated', why: '' })],
  ['a reason without end', () => helper.say({ kind: 'fault', id: 2, fault: 'denied', why: 'x'.repeat(501) })],
  ['an exit code that is none', () => helper.say({ ...END, id: 1, exitCode: 256 })],
  ['a number that is none', () => helper.say({ ...END, id: '1' })],
  ['no frame', () => helper.pour(bytesOf('HTTP/1.1 200 OK\r\n\r\n'))],
  ['a frame that is too long', () => helper.pour(new Uint8Array(8).fill(0xff))],
  ['__proto__', () => helper.pour(framed('{"__proto__":{"kind":"end"},"id":1}'))],
]

/** An output of one byte, with a header that says little in many bytes. */
const padded = (header: object): Uint8Array => {
  const text = `${' '.repeat(60_000)}${JSON.stringify(header)}`
  const frame = Buffer.concat([framed(text), Buffer.from('x')])
  frame.writeUInt32BE(text.length + 1, 0)
  return frame
}

const framed = (header: string): Uint8Array => {
  const text = Buffer.from(header)
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(text.length, 0)
  lengths.writeUInt32BE(text.length, 4)
  return Buffer.concat([lengths, text])
}

describe('a helper that breaks its contract', () => {
  it.each(BREACHES)('is condemned for %s, and what is open is gone', async (_what, breach) => {
    const command = client.bash(BASH, NEVER)
    const read = client.read('a', 0, 4)
    breach()
    expect(helper.condemned).toMatch(/^its helper broke its contract: it /)
    const gone = { kind: 'gone', why: helper.condemned }
    expect(await command).toEqual(gone)
    expect(await read).toEqual(gone)
    expect(client.isGone()).toBe(true)
    // Nothing can be asked of it any more, and nothing it says is heard.
    expect(await client.read('a', 0, 1)).toEqual(gone)
    expect(await client.bash(BASH, NEVER)).toEqual(gone)
    expect(helper.asked).toHaveLength(2)
  })

  it('is condemned for an answer to what is over', async () => {
    void client.bash(BASH, NEVER)
    const read = client.read('a', 0, 4)
    helper.say({ kind: 'read', id: 2, size: 0 })
    helper.say({ kind: 'read', id: 2, size: 0 })
    expect(helper.condemned).toContain('nobody asked')
    expect(await read).toMatchObject({ kind: 'read' })
  })

  it.each([
    ['with an answer', { ...END, id: 1 }],
    ['with a hello of another version', { ...HELLO, version: 2 }],
    ['with a hello that has a number', { ...HELLO, id: 1 }],
  ])('is condemned when it begins %s', (_how, header) => {
    const late = new StandInHelper()
    const begun = createHelperClient(late.stream, { now: Date.now })
    late.say(header)
    expect(late.condemned).toBeDefined()
    expect(begun.isGone()).toBe(true)
  })

  it('is condemned when it never says hello', async () => {
    const late = new StandInHelper()
    const read = createHelperClient(late.stream, { now: Date.now }).read('a', 0, 1)
    vi.advanceTimersByTime(400_000)
    expect(late.condemned).toContain('hello')
    expect(await read).toMatchObject({ kind: 'gone' })
  })

  it('is condemned when a command does not end within its timeout and the grace', async () => {
    const ended = client.bash(BASH, NEVER)
    vi.advanceTimersByTime(BASH.timeoutMs + 4_999)
    expect(helper.condemned).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(helper.condemned).toContain('in time')
    expect(await ended).toMatchObject({ kind: 'gone' })
  })

  it('is condemned when an abort has no end, however long the command could still run', async () => {
    const controller = new AbortController()
    const ended = client.bash({ ...BASH, timeoutMs: 600_000 }, controller.signal)
    controller.abort()
    vi.advanceTimersByTime(5_000)
    expect(helper.condemned).toContain('in time')
    expect(await ended).toMatchObject({ kind: 'gone' })
  })

  it('is condemned when it keeps a file to itself', async () => {
    const read = client.read('a', 0, 1)
    vi.advanceTimersByTime(60_000)
    expect(helper.condemned).toContain('in time')
    expect(await read).toMatchObject({ kind: 'gone' })
  })

  it('can not delay that by talking', () => {
    void client.bash({ ...BASH, keepBytes: 100 }, NEVER)
    for (let at = 0; at < 90 && helper.condemned === undefined; at += 1) {
      vi.advanceTimersByTime(100)
      helper.say({ ...OUT, id: 1 }, bytesOf('x'))
    }
    expect(helper.condemned).toContain('in time')
  })

  it('can not say more than what was asked of it takes, in headers of any length (CWE-770)', () => {
    void client.bash({ ...BASH, keepBytes: 1_000 }, NEVER)
    let sent = 0
    while (helper.condemned === undefined && sent < 1e9) {
      const bytes = padded({ ...OUT, id: 1 })
      sent += bytes.length
      helper.pour(bytes)
    }
    expect(helper.condemned).toContain('more than what was asked')
    expect(sent).toBeLessThan(300_000)
  })

  it('can not save up for later what it did not say', async () => {
    const read = client.read('a', 0, MAX_BODY_BYTES)
    helper.say({ kind: 'read', id: 1, size: 0 })
    await read
    helper.pour(encodeFrame(END).subarray(0, 1))
    expect(helper.condemned).toContain('more than what was asked')
  })

  it('is condemned, and nobody is thrown at, when a listener fails', async () => {
    const ended = client.bash(BASH, NEVER, () => {
      throw new Error('of the listener')
    })
    expect(() => helper.say({ ...OUT, id: 1 }, bytesOf('x'))).not.toThrow()
    expect(await ended).toMatchObject({ kind: 'gone' })
  })
})

describe('a helper that is gone', () => {
  it('takes all that is open with it, and says why', async () => {
    const open = [client.bash(BASH, NEVER), client.read('a', 0, 1), client.write('a', bytesOf('x'))]
    helper.end('it used up its memory')
    for (const one of open) expect(await one).toEqual({ kind: 'gone', why: 'it used up its memory' })
    expect(helper.condemned).toBeUndefined()
    vi.advanceTimersByTime(1_000_000)
    expect(helper.condemned).toBeUndefined()
  })

  it('is told of no abort', () => {
    const controller = new AbortController()
    void client.bash(BASH, controller.signal)
    helper.end('it ended')
    controller.abort()
    expect(helper.asked).toHaveLength(1)
  })
})
