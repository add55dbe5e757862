import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TurnResult } from '../agent/turn.ts'
import type { SendResult } from '../outbound/send-request.ts'
import { answerOf, createWorld, friend, owner, transcriptsIn, type World } from './testing/world.ts'

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

const sessionFile = (id: string): string => join(world.stateDir, 'sessions', `${id}.jsonl`)

/** The id of the session under a key of sessions.json. */
const idOf = (key: string): string => {
  const found = Reflect.get(Object(Reflect.get(Object(indexOf()), key)), 'sessionId')
  if (typeof found !== 'string') throw new Error(`no session ${key}`)
  return found
}

const textsSent = (): readonly string[] => world.delivered.map(({ text }) => text)

/** A turn that runs until it is aborted. */
const endless = (signal: AbortSignal): Promise<TurnResult> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () =>
      resolve({ kind: 'aborted', model: { api: 'offline', provider: 'offline', model: 'obedient' } }),
    )
  })

/** One message in a run of its own. */
const talk = async (text: string): Promise<void> => {
  const { conversations, settled } = world.boot()
  conversations.enqueue(world.accept({ text }))
  await settled()
  await conversations.close()
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
        text: 're: hello',
        replyTo: item.eventId,
        kind: 'answer',
      },
    ])
    expect(world.open.size).toBe(0)
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
      runTurn: () => Promise.resolve<TurnResult>(answerOf('SECRETANSWER')),
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
  const failed: TurnResult = {
    kind: 'failed',
    model: { api: 'anthropic-messages', provider: 'anthropic', model: 'claude-test' },
    failure: 'overloaded',
    detail: 'HTTP 529: Overloaded at https://api.example',
    error: new Error('overloaded'),
    usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 },
  }

  it('the sender gets one honest sentence, and the owner the reason: log, transcript and report', async () => {
    const { conversations, settled } = world.boot({ runTurn: () => Promise.resolve(failed) })
    const item = world.accept({ text: 'hello' })
    conversations.enqueue(item)
    await settled()
    const sentence =
      'I can not answer right now: the language model is overloaded. Please try again in a few minutes.'
    expect(textsSent()).toEqual([sentence])
    expect(world.open.size).toBe(0)
    expect(world.reports[0]).toMatchObject({ kind: 'failed', detail: failed.detail })
    expect(world.log()).toContain(failed.detail)
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
    const first = world.boot({ runTurn: () => Promise.resolve(failed) })
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
      runTurn: () => Promise.reject(new Error('https://internal/?token=abcdef')),
    })
    conversations.enqueue(world.accept({ text: 'hello' }))
    await settled()
    expect(textsSent()).toEqual([
      'I can not answer right now because of a fault of mine. My owner has to look at this.',
    ])
    expect(JSON.stringify(world.reports)).not.toContain('internal/')
  })
})

