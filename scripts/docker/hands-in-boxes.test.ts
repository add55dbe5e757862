// The whole way from the gateway's hands to real sandboxes and back: both sides, which in the product are two
// processes, over a real socket. It stands here because no process of src/ may import another.

import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBoxChannel } from '../../src/gateway/hands/box-channel.ts'
import { createHands, type Hands } from '../../src/gateway/hands/hands.ts'
import { fromGateway, toGateway } from '../../src/shared/contracts/gateway.ts'
import { createBoxDesk } from '../../src/supervisor/sandbox/box-desk.ts'
import type { Sandboxes } from '../../src/supervisor/sandbox/sandboxes.ts'
import {
  type BoxWorld,
  createBoxWorld,
  friendsBox,
  PROJECT,
} from '../../src/supervisor/sandbox/testing/box-world.ts'

const NEVER = new AbortController().signal
const SOON = { timeout: 20_000, interval: 20 }
const MIB = 1024 * 1024
const BASH = { cwd: '', env: {}, timeoutMs: 30_000, keepBytes: 64 * 1024 }

let world: BoxWorld
/** Of first processes that are not our helper; none takes another one's sandboxes for leftovers. */
let hostileWorld: BoxWorld
let folder: string
let gatewaysEnd: Socket
let hands: Hands
let violations: string[]
/** Which sandboxes a session's box is made by. */
let made: (session: string) => Sandboxes

/** The two ends of a connection, as the gateway's extra file is one. */
const socketPair = async (): Promise<readonly [Socket, Socket]> => {
  const server = createServer()
  server.listen(join(folder, 'channel.sock'))
  await once(server, 'listening')
  const one = connect(join(folder, 'channel.sock'))
  const accepted = await new Promise<Socket>((resolve) => server.once('connection', resolve))
  server.close()
  return [one, accepted]
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-hands-'))
  world = createBoxWorld()
  hostileWorld = createBoxWorld()
  violations = []
  const honest = world.sandboxes()
  made = () => honest
  const [gateways, supervisors] = await socketPair()
  gatewaysEnd = gateways
  const desk = createBoxDesk({
    open: (session) => made(session).open(friendsBox(Number(session.split(':').at(-1)))),
    // On another way than the bytes, so before or after them.
    answer: (message) => {
      toGateway.parse(message)
      setImmediate(() => hands.hear(message))
    },
    endAll: (why) => void honest.endAll(why),
    onError: (error) => {
      throw error
    },
  })
  desk.attach(supervisors)
  hands = createHands({
    ask: (askId, session) => {
      const message = fromGateway.parse({ type: 'box-ask', askId, session })
      if (message.type === 'box-ask') desk.asked(message)
      return true
    },
    violation: (box, why) => {
      violations.push(why)
      desk.violated({ type: 'box-violation', box, why })
    },
    channel: createBoxChannel({
      channel: gateways,
      onBroken: (error) => {
        throw error
      },
    }),
    host: undefined,
    now: () => performance.now(),
  })
})

afterEach(async () => {
  hands.close()
  await Promise.all([world.remove(), hostileWorld.remove()])
  rmSync(folder, { recursive: true, force: true })
})

const sandboxOf = (number: number) => hands.of('sandbox', friendsBox(number).session)

/** Sandboxes whose first process is this program instead of the helper. */
const sandboxesWith = (program: string): Sandboxes => {
  const appRoot = join(folder, 'app')
  const docker = join(appRoot, 'docker', 'sandbox')
  mkdirSync(docker, { recursive: true })
  copyFileSync(join(PROJECT, 'docker/sandbox/seccomp.json'), join(docker, 'seccomp.json'))
  writeFileSync(join(docker, 'helper.py'), PRELUDE + program)
  return hostileWorld.sandboxes({ appRoot })
}

const PRELUDE = `
import json, os, sys, time
def frame(header, body=b""):
    text = json.dumps(header).encode()
    return (len(text) + len(body)).to_bytes(4, "big") + len(text).to_bytes(4, "big") + text + body
def say(data):
    while data:
        data = data[os.write(1, data):]
def hello(): say(frame({"kind": "hello", "id": 0, "version": 1, "workspace": "/workspace"}))
def asked(): return os.read(0, 1 << 16)
`

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()

