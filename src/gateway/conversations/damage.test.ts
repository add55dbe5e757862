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
import { createWorld, transcriptsIn, type World } from './testing/world.ts'

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

/** One message in a run of its own. */
const talk = async (text: string): Promise<void> => {
  const { conversations, settled } = world.boot()
  conversations.enqueue(world.accept({ text }))
  await settled()
  await conversations.close()
}

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
       import { createAskModel } from ${JSON.stringify(new URL('../agent/ask-model.ts', import.meta.url).href)}
       const nothing = () => undefined
       const log = { trace: nothing, debug: nothing, info: nothing, warn: console.log, error: console.log, fatal: nothing, close: nothing, child: () => log }
       let serial = 0
       const conversations = createConversations({
         stateDir: ${JSON.stringify(world.stateDir)}, log, now: Date.now,
         newId: () => String(serial += 1).padStart(8, '0'), newSessionId: () => crypto.randomUUID(),
         askModel: createAskModel({ model: { api: 'offline', provider: 'offline', model: 'obedient' }, timeoutMs: 60000, redact: (t) => t }),
         toolsFor: () => ({ offered: () => [] }),
         send: async ({ text }) => { console.log(text); return { kind: 'sent', messageIds: [] } },
         outcomeFor: nothing, reached: nothing, report: nothing,
         typing: nothing,
         progress: { begin: () => ({ asks: nothing, says: nothing, runs: nothing, over: nothing }) },
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
