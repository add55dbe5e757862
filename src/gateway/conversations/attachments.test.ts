import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import type { TakeIn, TakenIn } from '../tools/take-in.ts'
import { createWorld, friend, transcriptsIn, type World } from './testing/world.ts'
import { textOf } from './transcript/entry.ts'

let world: World
beforeEach(() => {
  world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-attachments-')))
})
afterEach(async () => {
  await world.end()
  rmSync(world.stateDir, { recursive: true })
})

const LINE = '[Attachment saved as inbox/00-a.txt, 9 bytes]'
const attachments = [{ fileName: 'a.txt', size: 9, kind: 'document', ref: 'ref' }] as const

/** Notes for whom it was asked. */
const taking =
  (asked: AcceptedItem[], result: TakenIn = { kind: 'taken', lines: [LINE] }): TakeIn =>
  (item) => {
    asked.push(item)
    return Promise.resolve(result)
  }

const questions = (): readonly string[] =>
  transcriptsIn(world.stateDir)
    .flatMap(({ entries }) => entries)
    .filter(({ message }) => message?.role === 'user')
    .map(({ message }) => textOf(message?.content))

describe('a message with an attachment', () => {
  it('is what its sender wrote and a line about it, for the transcript and for the model', async () => {
    const asked: AcceptedItem[] = []
    const { conversations, settled } = world.boot({ takeIn: taking(asked) })
    conversations.enqueue(world.accept({ text: 'look', attachments }))
    conversations.enqueue(world.accept({ text: '', attachments }))
    conversations.enqueue(world.accept({ text: 'none' }))
    await settled()
    expect(questions()).toEqual([`look\n${LINE}`, LINE, 'none'])
    expect(world.asked.map(({ messages }) => messages.at(-1)?.text)).toEqual([`look\n${LINE}`, LINE, 'none'])
    expect(asked).toHaveLength(2)
  })

  it('is taken in again after a crash before it was written down, and not after one behind that', async () => {
    const asked: AcceptedItem[] = []
    const item = world.accept({ text: 'look', attachments })
    const first = world.boot({ takeIn: taking(asked), crash: { step: 'turn:before-user-entry', time: 1 } })
    first.conversations.enqueue(item)
    await first.settled()
    expect(first.dead()).toBe(true)
    const second = world.boot({ takeIn: taking(asked), crash: { step: 'turn:after-user-entry', time: 1 } })
    second.conversations.recover([...world.open.values()])
    await second.settled()
    expect(second.dead()).toBe(true)
    const third = world.boot({ takeIn: taking(asked, { kind: 'taken', lines: ['[another]'] }) })
    third.conversations.recover([...world.open.values()])
    await third.settled()
    expect(asked).toEqual([item, item])
    expect(questions()).toEqual([`look\n${LINE}`])
    expect(world.asked.at(-1)?.messages.at(-1)?.text).toBe(`look\n${LINE}`)
    expect(world.delivered).toHaveLength(1)
  })

  it('that can not be taken in now, because this process ends, is left for the next run', async () => {
    const asked: AcceptedItem[] = []
    const { conversations } = world.boot({ takeIn: taking(asked, { kind: 'open' }) })
    conversations.enqueue(world.accept({ text: 'look', attachments }))
    await expect.poll(() => asked.length).toBe(1)
    await conversations.close()
    expect(world.open.size).toBe(1)
    expect(questions()).toEqual([])
    const next = world.boot({ takeIn: taking(asked) })
    next.conversations.recover([...world.open.values()])
    await next.settled()
    expect(questions()).toEqual([`look\n${LINE}`])
  })

  it('is left for the next run when the gateway stops in the middle of it', async () => {
    let begun = false
    const hanging: TakeIn = (_item, signal) =>
      new Promise((resolve) => {
        begun = true
        signal.addEventListener('abort', () => resolve({ kind: 'taken', lines: ['[it was aborted]'] }))
      })
    const { conversations } = world.boot({ takeIn: hanging })
    conversations.enqueue(world.accept({ text: 'look', attachments }))
    await expect.poll(() => begun).toBe(true)
    await conversations.close()
    expect(world.open.size).toBe(1)
    expect(questions()).toEqual([])
  })

  it('is over, and not answered, when its sender lost the right to write meanwhile', async () => {
    let begun = false
    const hanging: TakeIn = (_item, signal) =>
      new Promise((resolve) => {
        begun = true
        signal.addEventListener('abort', () => resolve({ kind: 'taken', lines: ['[it was aborted]'] }))
      })
    const { conversations, settled } = world.boot({ takeIn: hanging })
    const item = world.accept({ ...friend('42'), text: 'look', attachments })
    conversations.enqueue(item)
    await expect.poll(() => begun).toBe(true)
    conversations.abortSession(item.session, 'the sender lost the right to write')
    await settled()
    expect(world.open.size).toBe(0)
    expect(world.delivered).toEqual([])
  })
})
