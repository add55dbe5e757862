import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createAskModel } from '../agent/ask-model.ts'
import type { TurnTools } from '../agent/run-turn.ts'
import type { AskModel, TurnMessage } from '../agent/turn.ts'
import type { Step } from '../failpoint.ts'
import { NO_DETAILS, refusedResult, type ToolResult } from '../tools/tool-result.ts'
import { createWorld, friend, transcriptsIn, type World } from './testing/world.ts'

let world: World
/** Commands that were run, in order. */
let ran: string[] = []

beforeEach(() => {
  world = createWorld(mkdtempSync(join(tmpdir(), 'clawdbot-tools-')))
  ran = []
})

afterEach(async () => {
  await world.end()
  rmSync(world.stateDir, { recursive: true })
})

const askModel = createAskModel({
  model: { api: 'offline', provider: 'offline', model: 'obedient' },
  timeoutMs: 60_000,
  redact: (text) => text,
})

const tools: TurnTools<ToolResult> = {
  offered: () => [],
  run: (call) => {
    const command = String(call.arguments['command'])
    ran.push(command)
    const details = { ...NO_DETAILS, place: 'sandbox', exitCode: 0, durationMs: 3 } as const
    return Promise.resolve({ text: `did ${command}`, isError: false, details })
  },
  notBegun: () => refusedResult('Not begun.'),
}

const ANY = z.looseObject({})

const withTools = { askModel, toolsFor: () => tools }

const messagesOnDisk = (): readonly unknown[] =>
  transcriptsIn(world.stateDir).flatMap(({ entries }) =>
    entries.flatMap(({ message }) => (message === undefined ? [] : [message])),
  )

const textsSent = (): readonly string[] => world.delivered.map(({ text }) => text)

/** Dies the first time that this step is reached. */
const dyingAt = (step: Step): { readonly reached: (at: Step) => void; readonly dead: () => boolean } => {
  let dead = false
  return {
    reached: (at) => {
      if (dead || at === step) {
        dead = true
        throw new Error('the run has died')
      }
    },
    dead: () => dead,
  }
}

/** Tools that end only when they are told to, and what each was given to be told by, in order. */
const hangingTools = (lastWord: string) => {
  const begun: AbortSignal[] = []
  const hanging: TurnTools<ToolResult> = {
    ...tools,
    run: (_call, signal) => {
      begun.push(signal)
      return new Promise((resolve) =>
        signal.addEventListener('abort', () =>
          resolve({ text: lastWord, isError: true, details: NO_DETAILS }),
        ),
      )
    },
  }
  return { begun, hanging }
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => void setImmediate(resolve))
}

describe('a turn with tools', () => {
  it('stands in the transcript in pi’s format: call, result, answer', async () => {
    const { conversations, settled } = world.boot(withTools)
    conversations.enqueue(world.accept({ text: 'run df', ...friend('5') }))
    await settled()
    expect(textsSent()).toEqual(['did df'])
    expect(messagesOnDisk()).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          {
            type: 'toolCall',
            id: expect.stringMatching(/^call_[0-9a-f]{16}$/),
            name: 'bash',
            arguments: { command: 'df' },
          },
        ],
        stopReason: 'toolUse',
        api: 'offline',
        usage: { totalTokens: 3, cost: { total: 0 } },
      },
      {
        role: 'toolResult',
        toolCallId: expect.stringMatching(/^call_/),
        toolName: 'bash',
        content: [{ type: 'text', text: 'did df' }],
        isError: false,
        details: {
          place: 'sandbox',
          exitCode: 0,
          signal: null,
          timedOut: false,
          durationMs: 3,
          dropped: 0,
          refused: false,
        },
      },
      { role: 'assistant', content: [{ type: 'text', text: 'did df' }], stopReason: 'stop' },
    ])
  })

  it('has its call on disk before it runs', async () => {
    const seen: unknown[] = []
    const looking: TurnTools<ToolResult> = {
      ...tools,
      run: (call, signal) => {
        seen.push(messagesOnDisk().at(-1))
        return tools.run(call, signal)
      },
    }
    const { conversations, settled } = world.boot({ askModel, toolsFor: () => looking })
    conversations.enqueue(world.accept({ text: 'run df' }))
    await settled()
    expect(seen).toMatchObject([{ role: 'assistant', stopReason: 'toolUse' }])
  })

  it('runs nothing that can not be written down', async () => {
    const { conversations } = world.boot({
      ...withTools,
      // The last thing before the call is on disk; what throws here is what a full disk throws there.
      newId: () => {
        if (world.open.size > 0 && messagesOnDisk().length > 0) throw new Error('ENOSPC')
        return '0000000a'
      },
    })
    conversations.enqueue(world.accept({ text: 'run df' }))
    await until(() => world.reports.some(({ kind }) => kind === 'failed'))
    expect(ran).toEqual([])
    expect(world.open.size).toBe(1)
  })

  it('is told to the next turn as calls and results', async () => {
    const asked: (readonly TurnMessage[])[] = []
    const listening: AskModel = (request) => {
      asked.push(request.messages)
      return askModel(request)
    }
    const offering = { ...tools, offered: () => [{ name: 'bash', description: '', schema: ANY }] }
    const first = world.boot({ askModel: listening, toolsFor: () => offering })
    first.conversations.enqueue(world.accept({ text: 'run df' }))
    await first.settled()
    await first.conversations.close()
    const second = world.boot({ askModel: listening, toolsFor: () => offering })
    second.conversations.enqueue(world.accept({ text: 'hello' }))
    await second.settled()
    expect(asked.at(-1)).toMatchObject([
      { role: 'user', text: 'run df' },
      {
        role: 'exchange',
        calls: [{ call: { name: 'bash' }, answer: { text: 'did df', isError: false } }],
      },
      { role: 'assistant', text: 'did df' },
      { role: 'user', text: 'hello' },
    ])
  })
})

