import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelResult } from '../agent/turn.ts'
import type { SendRequest, SendResult } from '../outbound/send-request.ts'
import { answerOf, createWorld, friend, transcriptsIn, type World } from './testing/world.ts'

let world: World

beforeEach(() => {
  world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-conversations-')))
})

afterEach(async () => {
  await world.end()
  rmSync(world.stateDir, { recursive: true })
})

const indexOf = (): unknown =>
  JSON.parse(readFileSync(join(world.stateDir, 'sessions', 'sessions.json'), 'utf8'))

const textsSent = (): readonly string[] => world.delivered.map(({ text }) => text)

/** Is this descriptor of our own process a transcript of the world? */
const isTranscript = (fd: string): boolean => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith(join(world.stateDir, 'sessions'))
  } catch {
    // The descriptor with which the folder was read is closed by now.
    return false
  }
}

describe('an accepted message', () => {
  it('is answered, and everything is in the transcript in pi’s format', async () => {
    const { conversations, settled } = world.boot()
    const item = world.accept({ text: 'hello', ...friend('811204553') })
    conversations.enqueue(item)
    await settled()
    expect(world.delivered).toEqual([
      {
        session: 'telegram:dm:811204553',
        provider: 'telegram',
        chatId: '811204553',
        recipient: '811204553',
        text: 're: hello',
        replyTo: item.eventId,
        kind: 'answer',
      },
    ])
    expect(world.open.size).toBe(0)
    expect(world.signs).toEqual([`${item.eventId} on`, `${item.eventId} off`])
    const [transcript] = transcriptsIn(world.stateDir)
    expect(transcript?.entries).toMatchObject([
      {
        type: 'custom',
        parentId: null,
        customType: 'clawdbot.inbound',
        data: {
          eventId: item.eventId,
          entryId: item.entryId,
          provider: 'telegram',
          sender: '811204553',
          trust: 'friend',
          forwarded: false,
        },
      },
      {
        type: 'message',
        id: item.entryId,
        message: { role: 'user', content: [{ type: 'text', text: 'hello' }], timestamp: item.acceptedAt },
      },
      {
        type: 'message',
        parentId: item.entryId,
        message: {
          role: 'assistant',
          content: [{ type: 'text', text: 're: hello' }],
          api: 'offline',
          provider: 'offline',
          model: 'obedient',
          usage: { input: 3, output: 2, cacheRead: 0, cacheWrite: 0, totalTokens: 5, cost: { total: 0 } },
          stopReason: 'stop',
        },
      },
      {
        type: 'custom',
        customType: 'clawdbot.outbound',
        data: { eventId: item.eventId, result: 'sent', messageIds: [`m-${item.eventId}`] },
      },
    ])
    expect(indexOf()).toMatchObject({
      'telegram:dm:811204553': {
        sessionId: transcript?.id,
        chatType: 'direct',
        surface: 'telegram',
        lastChannel: 'telegram',
        lastTo: '811204553',
        model: 'obedient',
        modelProvider: 'offline',
        inputTokens: 3,
        outputTokens: 2,
        totalTokens: 5,
        abortedLastRun: false,
        systemSent: true,
      },
    })
    expect(world.reports).toMatchObject([{ kind: 'answered', session: 'telegram:dm:811204553' }])
  })

  it('is answered knowing what was said before, also over a restart, in its own session only', async () => {
    const first = world.boot()
    first.conversations.enqueue(world.accept({ text: 'one' }))
    first.conversations.enqueue(world.accept({ text: 'private', ...friend('5') }))
    await first.settled()
    await first.conversations.close()
    const second = world.boot()
    second.conversations.enqueue(world.accept({ text: 'two' }))
    await second.settled()
    expect(world.asked.at(-1)?.messages.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'one'],
      ['assistant', 're: one'],
      ['user', 'two'],
    ])
    expect(transcriptsIn(world.stateDir)).toHaveLength(2)
  })

  it.skipIf(process.platform !== 'linux')(
    'is answered in as many conversations as there are, though few files stay open',
    async () => {
      const { conversations, settled } = world.boot()
      for (const round of ['a', 'b']) {
        for (let number = 1; number <= 40; number += 1) {
          conversations.enqueue(world.accept({ text: `${round}${number}`, ...friend(String(number)) }))
        }
        await settled()
      }
      const open = readdirSync('/proc/self/fd').filter((fd) => isTranscript(fd))
      expect(open.length).toBeLessThanOrEqual(16)
      expect([world.delivered.length, world.asked.at(-1)?.messages.length]).toEqual([80, 3])
    },
  )

  it('that was forwarded reaches the model as somebody else’s words', async () => {
    const { conversations, settled } = world.boot()
    const item = world.accept({ text: 'do this', forwarded: true, ...friend('5') })
    conversations.enqueue(item)
    await settled()
    expect(world.asked[0]).toMatchObject({
      origin: { provider: 'telegram', trust: 'friend', forwarded: true },
      messages: [{ boundary: item.entryId, origin: { forwarded: true } }],
    })
  })

  it('leaves none of its words in the log', async () => {
    const { conversations, settled } = world.boot({
      askModel: () => Promise.resolve<ModelResult>(answerOf('SECRETANSWER')),
    })
    conversations.enqueue(world.accept({ text: 'SECRETQUESTION' }))
    await settled()
    expect(world.log()).not.toMatch(/SECRET/)
  })

  it('handed in twice is run once', async () => {
    const { conversations, settled } = world.boot()
    const item = world.accept({ text: 'hello' })
    conversations.recover([item])
    conversations.enqueue(item)
    await settled()
    expect(textsSent()).toEqual(['re: hello'])
  })

  it('whose id is taken in the transcript gets another one', async () => {
    const { conversations, settled } = world.boot()
    const first = world.accept({ text: 'one' })
    conversations.enqueue(first)
    conversations.enqueue(world.accept({ text: 'two', entryId: first.entryId }))
    await settled()
    expect(textsSent()).toEqual(['re: one', 're: two'])
    expect(world.asked[1]?.messages).toHaveLength(3)
  })
})

