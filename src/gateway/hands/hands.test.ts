import { type Duplex, duplexPair } from 'node:stream'
import { beforeEach, describe, expect, it } from 'vitest'
import { encodeBoxPieces } from '../../shared/contracts/box-pieces.ts'
import type { ToGateway } from '../../shared/contracts/gateway.ts'
import { encodeFrame } from '../../shared/contracts/helper-frames.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { directSession, MAIN_SESSION } from '../../shared/domain/session.ts'
import { createBoxChannel } from './box-channel.ts'
import type { ByteStream } from './byte-stream.ts'
import { createHands, type Hands } from './hands.ts'
import { bytesOf, HELLO, StandInHelper } from './testing/stand-in-helper.ts'

const friend = parseSenderId('simulator', 'friend')
if (friend === undefined) throw new Error('no sender')
const FRIEND = directSession('simulator', friend)

let supervisor: Duplex
let asks: { askId: number; session: string }[]
let violations: { box: number; why: string }[]
let hosts: StandInHelper[]
let isHeard: boolean
let hands: Hands

const made = (host: (() => ByteStream) | undefined): Hands => {
  const [here, there] = duplexPair()
  supervisor = there
  supervisor.resume()
  return createHands({
    ask: (askId, session) => {
      if (isHeard) asks.push({ askId, session })
      return isHeard
    },
    violation: (box, why) => violations.push({ box, why }),
    channel: createBoxChannel({ channel: here, onBroken: (error) => expect.fail(error.message) }),
    host,
    now: () => 0,
  })
}

beforeEach(() => {
  asks = []
  violations = []
  hosts = []
  isHeard = true
  hands = made(() => {
    const helper = new StandInHelper()
    hosts.push(helper)
    // It takes a moment to come up.
    setImmediate(() => helper.say(HELLO))
    return helper.stream
  })
})

const ready = (askId: number, box: number): ToGateway & { type: 'box-answer' } => ({
  type: 'box-answer',
  askId,
  outcome: { kind: 'ready', box },
})
const say = (box: number, header: object, body?: Uint8Array): void => {
  for (const part of encodeBoxPieces(box, encodeFrame(header, body))) supervisor.write(part)
}