describe('a gateway that dies in a turn with tools', () => {
  const steps = [
    // On disk, and perhaps begun: never again.
    ['turn:after-calls-entry', 0, 'Interrupted'],
    ['turn:before-result-entry', 1, 'Interrupted'],
    // Known: the model goes on from there.
    ['turn:after-result-entry', 1, 'did df'],
  ] as const
  it.each(steps)('at %s goes on without running a call twice', async (step, times, answer) => {
    const item = world.accept({ text: 'run df' })
    const dying = dyingAt(step)
    const first = world.boot({ ...withTools, reached: dying.reached, retryMs: 1e9 })
    first.conversations.enqueue(item)
    await until(() => dying.dead() && world.reports.length > 0)
    expect(ran).toHaveLength(times)
    const second = world.boot(withTools)
    second.conversations.recover([item])
    await second.settled()
    expect(ran).toHaveLength(times)
    expect(textsSent()).toHaveLength(1)
    expect(textsSent()[0]).toContain(answer)
    const results = messagesOnDisk().filter((message) => JSON.stringify(message).includes('"toolResult"'))
    expect(results).toHaveLength(1)
    // And a third run finds nothing to do.
    await second.conversations.close()
    const third = world.boot(withTools)
    third.conversations.recover([...world.open.values()])
    await third.settled()
    expect([ran.length, world.delivered.length]).toEqual([times, 1])
  })

  it('again and again goes on where it was, and takes no more steps than one turn has', async () => {
    const item = world.accept({ text: 'steps 3' })
    for (let life = 0; life < 3; life += 1) {
      const dying = dyingAt('turn:after-result-entry')
      const run = world.boot({ ...withTools, reached: dying.reached, retryMs: 1e9 })
      const before = world.reports.length
      run.conversations.recover([item])
      await until(() => dying.dead() && world.reports.length > before)
      await run.conversations.close()
    }
    const last = world.boot(withTools)
    last.conversations.recover([item])
    await last.settled()
    expect(ran).toEqual(['echo step 1', 'echo step 2', 'echo step 3'])
    expect(textsSent()).toEqual(['did echo step 3'])
  })
})

describe('a turn that is ended', () => {
  it('while a tool runs ends the tool, and says so in the transcript', async () => {
    const { begun, hanging } = hangingTools('aborted')
    const item = world.accept({ text: 'run sleep' })
    const { conversations, settled } = world.boot({ askModel, toolsFor: () => hanging })
    conversations.enqueue(item)
    await until(() => begun.length > 0)
    conversations.abortSession(item.session, 'the sender was blocked')
    await settled()
    expect(world.delivered).toEqual([])
    expect(messagesOnDisk().slice(2)).toMatchObject([
      { role: 'toolResult', isError: true },
      { role: 'assistant', stopReason: 'aborted' },
    ])
  })

  it('by the gateway’s end stays open, and the next run goes on with what is known', async () => {
    const { begun, hanging } = hangingTools('was aborted')
    const item = world.accept({ text: 'run sleep' })
    const first = world.boot({ askModel, toolsFor: () => hanging })
    first.conversations.enqueue(item)
    await until(() => begun.length > 0)
    await first.conversations.close()
    const second = world.boot(withTools)
    second.conversations.recover([item])
    await second.settled()
    expect([ran, textsSent()]).toEqual([[], ['was aborted']])
  })
})