describe('when the model fails', () => {
  const failed: ModelResult = {
    kind: 'failed',
    model: { api: 'anthropic-messages', provider: 'anthropic', model: 'claude-test' },
    failure: 'overloaded',
    detail: 'HTTP 529: Overloaded at https://api.example',
    error: new Error('could not take: hello from a friend'),
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 },
  }

  it('the sender gets one honest sentence, and the owner the reason: log, transcript and report', async () => {
    const { conversations, settled } = world.boot({ askModel: () => Promise.resolve(failed) })
    const item = world.accept({ text: 'hello' })
    conversations.enqueue(item)
    await settled()
    const sentence =
      'I can not answer right now: the language model is overloaded. Please try again in a few minutes.'
    expect(textsSent()).toEqual([sentence])
    expect(world.open.size).toBe(0)
    expect(world.reports[0]).toMatchObject({ kind: 'failed', detail: failed.detail })
    expect(world.log()).toContain(failed.detail)
    expect(world.log()).not.toContain('hello from a friend')
    expect(transcriptsIn(world.stateDir)[0]?.entries).toContainEqual(
      expect.objectContaining({
        message: expect.objectContaining({
          role: 'assistant',
          content: [{ type: 'text', text: sentence }],
          stopReason: 'error',
          errorMessage: failed.detail,
          api: 'anthropic-messages',
          model: 'claude-test',
        }),
      }),
    )
  })

  it('the apology is not taken for something the model said', async () => {
    const first = world.boot({ askModel: () => Promise.resolve(failed) })
    first.conversations.enqueue(world.accept({ text: 'one' }))
    await first.settled()
    await first.conversations.close()
    const second = world.boot()
    second.conversations.enqueue(world.accept({ text: 'two' }))
    await second.settled()
    expect(world.asked.at(-1)?.messages.map(({ text }) => text)).toEqual(['one', 'two'])
  })

  it('in a way it promised not to, the sender still gets a sentence', async () => {
    const { conversations, settled } = world.boot({
      askModel: () => Promise.reject(new Error('https://internal/?token=abcdef')),
    })
    conversations.enqueue(world.accept({ text: 'hello' }))
    await settled()
    expect(textsSent()).toEqual([
      'I can not answer right now because of a fault of mine. My owner has to look at this.',
    ])
    expect(JSON.stringify(world.reports)).not.toContain('internal/')
  })
})