describe('the hands of a session', () => {
  it('are in its sandbox, which the supervisor is asked for', async () => {
    const coming = hands.of('sandbox', FRIEND)
    expect(asks).toEqual([{ askId: 1, session: FRIEND }])
    hands.hear(ready(1, 5))
    const client = await coming
    const read = client.read('a', 0, 9)
    say(5, HELLO)
    say(5, { kind: 'read', id: 1, size: 2 }, bytesOf('hi'))
    expect(await read).toEqual({ kind: 'read', bytes: bytesOf('hi'), size: 2 })
  })

  it('are asked for once by those who ask at once', async () => {
    const coming = [hands.of('sandbox', FRIEND), hands.of('sandbox', FRIEND)]
    expect(asks).toHaveLength(1)
    hands.hear(ready(1, 1))
    const [one, two] = await Promise.all(coming)
    expect(one).toBe(two)
  })

  it('stay the same while the sandbox does', async () => {
    const first = hands.of('sandbox', FRIEND)
    hands.hear(ready(1, 1))
    expect(await hands.of('sandbox', FRIEND)).toBe(await first)
    expect(asks).toHaveLength(1)
  })

  it('are asked for anew when people or rules have changed: who lost rights leaves the sandbox of those who have them', async () => {
    const first = hands.of('sandbox', FRIEND)
    hands.hear(ready(1, 1))
    await first
    hands.rulesChanged()
    const second = hands.of('sandbox', FRIEND)
    hands.hear(ready(2, 7))
    expect(await second).not.toBe(await first)
    expect((await first).isGone()).toBe(false)
  })

  it('are asked for again when people or rules changed while they were on their way', async () => {
    const coming = hands.of('sandbox', FRIEND)
    hands.rulesChanged()
    hands.hear(ready(1, 1))
    await expect.poll(() => asks).toHaveLength(2)
    hands.hear(ready(2, 7))
    const client = await coming
    expect(await hands.of('sandbox', FRIEND)).toBe(client)
    const read = client.read('a', 0, 1)
    hands.hear({ type: 'box-gone', box: 7, why: 'dead' })
    expect(await read).toMatchObject({ kind: 'gone' })
  })

  it('may be the same for two sessions that share a sandbox', async () => {
    const coming = [hands.of('sandbox', FRIEND), hands.of('sandbox', MAIN_SESSION)]
    expect(asks.map(({ session }) => session)).toEqual([FRIEND, MAIN_SESSION])
    hands.hear(ready(2, 9))
    hands.hear(ready(1, 9))
    const [one, two] = await Promise.all(coming)
    expect(one).toBe(two)
  })

  it('are refused with the supervisor’s reason, and asked for anew the next time', async () => {
    const coming = hands.of('sandbox', FRIEND)
    hands.hear({ type: 'box-answer', askId: 1, outcome: { kind: 'refused', why: 'Docker is not there.' } })
    await expect(coming).rejects.toMatchObject({
      code: 'sandbox_refused',
      message: expect.stringContaining('Docker is not there.'),
    })
    const again = hands.of('sandbox', FRIEND)
    hands.hear(ready(2, 1))
    expect((await again).isGone()).toBe(false)
  })

  it('are refused when the supervisor can not be asked', async () => {
    isHeard = false
    await expect(hands.of('sandbox', FRIEND)).rejects.toMatchObject({ code: 'sandbox_refused' })
  })

  it('are gone with the sandbox, and new ones are asked for', async () => {
    const coming = hands.of('sandbox', FRIEND)
    hands.hear(ready(1, 1))
    const client = await coming
    const read = client.read('a', 0, 1)
    hands.hear({ type: 'box-gone', box: 1, why: 'it was idle' })
    expect(await read).toEqual({ kind: 'gone', why: 'it was idle' })
    expect(client.isGone()).toBe(true)
    const again = hands.of('sandbox', FRIEND)
    hands.hear(ready(2, 2))
    expect(await again).not.toBe(client)
  })

  it('are condemned at the supervisor, by the number of the sandbox', async () => {
    const coming = hands.of('sandbox', FRIEND)
    hands.hear(ready(1, 3))
    const client = await coming
    const read = client.read('a', 0, 1)
    say(3, { kind: 'end' })
    expect(await read).toMatchObject({ kind: 'gone' })
    expect(violations).toMatchObject([{ box: 3, why: expect.stringContaining('broke its contract') }])
  })

  it('are asked for again where the sandbox that is offered has died meanwhile, but not for ever', async () => {
    const coming = hands.of('sandbox', FRIEND)
    hands.hear(ready(1, 1))
    await coming
    hands.hear({ type: 'box-gone', box: 1, why: 'dead' })
    const again = hands.of('sandbox', FRIEND)
    const outcome = again.then(
      () => 'given',
      (error: unknown) => String(error),
    )
    for (const askId of [2, 3, 4]) {
      await expect.poll(() => asks.at(-1)?.askId).toBe(askId)
      hands.hear(ready(askId, 1))
    }
    expect(await outcome).toContain('dies as soon as')
    expect(asks).toHaveLength(4)
  })

  it('ignore an answer that nobody waits for', () => {
    hands.hear(ready(17, 4))
    hands.hear({ type: 'box-gone', box: 40, why: 'dead' })
    expect(asks).toEqual([])
  })

  it('are nowhere when the gateway is ending', async () => {
    const coming = [hands.of('sandbox', FRIEND), hands.of('sandbox', MAIN_SESSION)]
    hands.hear(ready(1, 1))
    const client = await coming[0]
    const read = client?.read('a', 0, 1)
    hands.close()
    await expect(coming[1]).rejects.toMatchObject({ code: 'sandbox_refused' })
    await expect(hands.of('sandbox', FRIEND)).rejects.toMatchObject({ code: 'sandbox_refused' })
    await expect(hands.of('host', FRIEND)).rejects.toMatchObject({ code: 'sandbox_refused' })
    expect(await read).toMatchObject({ kind: 'gone' })
  })
})

describe('the hands on the host', () => {
  it('are started when they are first needed, once for all', async () => {
    expect(hosts).toHaveLength(0)
    const clients = await Promise.all([hands.of('host', MAIN_SESSION), hands.of('host', FRIEND)])
    expect(hosts).toHaveLength(1)
    expect(clients[0]).toBe(clients[1])
    expect(asks).toEqual([])
  })

  it('are handed out when they are up, so that the rules are looked at after that', async () => {
    const order: string[] = []
    setImmediate(() => order.push('up'))
    await hands.of('host', MAIN_SESSION)
    order.push('handed out')
    expect(order).toEqual(['up', 'handed out'])
  })

  it('are started again when they died', async () => {
    const first = await hands.of('host', MAIN_SESSION)
    hosts[0]?.end('its process is gone')
    expect(first.isGone()).toBe(true)
    expect((await hands.of('host', MAIN_SESSION)).isGone()).toBe(false)
    expect(hosts).toHaveLength(2)
  })

  it('are not there while this process may not start others', async () => {
    const without = made(undefined)
    await expect(without.of('host', MAIN_SESSION)).rejects.toMatchObject({ code: 'sandbox_refused' })
    expect(asks).toEqual([])
  })

  it('are refused where their process can not be started', async () => {
    const without = made(() => {
      throw new Error('ERR_ACCESS_DENIED')
    })
    await expect(without.of('host', MAIN_SESSION)).rejects.toMatchObject({ code: 'sandbox_refused' })
  })

  it('are closed with the gateway', async () => {
    const client = await hands.of('host', MAIN_SESSION)
    const read = client.read('a', 0, 1)
    hands.close()
    expect(hosts[0]?.isClosed).toBe(true)
    expect(await read).toMatchObject({ kind: 'gone' })
  })
})
