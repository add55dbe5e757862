import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  answerOf,
  createWorld,
  friend,
  owner,
  transcriptFilesIn,
  transcriptsIn,
  type World,
} from './testing/world.ts'

let world: World

beforeEach(() => {
  world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-refusals-')))
})

afterEach(async () => {
  await world.end()
  rmSync(world.stateDir, { recursive: true })
})

const FRIEND = friend('42')
const BLOCKED = { provider: 'telegram', sender: FRIEND.sender, reason: 'blocked' } as const

const notes = (): readonly unknown[] =>
  transcriptsIn(world.stateDir).flatMap(({ entries }) =>
    entries.filter(({ customType }) => customType === 'clawdbot.refused').map(({ data }) => data),
  )

const textsSent = (): readonly string[] => world.delivered.map(({ text }) => text)

/** What is to be written at once is written when a timer that was set later has run. */
const written = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 2))

describe('a refusal of the gate', () => {
  it('is noted in the conversation of who was refused, in its place, and the model sees nothing of it', async () => {
    const { conversations, settled } = world.boot()
    conversations.enqueue(world.accept({ text: 'one', ...FRIEND }))
    await settled()
    conversations.refused(FRIEND.session, BLOCKED)
    await vi.waitUntil(() => notes().length === 1)
    conversations.enqueue(world.accept({ text: 'two', ...FRIEND }))
    await settled()
    expect(notes()).toEqual([{ ...BLOCKED, count: 1 }])
    const types = transcriptsIn(world.stateDir)[0]?.entries.map(({ customType, type }) => customType ?? type)
    expect(types?.indexOf('clawdbot.refused')).toBe(4)
    expect(world.asked.at(-1)?.messages.map(({ text }) => text)).toEqual(['one', 're: one', 'two'])
  })

  it('is noted after a restart as well, where the transcript is not open', async () => {
    const first = world.boot()
    first.conversations.enqueue(world.accept({ text: 'one', ...FRIEND }))
    await first.settled()
    await first.conversations.close()
    const second = world.boot()
    second.conversations.refused(FRIEND.session, BLOCKED)
    await vi.waitUntil(() => notes().length === 1)
    second.conversations.enqueue(world.accept({ text: 'two', ...FRIEND }))
    await second.settled()
    expect(textsSent()).toEqual(['re: one', 're: two'])
    expect(transcriptsIn(world.stateDir)).toHaveLength(1)
  })

  it('makes no session and no file, whoever it is', async () => {
    const { conversations } = world.boot()
    for (let number = 1; number <= 100; number += 1)
      conversations.refused(friend(String(number)).session, BLOCKED)
    await written()
    expect(transcriptFilesIn(world.stateDir)).toEqual([])
    expect(existsSync(join(world.stateDir, 'sessions', 'sessions.json'))).toBe(false)
  })

  it('does not bring back a transcript that was deleted, and mends none', async () => {
    const { conversations, settled } = world.boot()
    conversations.enqueue(world.accept({ text: 'one', ...FRIEND }))
    conversations.enqueue(world.accept({ text: 'mine' }))
    await settled()
    await conversations.close()
    const [deleted = '', torn = ''] = transcriptFilesIn(world.stateDir).toSorted()
    rmSync(deleted)
    appendFileSync(torn, '{"type":"mess')
    const before = readFileSync(torn, 'utf8')
    const again = world.boot()
    again.conversations.refused(FRIEND.session, BLOCKED)
    again.conversations.refused(owner().session, BLOCKED)
    await written()
    expect(transcriptFilesIn(world.stateDir)).toEqual([torn])
    expect(readFileSync(torn, 'utf8')).toBe(before)
  })

  it('in the middle of a turn stands between its entries, and the turn goes on', async () => {
    const gate = new AbortController()
    const { conversations, settled } = world.boot({
      askModel: async () => {
        await once(gate.signal, 'abort')
        return answerOf('late')
      },
    })
    conversations.enqueue(world.accept({ text: 'one', ...FRIEND }))
    await vi.waitUntil(() => transcriptFilesIn(world.stateDir).length === 1)
    conversations.refused(FRIEND.session, BLOCKED)
    await vi.waitUntil(() => notes().length === 1)
    gate.abort()
    await settled()
    expect(textsSent()).toEqual(['late'])
    expect(transcriptsIn(world.stateDir)[0]?.entries).toHaveLength(5)
  })

  it('because too many messages wait is one of them', async () => {
    const gate = new AbortController()
    const { conversations, settled } = world.boot({
      maxWaiting: 1,
      askModel: async () => {
        if (!gate.signal.aborted) await once(gate.signal, 'abort')
        return answerOf('late')
      },
    })
    for (let number = 0; number < 9; number += 1)
      conversations.enqueue(world.accept({ text: `m${number}`, ...FRIEND }))
    await vi.waitUntil(() => notes().length === 1)
    gate.abort()
    await settled()
    expect(notes()).toEqual([{ ...BLOCKED, reason: 'too_many_waiting', count: 7 }])
  })

  it('that the disk refuses is in the log, and nothing else comes of it', async () => {
    const { conversations, settled } = world.boot()
    conversations.enqueue(world.accept({ text: 'one', ...FRIEND }))
    await settled()
    await conversations.close()
    const [path = ''] = transcriptFilesIn(world.stateDir)
    const moved = `${path}.moved`
    appendFileSync(moved, readFileSync(path))
    rmSync(path)
    // A link is followed nowhere.
    symlinkSync(moved, path)
    const again = world.boot()
    again.conversations.refused(FRIEND.session, BLOCKED)
    await vi.waitUntil(() => world.log().includes('a refusal could not be noted'))
    expect(readFileSync(moved, 'utf8')).not.toContain('clawdbot.refused')
  })
})
