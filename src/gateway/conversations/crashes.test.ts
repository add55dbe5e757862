import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import {
  CRASH_STEPS,
  type Crash,
  createWorld,
  friend,
  owner,
  transcriptFilesIn,
  transcriptsIn,
  type World,
} from './testing/world.ts'
import { type Entry, textOf } from './transcript/entry.ts'
import { inboundFact } from './transcript/facts.ts'

/** One run of the gateway: what is accepted in it, where it dies, and what its last write leaves half done. */
interface Life {
  readonly from: readonly ('owner' | 'friend' | 'other')[]
  readonly crash: Crash | undefined
  readonly torn: string
}

const WHO = { owner, friend: () => friend('5'), other: () => friend('6') }

const inWorld = async (body: (world: World) => Promise<void>): Promise<void> => {
  const world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-crash-')))
  try {
    await body(world)
  } finally {
    await world.end()
    rmSync(world.stateDir, { recursive: true })
  }
}

const live = async (world: World, lives: readonly Life[]): Promise<readonly AcceptedItem[]> => {
  const accepted: AcceptedItem[] = []
  for (const { from, crash, torn } of [...lives, { from: [], crash: undefined, torn: '' }]) {
    const run = world.boot({ crash })
    run.conversations.recover([...world.open.values()])
    for (const who of from) {
      // What is accepted at the moment of death is in the inbox, and the next run finds it there.
      const item = world.accept({ text: `message ${accepted.length}`, ...WHO[who]() })
      accepted.push(item)
      if (!run.dead()) run.conversations.enqueue(item)
    }
    await run.settled()
    if (run.dead()) tear(world, torn)
    else await run.conversations.close()
  }
  return accepted
}

/** The line that the dead process was writing. */
const tear = (world: World, torn: string): void => {
  for (const path of transcriptFilesIn(world.stateDir)) appendFileSync(path, torn)
}

/** Everything that is not as it should be after the last run, in words; nothing, if all is well. */
const problems = (world: World, accepted: readonly AcceptedItem[]): readonly string[] => {
  const transcripts = transcriptsIn(world.stateDir)
  const entries = transcripts.flatMap((transcript) => transcript.entries)
  const facts = entries.map(inboundFact).filter((fact) => fact !== undefined)
  const wrong = [...world.open.keys()].map((eventId) => `${eventId} is still open`)
  const check = (item: AcceptedItem, what: string, holds: boolean): void => {
    if (!holds) wrong.push(`${item.eventId}: ${what}`)
  }
  for (const item of accepted) {
    const answer = `re: ${item.text}`
    const deliveries = world.delivered.filter(({ replyTo }) => replyTo === item.eventId)
    check(item, 'one inbound fact', facts.filter(({ eventId }) => eventId === item.eventId).length === 1)
    check(item, 'one question', entries.filter(({ id }) => id === item.entryId).length === 1)
    check(item, 'one answer', entries.filter((entry) => isAnswer(entry, answer)).length === 1)
    check(item, 'not answered twice', deliveries.length <= 1)
    // Only a send that was cut in mid-way may have delivered nothing, and it is known as such.
    const unconfirmed = world.ledger.get(item.eventId) === 'unconfirmed'
    check(item, 'answered', deliveries.length === 1 || unconfirmed)
    const right = deliveries.every(({ text, chatId }) => text === answer && chatId === item.chatId)
    check(item, 'the right answer to the right chat', right)
  }
  for (const { entries: own, id } of transcripts) {
    const asked = own.filter((entry) => entry.message?.role === 'user').map((entry) => entry.id)
    const expected = accepted.map(({ entryId }) => entryId).filter((entryId) => asked.includes(entryId))
    if (asked.join() !== expected.join()) wrong.push(`${id} is not in the order of acceptance`)
  }
  return wrong
}

const isAnswer = (entry: Entry, text: string): boolean =>
  entry.message?.role === 'assistant' && textOf(entry.message.content) === text

describe('a gateway that dies', () => {
  for (const step of CRASH_STEPS) {
    it(`at ${step} answers what it accepted once, after the restart`, () =>
      inWorld(async (world) => {
        const lives: readonly Life[] = [
          {
            from: ['friend', 'friend'],
            crash: { step, time: 1 },
            torn: '{"type":"mess',
          },
        ]
        const accepted = await live(world, lives)
        expect(problems(world, accepted)).toEqual([])
        const interrupted = step === 'turn:after-user-entry' || step === 'turn:mid-stream'
        const notes = transcriptsIn(world.stateDir)[0]?.entries.map((entry) => entry.customType)
        expect(notes?.includes('clawdbot.interrupted')).toBe(interrupted)
        const unconfirmed = step === 'send:after-intent'
        expect(world.delivered).toHaveLength(unconfirmed ? 1 : 2)
      }))
  }

  it('after the answer is written sends that same answer, without asking the model again', () =>
    inWorld(async (world) => {
      await live(world, [{ from: ['owner'], crash: { step: 'turn:after-answer-entry', time: 1 }, torn: '' }])
      expect([world.asked.length, world.delivered.length]).toEqual([1, 1])
    }))

  it('and has lost its transcripts does not run what the ledger knows as replied to', () =>
    inWorld(async (world) => {
      const first = world.boot({ crash: { step: 'send:after-send', time: 1 } })
      first.conversations.enqueue(world.accept({ text: 'x' }))
      await first.settled()
      rmSync(join(world.stateDir, 'sessions'), { recursive: true })
      const second = world.boot()
      second.conversations.recover([...world.open.values()])
      await second.settled()
      expect([world.asked.length, world.delivered.length, world.open.size]).toEqual([1, 1, 0])
    }))

  it('and takes a message up again after a later one was answered keeps question and answer together', () =>
    inWorld(async (world) => {
      const early = world.accept({ text: 'early' })
      const first = world.boot({ crash: { step: 'turn:mid-stream', time: 1 } })
      first.conversations.enqueue(early)
      await first.settled()
      const second = world.boot()
      second.conversations.enqueue(world.accept({ text: 'late' }))
      await second.settled()
      await second.conversations.close()
      const third = world.boot({ crash: { step: 'turn:after-answer-entry', time: 1 } })
      third.conversations.recover([early])
      await third.settled()
      const texts = world.asked.at(-1)?.messages.map(({ text }) => text)
      expect(texts).toEqual(['late', 're: late', 'early'])
      const fourth = world.boot()
      fourth.conversations.recover([early])
      await fourth.settled()
      expect(world.asked).toHaveLength(3)
      expect(world.delivered.map(({ text }) => text)).toEqual(['re: late', 're: early'])
    }))

  it('again and again, anywhere, with several conversations: no message is lost, none is answered twice', async () => {
    const life: fc.Arbitrary<Life> = fc.record({
      from: fc.array(fc.constantFrom('owner', 'friend', 'other'), { maxLength: 4 }),
      crash: fc.option(
        fc.record({ step: fc.constantFrom(...CRASH_STEPS), time: fc.integer({ min: 1, max: 4 }) }),
        { nil: undefined },
      ),
      torn: fc.constantFrom(
        '',
        '{',
        '{"type":"message","id":"0',
        '\u0000\u0000\u0000',
        '{"type":"session","vers',
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), (lives) =>
        inWorld(async (world) => {
          expect(problems(world, await live(world, lives))).toEqual([])
        }),
      ),
      { numRuns: 60 },
    )
  })
})
