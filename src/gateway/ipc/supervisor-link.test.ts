import { EventEmitter } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { FromGateway } from '../../shared/contracts/gateway.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { DEFAULT_RULES, startMessage } from '../testing/stand-in-supervisor.ts'
import { connectSupervisor, type SupervisorLink } from './supervisor-link.ts'

const start = startMessage('/nowhere', { revision: 1, providers: [], rules: DEFAULT_RULES })

/** A channel that takes a message when the test says so. */
class TestChannel extends EventEmitter {
  readonly taken: unknown[] = []
  readonly callbacks: ((error: Error | null) => void)[] = []
  broken = false

  send(message: unknown, callback: (error: Error | null) => void): boolean {
    if (this.broken) throw new Error('channel closed')
    this.taken.push(message)
    this.callbacks.push(callback)
    return true
  }
}

const connect = (): {
  channel: TestChannel
  link: SupervisorLink
  refused: ClawdbotError[]
  gone: () => boolean
  clock: { now: number }
} => {
  const channel = new TestChannel()
  const refused: ClawdbotError[] = []
  let gone = false
  const onGone = (): void => {
    gone = true
  }
  const clock = { now: 0 }
  const link = connectSupervisor({
    channel,
    now: () => clock.now,
    onGone,
    onRefused: (error) => refused.push(error),
  })
  return { channel, link, refused, gone: () => gone, clock }
}

const ping = (sequence: number): object => ({ type: 'ping', sequence })
const drops: FromGateway = { type: 'drops', provider: 'telegram', counts: { bot: 1 } }

describe('the link to the supervisor', () => {
  test('keeps what comes between the start and the listening, in order', async () => {
    const { channel, link } = connect()
    channel.emit('message', start)
    channel.emit('message', ping(1))
    channel.emit('message', ping(2))
    expect(await link.started).toEqual(start)
    const heard: unknown[] = []
    link.listen((message) => heard.push(message))
    channel.emit('message', ping(3))
    expect(heard).toEqual([ping(1), ping(2), ping(3)])
  })

  test('refuses a first message that is not understood, and names the place but not the value', async () => {
    const { channel, link } = connect()
    channel.emit('message', { ...start, telegram: { botToken: 42, secret: 'hush' } })
    const error: unknown = await link.started.catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ClawdbotError)
    expect(String(error)).toContain('telegram.botToken')
    expect(String(error)).not.toContain('hush')
  })

  test.each([
    ['nonsense', 'nonsense'],
    ['an unknown type', { type: 'promote', sender: '42' }],
    ['a second start', start],
    [
      'people with a policy that does not exist',
      { type: 'people', revision: 2, providers: [{ dmPolicy: 'all' }] },
    ],
    ['nothing', null],
  ])('does not act upon %s', async (_what, raw) => {
    const { channel, link, refused } = connect()
    channel.emit('message', start)
    await link.started
    const heard: unknown[] = []
    link.listen((message) => heard.push(message))
    channel.emit('message', raw)
    expect(heard).toEqual([])
    expect(refused).toMatchObject([{ code: 'contract_violation' }])
  })

  test('gives up reports, and nothing else, while the supervisor does not take them', () => {
    const { channel, link } = connect()
    for (let n = 0; n < 5_000; n += 1) link.send(drops)
    expect(channel.taken).toHaveLength(1_000)
    expect(link.send(drops)).toBe(false)
    expect(link.send({ type: 'ack', revision: 3 })).toBe(true)
    for (const done of channel.callbacks.splice(0)) done(null)
    expect(link.send(drops)).toBe(true)
  })

  test('says that the supervisor takes nothing, until it does', () => {
    const { channel, link } = connect()
    expect(link.isBehind()).toBe(false)
    for (let n = 0; n < 1_000; n += 1) link.send({ type: 'ack', revision: n })
    expect(link.isBehind()).toBe(true)
    channel.callbacks.shift()?.(null)
    expect(link.isBehind()).toBe(false)
  })

  test('says no more than a supervisor in its right mind listens to, and the reports go first', () => {
    const { channel, link, clock } = connect()
    const takeAll = (): void => {
      for (const done of channel.callbacks.splice(0)) done(null)
    }
    const sayUntilRefused = (): number => {
      let said = 0
      while (said < 20_000 && link.send(drops)) {
        said += 1
        takeAll()
      }
      return said
    }
    expect(sayUntilRefused()).toBe(2_500)
    expect(link.isBehind()).toBe(false)
    for (let n = 0; n < 2_500; n += 1) {
      expect(link.send({ type: 'ack', revision: n })).toBe(true)
      takeAll()
    }
    expect(link.isBehind()).toBe(true)
    expect(link.send({ type: 'ack', revision: 0 })).toBe(true)
    clock.now += 1_000
    expect(link.isBehind()).toBe(false)
    expect(sayUntilRefused()).toBe(0)
    // All together over a long flood, it stays within half of what the supervisor allows.
    clock.now += 3_600_000
    expect(sayUntilRefused()).toBe(2_500)
  })

  test('last words are waited for, and a closed channel is no reason to wait for ever', async () => {
    const { channel, link } = connect()
    let over = false
    const last = link.sendLast({ type: 'fatal', code: 'x', message: '', hint: '' }).then(() => (over = true))
    expect(over).toBe(false)
    channel.callbacks[0]?.(null)
    await last
    channel.broken = true
    await link.sendLast({ type: 'fatal', code: 'x', message: '', hint: '' })
    expect(link.send(drops)).toBe(false)
  })

  test('tells when the supervisor is gone', () => {
    const { channel, gone } = connect()
    channel.emit('disconnect')
    expect(gone()).toBe(true)
  })
})
