import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelResult } from '../agent/turn.ts'
import { createWorld, friend, owner, transcriptsIn, type World } from './testing/world.ts'

let world: World

beforeEach(() => {
  world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-conversations-')))
})

afterEach(async () => {
  await world.end()
  rmSync(world.stateDir, { recursive: true })
})

const textsSent = (): readonly string[] => world.delivered.map(({ text }) => text)

/** A turn that runs until it is aborted. */
const endless = (signal: AbortSignal): Promise<ModelResult> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () =>
      resolve({ kind: 'aborted', model: { api: 'offline', provider: 'offline', model: 'obedient' } }),
    )
  })

describe('an abort', () => {
  it('ends the turn and what waits behind it, sends nothing, and does not come back after a restart', async () => {
    const first = world.boot({ askModel: ({ signal }) => endless(signal) })
    const { session } = friend('5')
    const items = ['one', 'two'].map((text) => world.accept({ text, ...friend('5') }))
    for (const item of items) first.conversations.enqueue(item)
    expect(first.conversations.turns()).toBe(2)
    first.conversations.abortSession(session, 'the right was withdrawn')
    await first.settled()
    expect([first.conversations.turns(), world.open.size, world.delivered.length]).toEqual([0, 0, 0])
    expect(world.reports.map(({ kind, detail }) => [kind, detail])).toEqual([
      ['withheld', 'the right was withdrawn'],
      ['withheld', 'the right was withdrawn'],
    ])
    expect(transcriptsIn(world.stateDir)[0]?.entries.at(-1)?.message).toMatchObject({
      role: 'assistant',
      stopReason: 'aborted',
      errorMessage: 'the right was withdrawn',
    })
    await first.conversations.close()
    // As if the process had died before the inbox knew.
    const second = world.boot()
    second.conversations.recover(items.slice(0, 1))
    await second.settled()
    expect(world.delivered).toEqual([])
  })

  it('leaves other sessions alone', async () => {
    const { conversations, settled } = world.boot()
    conversations.enqueue(world.accept({ text: 'one', ...friend('5') }))
    conversations.enqueue(world.accept({ text: 'two', ...friend('6') }))
    conversations.abortSession(friend('5').session, 'withdrawn')
    await settled()
    expect(textsSent()).toEqual(['re: two'])
  })

  it('of a session that does nothing does nothing', () => {
    const { conversations } = world.boot()
    conversations.abortSession(owner().session, 'why not')
    expect(world.reports).toEqual([])
  })

  it('that comes when the answer is written but not sent keeps it from being sent', async () => {
    const run = world.boot({
      reached: (step) => {
        if (step === 'turn:after-answer-entry') run.conversations.abortSession(owner().session, 'withdrawn')
      },
    })
    run.conversations.enqueue(world.accept({ text: 'one' }))
    await run.settled()
    expect([world.delivered.length, world.open.size]).toEqual([0, 0])
    expect(transcriptsIn(world.stateDir)[0]?.entries.at(-1)?.data).toMatchObject({
      result: 'withheld',
      why: 'withdrawn',
    })
  })

  it('by the end of the gateway leaves the message open, and the next run answers it', async () => {
    const first = world.boot({ askModel: ({ signal }) => endless(signal) })
    first.conversations.enqueue(world.accept({ text: 'one' }))
    first.conversations.enqueue(world.accept({ text: 'two' }))
    await first.conversations.close()
    expect(world.open.size).toBe(2)
    const second = world.boot()
    second.conversations.recover([...world.open.values()])
    await second.settled()
    expect(textsSent()).toEqual(['re: one', 're: two'])
  })
})