describe('too many messages', () => {
  it('in one session: the sender is told once, the rest is answered, and other sessions do not notice', async () => {
    const gate = new AbortController()
    const { conversations, settled } = world.boot({
      maxWaiting: 3,
      askModel: async ({ messages }) => {
        if (!gate.signal.aborted) await once(gate.signal, 'abort')
        return answerOf(`re: ${messages.at(-1)?.text ?? ''}`)
      },
    })
    for (let number = 1; number <= 7; number += 1) {
      conversations.enqueue(world.accept({ text: `m${number}`, ...friend('5') }))
    }
    conversations.enqueue(world.accept({ text: 'other', ...friend('6') }))
    await new Promise((resolve) => void setImmediate(resolve))
    expect(world.delivered).toMatchObject([{ kind: 'notice', chatId: '5' }])
    expect(world.delivered[0]?.text).toMatch(/^You have sent more messages than I can take in\./)
    gate.abort()
    await settled()
    expect(textsSent().slice(1).sort()).toEqual(['re: m1', 're: m2', 're: m3', 're: m4', 're: other'])
    expect(world.open.size).toBe(0)
    expect(world.reports.filter(({ kind }) => kind === 'failed')).toHaveLength(3)
  })

  it('in all sessions together: the rest is given up without a word, and the owner still gets through', async () => {
    const gate = new AbortController()
    const { conversations, settled } = world.boot({
      maxInAll: 3,
      askModel: async ({ messages }) => {
        if (!gate.signal.aborted) await once(gate.signal, 'abort')
        return answerOf(`re: ${messages.at(-1)?.text ?? ''}`)
      },
    })
    for (let guest = 1; guest <= 5; guest += 1)
      conversations.enqueue(world.accept({ text: `g${guest}`, ...friend(String(guest)) }))
    conversations.enqueue(world.accept({ text: 'mine' }))
    gate.abort()
    await settled()
    expect(textsSent().toSorted()).toEqual(['re: g1', 're: g2', 're: g3', 're: mine'])
    expect(world.open.size).toBe(0)
    expect(world.reports.filter(({ kind }) => kind === 'failed')).toHaveLength(2)
  })

  it('left over from an earlier run are all answered', async () => {
    const { conversations, settled } = world.boot({ maxWaiting: 3 })
    conversations.recover(Array.from({ length: 20 }, (_, number) => world.accept({ text: `m${number}` })))
    await settled()
    expect(textsSent()).toHaveLength(20)
  })
})

describe('a lockdown or an audit that withholds the answer', () => {
  it.each(['locked_down', 'not_audited'] as const)(
    'leaves the message open; later that same answer is sent, and the model is not asked again (%s)',
    async (why) => {
      const withheld: SendResult = { kind: 'withheld', why }
      const first = world.boot({ send: () => Promise.resolve(withheld) })
      const item = world.accept({ text: 'one' })
      first.conversations.enqueue(item)
      while (world.reports.length === 0) await new Promise((resolve) => void setImmediate(resolve))
      await first.conversations.close()
      expect(world.open.size).toBe(1)
      const second = world.boot()
      second.conversations.recover([item])
      await second.settled()
      expect([textsSent(), world.asked.length, world.open.size]).toEqual([['re: one'], 1, 0])
    },
  )
})

describe('an audit that takes nothing for a while', () => {
  it('keeps no conversation shut: with the next message the first is answered, then that one', async () => {
    const taken: SendRequest[] = []
    let takes = false
    const { conversations, settled } = world.boot({
      send: (request) => {
        if (!takes) return Promise.resolve<SendResult>({ kind: 'withheld', why: 'not_audited' })
        taken.push(request)
        return Promise.resolve<SendResult>({ kind: 'sent', messageIds: ['m'] })
      },
    })
    conversations.enqueue(world.accept({ text: 'one' }))
    while (world.reports.length === 0) await new Promise((resolve) => void setImmediate(resolve))
    expect(world.reports).toMatchObject([{ kind: 'withheld', detail: 'not_audited' }])
    takes = true
    conversations.enqueue(world.accept({ text: 'two' }))
    await settled()
    expect(taken.map(({ text }) => text)).toEqual(['re: one', 're: two'])
    expect([world.asked.length, world.open.size]).toEqual([2, 0])
  })
})

describe('a reply that was not confirmed', () => {
  for (const kind of ['failed', 'unconfirmed'] as const) {
    it(`because it is ${kind} is noted and reported, and not sent again`, async () => {
      const { conversations, settled } = world.boot({
        send: () => Promise.resolve<SendResult>({ kind, why: 'the connection broke' }),
      })
      conversations.enqueue(world.accept({ text: 'one' }))
      await settled()
      expect(world.reports).toMatchObject([{ kind, detail: 'the connection broke' }])
      expect(world.open.size).toBe(0)
      expect(transcriptsIn(world.stateDir)[0]?.entries.at(-1)?.data).toMatchObject({ result: kind })
    })
  }
})
