import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSending, type Line, type Sending } from './sending.ts'

const CHAT = '15550001111@s.whatsapp.net'
const always = (): boolean => true

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

interface FakeLine extends Line {
  readonly written: string[]
  readonly given: string[]
  open: boolean
}

/** A line that writes what it gets, unless it is told to do otherwise. */
const lineOf = (relay?: Line['relay']): FakeLine => {
  const line: FakeLine = {
    written: [],
    given: [],
    open: true,
    isOpen: () => line.open,
    relay:
      relay ??
      (async (_chat, text, id, writing) => {
        writing()
        line.written.push(`${id} ${text}`)
      }),
    giveUp: (why) => {
      line.given.push(why)
      line.open = false
    },
  }
  return line
}

const sendingOf = (): Sending => {
  let count = 0
  return createSending({ now: Date.now, newId: () => `id${++count}` })
}

const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0)
}

describe('sending', () => {
  it('keeps the order of a chat, and lets no chat wait for another', async () => {
    const sending = sendingOf()
    const line = lineOf()
    sending.lineUp(line)
    const all = [
      sending.send(CHAT, 'one', always),
      sending.send(CHAT, 'two', always),
      sending.send('777@lid'.replace('777', '77777'), 'other', always),
    ]
    await settle()
    expect(line.written).toEqual(['id1 one', 'id3 other'])
    sending.acked('id1', undefined)
    await settle()
    expect(line.written).toEqual(['id1 one', 'id3 other', 'id2 two'])
    sending.acked('id2', undefined)
    sending.acked('id3', undefined)
    expect(await Promise.all(all)).toEqual(
      ['id1', 'id2', 'id3'].map((messageId) => ({ kind: 'sent', messageId })),
    )
  })

  it('writes nothing of a message that was given up while it was prepared', async () => {
    const sending = sendingOf()
    const go = new AbortController()
    const line = lineOf(async (_chat, text, _id, writing) => {
      await once(go.signal, 'abort')
      writing()
      line.written.push(text)
    })
    sending.lineUp(line)
    const sent = sending.send(CHAT, 'too late', always)
    await vi.advanceTimersByTimeAsync(121_000)
    expect(await sent).toEqual({ kind: 'failed', why: 'WhatsApp did not acknowledge it in time' })
    go.abort()
    await settle()
    expect(line.written).toEqual([])
  })

  it('asks again, when all is prepared, whether it may still go', async () => {
    const sending = sendingOf()
    let may = true
    const line = lineOf(async (_chat, text, _id, writing) => {
      may = false
      writing()
      line.written.push(text)
    })
    sending.lineUp(line)
    expect(await sending.send(CHAT, 'never', () => may)).toEqual({ kind: 'withdrawn' })
    expect(line.written).toEqual([])
  })

  it('has failed for certain if it could not be prepared, and is unconfirmed if it was on the wire before', async () => {
    const sending = sendingOf()
    sending.lineUp(
      lineOf(async () => {
        throw new Error('no session')
      }),
    )
    expect(await sending.send(CHAT, 'one', always)).toMatchObject({ kind: 'failed' })
    const good = lineOf()
    sending.lineUp(good)
    const two = sending.send(CHAT, 'two', always)
    await settle()
    sending.lineDown()
    sending.lineUp(
      lineOf(async () => {
        throw new Error('no session')
      }),
    )
    expect(await two).toMatchObject({ kind: 'unconfirmed' })
  })

  it('does not believe an error about a second try to be one about the first', async () => {
    const sending = sendingOf()
    sending.lineUp(lineOf())
    const sent = sending.send(CHAT, 'one', always)
    await settle()
    sending.lineDown()
    sending.lineUp(lineOf())
    await settle()
    sending.acked('id1', '479')
    expect(await sent).toEqual({ kind: 'unconfirmed', why: 'WhatsApp did not take it (479)' })
  })

  it('ends in two minutes, however many wait for their turn', async () => {
    const sending = sendingOf()
    sending.lineDown()
    const all = Array.from({ length: 50 }, (_, index) => sending.send(CHAT, `${index}`, always))
    await vi.advanceTimersByTimeAsync(121_000)
    for (const delivery of await Promise.all(all)) expect(delivery.kind).toBe('failed')
    await sending.idle()
  })

  it('ends at once where no connection will come', async () => {
    const sending = sendingOf()
    sending.lineDown()
    const waiting = sending.send(CHAT, 'one', always)
    await settle()
    sending.noLine('WhatsApp is not linked')
    expect(await waiting).toEqual({ kind: 'failed', why: 'WhatsApp is not linked' })
    expect(await sending.send(CHAT, 'two', always)).toEqual({ kind: 'failed', why: 'WhatsApp is not linked' })
  })

  it('gives up a connection that acknowledges nothing, and goes out with the same id on the next', async () => {
    const sending = sendingOf()
    const silent = lineOf()
    sending.lineUp(silent)
    const sent = sending.send(CHAT, 'one', always)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(silent.given).toEqual(['it acknowledges nothing'])
    sending.lineDown()
    const next = lineOf()
    sending.lineUp(next)
    await settle()
    expect(next.written).toEqual(['id1 one'])
    sending.acked('id1', undefined)
    expect(await sent).toEqual({ kind: 'sent', messageId: 'id1' })
  })

  it('takes a thousand at a time, and remembers a thousand', async () => {
    const sending = sendingOf()
    sending.lineDown()
    const first = Array.from({ length: 1_000 }, (_, index) =>
      sending.send(`${10_000 + index}@lid`, 'x', always),
    )
    expect(await sending.send(CHAT, 'one more', always)).toEqual({
      kind: 'failed',
      why: 'too many messages are under way',
    })
    sending.lineUp(lineOf())
    await settle()
    for (let id = 1; id <= 1_000; id++) sending.acked(`id${id}`, undefined)
    await Promise.all(first)
    expect(sending.sent('id1')).toEqual({ chat: '10000@lid', text: 'x' })
    const another = sending.send(CHAT, 'one more', always)
    await settle()
    sending.acked('id1001', undefined)
    expect(await another).toMatchObject({ kind: 'sent' })
    expect(sending.sent('id1')).toBeUndefined()
  })

  it('leaves no timer behind', async () => {
    const sending = sendingOf()
    sending.lineUp(lineOf())
    const sent = sending.send(CHAT, 'one', always)
    await settle()
    sending.acked('id1', undefined)
    await sent
    expect(vi.getTimerCount()).toBe(0)
  })
})