describe('hands in a real sandbox', () => {
  it('run a command, and write, read and edit files of any length', async () => {
    const client = await sandboxOf(1)
    const content = Buffer.alloc(2 * MIB + 5, 'line of text\n')
    expect(await client.write('folder/long.txt', content)).toEqual({
      kind: 'written',
      size: content.length,
      created: true,
    })
    const ended = await client.bash({ ...BASH, command: 'wc -c folder/long.txt; pwd; exit 3' }, NEVER)
    expect(ended).toMatchObject({ kind: 'ended', exitCode: 3, dropped: 0 })
    expect(ended.kind === 'ended' && text(ended.output)).toBe(
      `${content.length} folder/long.txt\n/workspace\n`,
    )
    const page = await client.read('folder/long.txt', MIB, MIB)
    expect(page).toMatchObject({ kind: 'read', size: content.length })
    expect(page.kind === 'read' && content.subarray(MIB, 2 * MIB).equals(page.bytes)).toBe(true)
    await client.write('short.txt', Buffer.from('one\ntwo\n'))
    expect(await client.edit('short.txt', Buffer.from('two'), Buffer.from('2'))).toMatchObject({ line: 2 })
    expect(await client.read('none.txt', 0, 1)).toMatchObject({ kind: 'fault', fault: 'not_found' })
    expect(violations).toEqual([])
  })

  it('end a command when it is aborted, and when its time is over', async () => {
    const client = await sandboxOf(1)
    const controller = new AbortController()
    const aborted = client.bash({ ...BASH, command: 'trap "" TERM; sleep 600' }, controller.signal)
    const timed = client.bash({ ...BASH, command: 'sleep 600', timeoutMs: 200 }, NEVER)
    controller.abort()
    expect(await aborted).toMatchObject({ kind: 'ended', aborted: true })
    expect(await timed).toMatchObject({ kind: 'ended', timedOut: true })
    expect(client.isGone()).toBe(false)
  })

  it('keep the head and the tail of an endless output, while another sandbox is answered', async () => {
    const [flooded, other] = [await sandboxOf(1), await sandboxOf(2)]
    const flood = { ...BASH, command: 'head -c 512M /dev/zero | tr "\\0" x; echo end', timeoutMs: 120_000 }
    const floods = Promise.all(Array.from({ length: 3 }, () => flooded.bash(flood, NEVER)))
    const seen = { isOver: false, answered: 0 }
    void floods.finally(() => (seen.isOver = true))
    do {
      expect(await other.bash({ ...BASH, command: 'echo hi' }, NEVER)).toMatchObject({ exitCode: 0 })
      seen.answered += 1
      await turn()
    } while (!seen.isOver && seen.answered < 20)
    expect(seen.answered).toBeGreaterThan(1)
    for (const ended of await floods) {
      expect(ended).toMatchObject({ kind: 'ended', exitCode: 0, headBytes: BASH.keepBytes / 2 })
      expect(ended.kind === 'ended' && text(ended.output.slice(-4))).toBe('end\n')
      expect(ended.kind === 'ended' && ended.dropped).toBe(2 ** 29 + 4 - BASH.keepBytes)
    }
    expect(violations).toEqual([])
  })

  it('are gone when the sandbox is killed, and in a new one the next time', async () => {
    const client = await sandboxOf(1)
    const running = client.bash({ ...BASH, command: 'sleep 600' }, NEVER)
    const [container] = await world.containers()
    await world.post(`/containers/${container?.id}/kill`)
    expect(await running).toMatchObject({ kind: 'gone' })
    const again = await sandboxOf(1)
    expect(again).not.toBe(client)
    expect(await again.bash({ ...BASH, command: 'true' }, NEVER)).toMatchObject({ exitCode: 0 })
  })

  it('leave no container behind when the gateway is gone', async () => {
    await Promise.all([sandboxOf(1), sandboxOf(2)])
    gatewaysEnd.destroy()
    await expect.poll(() => world.states(), SOON).toEqual([])
  })
})

describe('a first process that is not our helper', () => {
  it.each([
    ['floods zeros', 'while True: say(bytes(65536))'],
    [
      'says hello, and then a frame without end',
      'hello(); say(b"\\0\\x10\\0\\0\\0\\0\\0\\x09")\nwhile True: say(b" " * 65536)',
    ],
    ['claims a frame of 4 GiB', 'hello(); say(b"\\xff" * 8); time.sleep(600)'],
    [
      'answers what nobody asked',
      'hello(); say(frame({"kind": "read", "id": 999, "size": 0})); time.sleep(600)',
    ],
    ['says hello for ever', 'while True: hello()'],
    [
      'sends output for ever',
      'hello(); asked()\nwhile True: say(frame({"kind": "output", "id": 1, "stream": "stdout"}, b"x" * 60000))',
    ],
    ['sends a terminal’s escape sequences', 'say(b"\\x1b]52;c;aGk=\\x07" * 100); time.sleep(600)'],
  ])('is killed, container and all, when it %s, and another sandbox goes on', async (_what, program) => {
    const honest = made('')
    const hostile = sandboxesWith(program)
    made = (session) => (session.endsWith(':666') ? hostile : honest)
    const other = await sandboxOf(2)
    const client = await sandboxOf(666)
    expect(await client.bash({ ...BASH, command: 'true' }, NEVER)).toMatchObject({ kind: 'gone' })
    expect(violations).toHaveLength(1)
    expect(violations[0]).toContain('broke its contract')
    await expect.poll(() => hostileWorld.states(), SOON).toEqual([])
    expect(await world.states()).toEqual(['running'])
    expect(await other.bash({ ...BASH, command: 'true' }, NEVER)).toMatchObject({ exitCode: 0 })
  })

  it('is replaced when it closes its output and lives on', async () => {
    made = (() => {
      const hostile = sandboxesWith('hello(); asked(); os.close(1); os.close(2); time.sleep(600)')
      return () => hostile
    })()
    const client = await sandboxOf(666)
    expect(await client.bash({ ...BASH, command: 'true', timeoutMs: 500 }, NEVER)).toMatchObject({
      kind: 'gone',
    })
    const again = await sandboxOf(666)
    expect(again).not.toBe(client)
    await expect.poll(() => hostileWorld.states(), SOON).toHaveLength(1)
  })

  it('that reads nothing ends its sandbox only', async () => {
    const honest = made('')
    const hostile = sandboxesWith('hello(); time.sleep(600)')
    made = (session) => (session.endsWith(':666') ? hostile : honest)
    const other = await sandboxOf(2)
    const client = await sandboxOf(666)
    const content = Buffer.alloc(MIB)
    const written = await Promise.all(Array.from({ length: 40 }, (_, at) => client.write(`f${at}`, content)))
    expect(written.every(({ kind }) => kind === 'gone')).toBe(true)
    await expect.poll(() => hostileWorld.states(), SOON).toEqual([])
    expect(await world.states()).toEqual(['running'])
    expect(await other.bash({ ...BASH, command: 'true' }, NEVER)).toMatchObject({ exitCode: 0 })
  })
})