describe('an abort', () => {
  it('ends the turn and what waits behind it, sends nothing, and does not come back after a restart', async () => {
    const first = world.boot({ runTurn: ({ signal }) => endless(signal) })
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
    const first = world.boot({ runTurn: ({ signal }) => endless(signal) })
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

describe('too many messages', () => {
  it('in one session: the sender is told once, the rest is answered, and other sessions do not notice', async () => {
    const gate = new AbortController()
    const { conversations, settled } = world.boot({
      maxWaiting: 3,
      runTurn: async ({ messages }) => {
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

  it('left over from an earlier run are all answered', async () => {
    const { conversations, settled } = world.boot({ maxWaiting: 3 })
    conversations.recover(Array.from({ length: 20 }, (_, number) => world.accept({ text: `m${number}` })))
    await settled()
    expect(textsSent()).toHaveLength(20)
  })
})

describe('a lockdown that withholds the answer', () => {
  it('leaves the message open; later that same answer is sent, and the model is not asked again', async () => {
    const withheld: SendResult = { kind: 'withheld', why: 'locked_down' }
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

describe('damage on disk', () => {
  it('half a line at the end of a transcript is cut off, and the conversation goes on', async () => {
    await talk('one')
    const path = sessionFile(idOf('main'))
    appendFileSync(path, '{"type":"message","id":"dead')
    await talk('two')
    expect(world.asked.at(-1)?.messages.map(({ text }) => text)).toEqual(['one', 're: one', 'two'])
    expect(world.log()).toContain('incomplete')
  })

  it('a transcript that is broken elsewhere is left as it is, and a new one names it as its parent', async () => {
    await talk('one')
    const path = sessionFile(idOf('main'))
    const damaged = readFileSync(path, 'utf8').replace('"role":"user"', '"role":oops')
    writeFileSync(path, damaged)
    await talk('two')
    expect(readFileSync(path, 'utf8')).toBe(damaged)
    const newer = readFileSync(sessionFile(idOf('main')), 'utf8')
    expect(JSON.parse(newer.split('\n')[0] ?? '')).toMatchObject({ type: 'session', parentSession: path })
    expect(world.asked.at(-1)?.messages.map(({ text }) => text)).toEqual(['two'])
    expect(world.log()).toContain('can not be trusted')
  })

  it('a damaged sessions.json is set aside, no transcript is touched, and messages are answered', async () => {
    await talk('one')
    const old = readFileSync(sessionFile(idOf('main')), 'utf8')
    const oldId = idOf('main')
    writeFileSync(join(world.stateDir, 'sessions', 'sessions.json'), '{"main":')
    await talk('two')
    expect(idOf('main')).not.toBe(oldId)
    expect(readFileSync(sessionFile(oldId), 'utf8')).toBe(old)
    expect(textsSent()).toEqual(['re: one', 're: two'])
  })

  it('a transcript that is taken away while the gateway runs is begun anew', async () => {
    const { conversations, settled } = world.boot()
    conversations.enqueue(world.accept({ text: 'one' }))
    await settled()
    rmSync(sessionFile(idOf('main')))
    conversations.enqueue(world.accept({ text: 'two' }))
    await settled()
    expect(transcriptsIn(world.stateDir)[0]?.entries.filter(({ type }) => type === 'message')).toHaveLength(2)
  })

  it('a disk that refuses makes a message wait, not answered and not lost; then order is kept', async () => {
    const folder = join(world.stateDir, 'sessions')
    writeFileSync(folder, 'in the way')
    const { conversations } = world.boot()
    conversations.enqueue(world.accept({ text: 'one' }))
    while (world.reports.length === 0) await new Promise((resolve) => void setImmediate(resolve))
    expect([world.open.size, world.delivered.length, world.asked.length]).toEqual([1, 0, 0])
    expect(world.reports).toMatchObject([{ kind: 'failed' }])
    renameSync(folder, join(world.stateDir, 'moved'))
    conversations.enqueue(world.accept({ text: 'two' }))
    while (world.open.size > 0) await new Promise((resolve) => void setImmediate(resolve))
    expect(textsSent()).toEqual(['re: one', 're: two'])
  })

  it('a disk that refuses is tried again without a new message', async () => {
    const folder = join(world.stateDir, 'sessions')
    writeFileSync(folder, 'in the way')
    const { conversations } = world.boot({ retryMs: 1 })
    conversations.enqueue(world.accept({ text: 'one' }))
    while (world.reports.length < 2) await new Promise((resolve) => void setImmediate(resolve))
    renameSync(folder, join(world.stateDir, 'moved'))
    while (world.open.size > 0) await new Promise((resolve) => void setImmediate(resolve))
    expect(textsSent()).toEqual(['re: one'])
  })
})

describe('the existing Clawdbot’s sessions', () => {
  it('are continued under main; what it wrote is of unknown origin, and its other keys stay', async () => {
    const id = 'a3c1f7f2-1111-4222-8333-444455556666'
    mkdirSync(join(world.stateDir, 'sessions'))
    const theirs = {
      main: { sessionId: id, updatedAt: 1, thinkingLevel: 'low', lastChannel: 'whatsapp' },
      'agent:main:main': { sessionId: 'b3c1f7f2-1111-4222-8333-444455556666', updatedAt: 2 },
    }
    writeFileSync(join(world.stateDir, 'sessions', 'sessions.json'), JSON.stringify(theirs))
    const timestamp = '2026-01-05T00:00:00.000Z'
    const lines = [
      { type: 'session', version: 3, id, timestamp, cwd: '/home/owner/clawd' },
      {
        type: 'model_change',
        id: '00aa0001',
        parentId: null,
        timestamp,
        provider: 'anthropic',
        modelId: 'x',
      },
      {
        type: 'message',
        id: '00aa0002',
        parentId: '00aa0001',
        timestamp,
        message: { role: 'user', content: 'old question', timestamp: 1 },
      },
    ]
    writeFileSync(sessionFile(id), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const { conversations, settled } = world.boot()
    conversations.enqueue(world.accept({ text: 'new' }))
    await settled()
    expect(world.asked[0]?.messages).toMatchObject([
      { text: 'old question', origin: undefined },
      { text: 'new', origin: { trust: 'owner' } },
    ])
    expect(transcriptsIn(world.stateDir)[0]?.entries[2]).toMatchObject({ parentId: '00aa0002' })
    expect(indexOf()).toMatchObject({
      main: { sessionId: id, thinkingLevel: 'low', lastChannel: 'telegram' },
      'agent:main:main': theirs['agent:main:main'],
    })
  })
})

describe('under Node’s permission model', () => {
  it('needs to write nothing but the folder of the sessions', async () => {
    const folder = join(world.stateDir, 'sessions')
    mkdirSync(folder)
    const script = join(world.stateDir, 'child.ts')
    const item = world.accept({ text: 'say it works' })
    writeFileSync(
      script,
      `import { createConversations } from ${JSON.stringify(new URL('./conversations.ts', import.meta.url).href)}
       import { createRunTurn } from ${JSON.stringify(new URL('../agent/run-turn.ts', import.meta.url).href)}
       const nothing = () => undefined
       const log = { trace: nothing, debug: nothing, info: nothing, warn: console.log, error: console.log, fatal: nothing, close: nothing, child: () => log }
       let serial = 0
       const conversations = createConversations({
         stateDir: ${JSON.stringify(world.stateDir)}, log, now: Date.now,
         newId: () => String(serial += 1).padStart(8, '0'), newSessionId: () => crypto.randomUUID(),
         runTurn: createRunTurn({ model: { api: 'offline', provider: 'offline', model: 'obedient' }, timeoutMs: 60000, redact: (t) => t }),
         send: async ({ text }) => { console.log(text); return { kind: 'sent', messageIds: [] } },
         outcomeFor: nothing, reached: nothing, report: nothing,
         onDone: () => { setImmediate(() => void conversations.close()) },
       })
       conversations.enqueue(${JSON.stringify(item)})`,
    )
    const project = new URL('../../../', import.meta.url).pathname
    const grants = [`--allow-fs-read=${project}`, `--allow-fs-read=${script}`, `--allow-fs-read=${folder}`]
    const child = spawn(process.execPath, ['--permission', ...grants, `--allow-fs-write=${folder}`, script])
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(output).toBe('it works\n')
    expect(transcriptsIn(world.stateDir)[0]?.entries).toHaveLength(4)
  })
})
