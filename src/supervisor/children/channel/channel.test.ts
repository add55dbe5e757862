import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { ClawdbotError } from '../../../shared/domain/error.ts'
import { isSameProcess, processTable } from '../../processes/process-table.ts'
import { endPrograms, runProgram } from '../../testing/processes.ts'
import { createInbox } from '../inbox.ts'
import { type GatewayChild, type GatewayExit, launchGateway } from '../launch-gateway.ts'
import { pinnedNodePath } from '../pinned-node.ts'
import type { Channel } from './channel.ts'
import { jsonLines } from './json-lines.ts'
import { nodeIpc } from './node-ipc.ts'

const PROJECT = resolve(import.meta.dirname, '../../../..')
const SOON = { timeout: 30_000 }
const MIB = 1024 * 1024
const ACK = { type: 'ack', revision: 1 }
const PING = { type: 'ping', sequence: 1 } as const

let folder = ''
let programs = 0
const running = new Set<GatewayChild>()

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-channel-')))
})
afterEach(() => {
  for (const child of running) child.signal('SIGKILL')
  running.clear()
  endPrograms()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What every gateway of these tests can do besides speaking: write bytes of its own onto the channel. */
const PRELUDE = String.raw`
import fs from 'node:fs'
const pour = (bytes) => {
  let at = 0
  while (at < bytes.length) {
    try { at += fs.writeSync(3, bytes, at, Math.min(65536, bytes.length - at)) } catch (error) {
      if (error.code === 'EAGAIN') continue
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return at
      throw error
    }
  }
  return at
}
const ack = { type: 'ack', revision: 1 }
`

const program = (source: string): string => {
  programs += 1
  const path = join(folder, `gateway-${programs}.mjs`)
  writeFileSync(path, PRELUDE + source)
  return path
}

interface Launched {
  readonly child: GatewayChild
  readonly heard: readonly unknown[]
  readonly refused: readonly ClawdbotError[]
  readonly output: readonly string[]
  readonly gone: Promise<GatewayExit>
}

/** A gateway with this program, under permission flags as the real one has them. */
const launch = (source: string, channel: Channel = jsonLines, node = pinnedNodePath(PROJECT)): Launched => {
  const heard: unknown[] = []
  const refused: ClawdbotError[] = []
  const output: string[] = []
  let child: GatewayChild | undefined
  const gone = new Promise<GatewayExit>((onExit) => {
    child = launchGateway(
      {
        node,
        main: program(source),
        grants: ['--permission', '--allow-net', `--allow-fs-read=${folder}`],
        cwd: folder,
        runId: 'test',
        env: {},
        redact: (line) => line,
        onOutput: (line) => output.push(line),
        onMessage: (raw) => heard.push(raw),
        onRefused: (error) => refused.push(error),
        onExit,
      },
      channel,
    )
  })
  if (child === undefined) throw new Error('not launched')
  running.add(child)
  return { child, heard, refused, output, gone }
}

/** Writes these bytes, and ends when they are taken or nobody takes them. */
const pours = (bytes: Uint8Array | string): string =>
  `pour(Buffer.from('${Buffer.from(bytes).toString('base64')}', 'base64')); process.exit(0)`

const ECHO = 'process.on("message", (message) => process.send(message))'

describe.each([
  ['read by ourselves', jsonLines],
  ['read by Node, as on Windows', nodeIpc],
])('the channel to the gateway, %s', (_how, channel) => {
  it('carries messages both ways, in order, whatever is in them', async () => {
    const { child, heard, refused } = launch(ECHO, channel)
    const texts = ['line\nfeed', '\u0000', '\u2028', '\ud800', '\ufeff', '😀', '', 'long '.repeat(40_000)]
    const messages = texts.map((text) => ({ type: 'simulate', sender: 'me', name: '', text }) as const)
    for (const message of messages) expect(child.send(message)).toBe(true)
    await expect.poll(() => heard.length, SOON).toBe(messages.length)
    expect(heard).toEqual(messages)
    expect(refused).toEqual([])
  })

  it('carries the last words before the exit', async () => {
    const { heard, gone } = launch('process.send(ack, () => process.exit(3))', channel)
    expect(await gone).toMatchObject({ how: 'exited with code 3' })
    expect(heard).toEqual([ACK])
  })

  it('takes nothing any more when the gateway has closed its end', async () => {
    const { child, refused, gone } = launch('process.disconnect(); setInterval(() => {}, 1000)', channel)
    await expect.poll(() => child.send(PING), SOON).toBe(false)
    child.signal('SIGKILL')
    expect(await gone).toMatchObject({ how: 'was ended by SIGKILL' })
    expect(refused).toEqual([])
  })

  it('takes nothing from the beginning when there is no gateway', async () => {
    const { child, gone } = launch('', channel, join(folder, 'no-node'))
    expect(child.send(PING)).toBe(false)
    expect(await gone).toMatchObject({ how: expect.stringMatching(/could not be started/) })
  })

  it.each(['NODE_HANDLE_ACK', 'NODE_DEBUG_ENABLED'])('refuses Node’s own message %s', async (cmd) => {
    const { heard, refused, gone } = launch(
      `process.send({ ...ack, cmd: '${cmd}' }); setInterval(() => {}, 1000); process.on('message', () => {})`,
      channel,
    )
    await gone
    expect(refused).toMatchObject([{ code: 'contract_violation' }])
    expect(heard).toEqual([])
  })

  it('keeps no socket that is sent over it (CWE-403)', async () => {
    const { child, heard, refused, output, gone } = launch(
      `const net = await import('node:net')
       const server = net.createServer((socket) => socket.destroy())
       process.on('disconnect', () => process.exit(0))
       process.on('message', () => process.send(ack, server))
       server.listen(0, '127.0.0.1', () => console.log(server.address().port))`,
      channel,
    )
    await expect.poll(() => output.length, SOON).toBe(1)
    const port = Number(output[0])
    expect(await accepts(port)).toBe(true)
    child.send(PING)
    await gone
    expect(refused).toMatchObject([{ code: 'contract_violation' }])
    expect(heard).toEqual([])
    expect(await accepts(port)).toBe(false)
  })

  it('does not fill our memory for a gateway that never reads (CWE-770)', async () => {
    const { child, refused, output } = launch('console.log("deaf"); for (;;);', channel)
    await expect.poll(() => output.length, SOON).toBe(1)
    const simulate = { type: 'simulate', sender: 'me', name: '', text: 'x'.repeat(8_000) } as const
    let taken = 0
    while (taken < 10_000 && child.send(simulate)) taken += 1
    expect(taken).toBe(2_000)
    expect(refused).toMatchObject([{ code: 'contract_violation', message: /does not listen/ }])
    expect(child.send(PING)).toBe(false)
  })
})

const accepts = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
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

  it('are one contract violation or nothing, whatever they are', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(`${text}\n`)),
      fc.constantFrom('\n', '{', '"', '\\', JSON.stringify(ACK)).map((text) => Buffer.from(text)),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 8 }), async (pieces) => {
        const bytes = Buffer.concat(pieces)
        const { heard, refused, gone } = launch(pours(bytes))
        expect(await gone).toMatchObject({ how: 'exited with code 0' })
        const lines = bytes.toString('latin1').split('\n').length - 1
        expect(refused.length).toBeLessThanOrEqual(1)
        expect(heard.length + refused.length).toBeLessThanOrEqual(lines)
        if (refused.length === 0) expect(heard).toHaveLength(lines)
      }),
      { numRuns: 20 },
    )
  })

  it('are not held when no line ends: of 100 MB hardly more than one is taken (CWE-770)', async () => {
    const { heard, refused, output, gone } = launch(
      `process.on('disconnect', () => {})
       console.log(pour(Buffer.alloc(100e6, 'x')))`,
    )
    await gone
    expect(refused).toMatchObject([{ code: 'contract_violation', message: /1048576 bytes/ }])
    expect(heard).toEqual([])
    expect(Number(output[0])).toBeGreaterThan(MIB)
    expect(Number(output[0])).toBeLessThan(4 * MIB)
  })

  it('are not held when a line that is too long ends after all, and one that is not is heard', async () => {
    const lineOf = (bytes: number): string => `pour(Buffer.from('"' + 'x'.repeat(${bytes - 2}) + '"\\n'));`
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

/** Launches this program as a gateway, says its process id, and then does what `afterwards` says. */
const supervisorOf = (main: string, grants: readonly string[], afterwards: string): string => `
import { launchGateway } from ${JSON.stringify(pathToFileURL(join(PROJECT, 'src/supervisor/children/launch-gateway.ts')).href)}
const child = launchGateway({
  node: ${JSON.stringify(pinnedNodePath(PROJECT))}, main: ${JSON.stringify(main)}, grants: ${JSON.stringify(grants)},
  cwd: ${JSON.stringify(folder)}, runId: 'test', env: {}, redact: (line) => line,
  onOutput: () => {}, onRefused: () => {}, onExit: () => {},
  onMessage: () => { if (!said) console.log(child.pid); said = true; ${afterwards} },
})
let said = false
`

describe('a gateway whose supervisor was killed with SIGKILL', () => {
  it.each([
    ['is idle', ECHO, ''],
    [
      'has not been listened to',
      'setInterval(() => { for (let n = 0; n < 999; n += 1) process.send(ack) })',
      'for (;;);',
    ],
    [
      'has not listened to all it was told',
      'setInterval(() => { for (const end = Date.now() + 50; Date.now() < end;); })',
      'for (let n = 0; n < 1999; n += 1) child.send({ type: "simulate", sender: "me", name: "", text: "x".repeat(8000) })',
    ],
  ])('ends when it %s', async (_when, source, afterwards) => {
    const main = program(`process.on('disconnect', () => process.exit(0)); process.on('message', () => {})
      process.send(ack); ${source}`)
    const grants = ['--permission', '--allow-net', `--allow-fs-read=${folder}`]
    const supervisor = await runProgram(supervisorOf(main, grants, afterwards))
    const pid = Number(supervisor.firstLine)
    const start = processTable.read(pid)?.start ?? ''
    expect(isSameProcess(pid, start)).toBe(true)
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => isSameProcess(pid, start), SOON).toBe(false)
  })

  it('ends when it is the real one, which said hello', async () => {
    const main = join(PROJECT, 'src/gateway/main.ts')
    const supervisor = await runProgram(
      supervisorOf(main, ['--permission', '--allow-net', `--allow-fs-read=${PROJECT}/*`], ''),
    )
    const pid = Number(supervisor.firstLine)
    const start = processTable.read(pid)?.start ?? ''
    expect(isSameProcess(pid, start)).toBe(true)
    supervisor.child.kill('SIGKILL')
    await expect.poll(() => isSameProcess(pid, start), SOON).toBe(false)
  })
})
