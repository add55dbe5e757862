import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SendResult } from '../outbound/send-request.ts'
import { createWorld, transcriptsIn, type World } from './testing/world.ts'

let world: World

beforeEach(() => {
  world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-turn-log-')))
})

afterEach(async () => {
  await world.end()
  rmSync(world.stateDir, { recursive: true })
})

const lines = (): readonly unknown[] =>
  world
    .log()
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

describe('the log of a turn', () => {
  it('names message and session in every line, and holds no word of it', async () => {
    const { conversations, settled } = world.boot()
    const item = world.accept({ text: 'SECRETQUESTION' })
    conversations.enqueue(item)
    await settled()
    const about = { event: item.eventId, session: 'main' }
    expect(lines()).toMatchObject([
      { 1: 'a turn begins', 2: about },
      { 1: 'the answer was sent', 2: about },
      {
        1: 'a turn ended',
        2: { ...about, state: 'done', durationMs: expect.any(Number), inputTokens: 3, outputTokens: 2 },
      },
    ])
    expect(world.log()).not.toContain('SECRET')
  })

  it.each([
    [{ kind: 'withheld', why: 'read_only' }, 'the answer was withheld', /read-only mode is on/],
    [{ kind: 'failed', why: 'the connection broke' }, 'the answer could not be sent', /the connection broke/],
    [
      { kind: 'unconfirmed', why: 'no answer came' },
      'nobody knows whether the answer was sent',
      /no answer came/,
    ],
  ] satisfies [SendResult, string, RegExp][])(
    'and the transcript say in a sentence what became of an answer that did not leave: $0.kind',
    async (result, message, why) => {
      const { conversations, settled } = world.boot({ send: () => Promise.resolve<SendResult>(result) })
      conversations.enqueue(world.accept({ text: 'one' }))
      await settled()
      expect(lines()).toContainEqual(
        expect.objectContaining({
          1: message,
          2: { event: 'telegram:1', session: 'main', why: expect.stringMatching(why) },
        }),
      )
      const last = transcriptsIn(world.stateDir)[0]?.entries.at(-1)
      expect(last?.data).toMatchObject({ result: result.kind, why: expect.stringMatching(why) })
    },
  )
})
