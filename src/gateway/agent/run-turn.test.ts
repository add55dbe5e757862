import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AnthropicServer } from '../../../e2e/servers/anthropic/server.ts'
import { createAskModel } from './ask-model.ts'
import { type CalledStep, MAX_STEPS, runTurn, type TurnTools } from './run-turn.ts'
import type { AskModel, Origin, ToolAnswer, ToolCall, ToolOffer, TurnMessage, TurnResult } from './turn.ts'

const FAR = 60_000
const origin: Origin = { provider: 'telegram', trust: 'owner', forwarded: false }
const BASH: ToolOffer = {
  name: 'bash',
  description: 'Runs a command.',
  schema: z.strictObject({ command: z.string(), host: z.boolean().optional() }),
}

const echo = (call: ToolCall, _signal: AbortSignal): Promise<ToolAnswer> =>
  Promise.resolve({ text: `result of ${JSON.stringify(call.arguments)}`, isError: false })

/** A conversation in memory, with what the turn did to it in order. */
const conversation = (text: string) => {
  const messages: TurnMessage[] = [{ role: 'user', text, boundary: '00000001', origin }]
  const did: string[] = []
  const calls: ToolCall[] = []
  let serial = 0
  let offered: readonly ToolOffer[] = [BASH]
  let run = echo
  const aborting = new AbortController()
  const tools: TurnTools<ToolAnswer> = {
    offered: () => offered,
    run: (call, signal) => {
      did.push(`ran ${call.name}`)
      calls.push(call)
      return run(call, signal)
    },
    notBegun: () => ({ text: 'not begun', isError: true }),
  }
  const record = {
    called: (step: CalledStep): void => {
      did.push(`noted ${step.calls.length} calls`)
      const unanswered = { text: 'unknown', isError: true }
      const pairs = step.calls.map((call) => ({ call, answer: unanswered }))
      messages.push({ role: 'exchange', text: step.text, calls: pairs, of: '00000001' })
    },
    ended: (call: ToolCall, answer: ToolAnswer): void => {
      did.push(`noted result ${answer.isError ? 'error' : 'ok'}`)
      const last = messages.pop()
      if (last?.role !== 'exchange') throw new Error('no exchange')
      messages.push({
        ...last,
        calls: last.calls.map((each) => (each.call.id === call.id ? { call, answer } : each)),
      })
    },
  }
  return {
    did,
    calls,
    messages,
    aborting,
    offer: (given: readonly ToolOffer[]) => (offered = given),
    answer: (given: typeof run) => (run = given),
    turn: (askModel: AskModel, stepsTaken = 0): Promise<TurnResult> =>
      runTurn(
        {
          messages: () => messages,
          question: '00000001',
          stepsTaken,
          origin,
          signal: aborting.signal,
          onText: () => undefined,
        },
        { askModel, tools, record, newCallId: () => (serial += 1).toString(16).padStart(16, '0') },
      ),
  }
}

const offline = createAskModel({
  model: { api: 'offline', provider: 'offline', model: 'obedient' },
  timeoutMs: FAR,
  redact: (text) => text,
})

describe('a turn with offline/obedient', () => {
  it('notes the call, runs it, notes its result, and answers with it', async () => {
    const talk = conversation('run ls -l')
    expect(await talk.turn(offline)).toMatchObject({
      kind: 'answer',
      text: 'result of {"command":"ls -l"}',
      usage: { totalTokens: 11 },
    })
    expect(talk.did).toEqual(['noted 1 calls', 'ran bash', 'noted result ok'])
    expect(talk.calls[0]?.id).toBe('call_0000000000000001')
  })

  it('runs what was not offered through the same door, which says no (GHSA-943q-mwmv-hhvh)', async () => {
    const talk = conversation('run id')
    talk.offer([])
    talk.answer(() => Promise.resolve({ text: 'There is no bash here.', isError: true }))
    expect(await talk.turn(offline)).toMatchObject({ kind: 'answer', text: 'There is no bash here.' })
  })

  it('takes as many steps as it is told to, each on record before the next', async () => {
    const talk = conversation('steps 3')
    expect(await talk.turn(offline)).toMatchObject({ text: 'result of {"command":"echo step 3"}' })
    expect(talk.did.filter((each) => each === 'noted 1 calls')).toHaveLength(3)
  })

  it(`comes to an end after ${MAX_STEPS} steps, the last of them without tools`, async () => {
    const talk = conversation('steps 99')
    expect(await talk.turn(offline)).toMatchObject({
      text: `result of {"command":"echo step ${MAX_STEPS - 1}"}`,
    })
    expect(talk.calls).toHaveLength(MAX_STEPS - 1)
  })

  it('counts the steps of the run before it', async () => {
    const talk = conversation('steps 99')
    await talk.turn(offline, MAX_STEPS - 2)
    expect(talk.calls).toHaveLength(1)
  })

  it('runs nothing more when it is aborted, and leaves no call without a result', async () => {
    const talk = conversation('steps 5')
    talk.answer(() => {
      talk.aborting.abort()
      return Promise.resolve({ text: 'aborted', isError: true })
    })
    expect(await talk.turn(offline)).toMatchObject({ kind: 'aborted' })
    expect(talk.did).toEqual(['noted 1 calls', 'ran bash', 'noted result error'])
  })
})

const calling: AskModel = () =>
  Promise.resolve({
    kind: 'calls',
    model: { api: 'offline', provider: 'offline', model: 'x' },
    text: '',
    calls: [{ name: 'bash', arguments: {} }],
    usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, totalTokens: 2 },
  })

const throwing: AskModel = () => Promise.reject(new Error('boom'))

describe('a model that does not behave', () => {
  it('and calls tools for ever gets no answer out, and no tool in the last step', async () => {
    const talk = conversation('x')
    expect(await talk.turn(calling)).toMatchObject({
      kind: 'failed',
      failure: 'too_long',
      usage: { input: 24 },
    })
    expect(talk.calls).toHaveLength(MAX_STEPS - 1)
  })

  it('and throws is a fault of ours', async () => {
    const talk = conversation('x')
    expect(await talk.turn(throwing)).toMatchObject({ kind: 'failed', failure: 'internal' })
  })
})

describe('a turn with Anthropic’s API', () => {
  let server: AnthropicServer

  beforeEach(async () => {
    server = await new AnthropicServer().start()
  })
  afterEach(async () => {
    await server.stop()
    if (server.violations.length > 0) throw new Error(server.violations.join('; '))
  })

  const claude = (): AskModel =>
    createAskModel({
      model: { api: 'anthropic-messages', provider: 'anthropic', model: 'claude-test' },
      apiKey: server.apiKey,
      baseUrl: server.baseUrl,
      timeoutMs: FAR,
      maxRetries: 0,
      redact: (text) => text,
    })

  it('offers the tools, runs several calls one after the other, and gives back their results', async () => {
    const talk = conversation('how full is the disk?')
    server.reply(({ messages }) =>
      messages.length === 1
        ? {
            text: 'Let me look.',
            toolUses: [
              { name: 'bash', input: { command: 'df' } },
              { name: 'bash', input: { command: 'du' } },
            ],
          }
        : 'Half.',
    )
    expect(await talk.turn(claude())).toMatchObject({ kind: 'answer', text: 'Half.', stopReason: 'stop' })
    expect(talk.did).toEqual(['noted 2 calls', 'ran bash', 'noted result ok', 'ran bash', 'noted result ok'])
    const [first, second] = server.requests.map(({ body }) => body)
    expect(first?.tools).toMatchObject([
      { name: 'bash', input_schema: { type: 'object', required: ['command'], additionalProperties: false } },
    ])
    expect(second?.messages.slice(1)).toMatchObject([
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Let me look.' },
          { type: 'tool_use', id: 'call_0000000000000001', name: 'bash', input: { command: 'df' } },
          { type: 'tool_use', id: 'call_0000000000000002', name: 'bash', input: { command: 'du' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'call_0000000000000001',
            content: 'result of {"command":"df"}',
          },
          {
            type: 'tool_result',
            tool_use_id: 'call_0000000000000002',
            content: 'result of {"command":"du"}',
          },
        ],
      },
    ])
  })

  it('answers a call of no tool and a call with bad arguments with an error, and goes on', async () => {
    const talk = conversation('x')
    talk.answer(() => Promise.resolve({ text: 'There is no such tool.', isError: true }))
    server.reply(({ messages }) =>
      messages.length === 1
        ? {
            toolUses: [
              { name: 'launch', input: {} },
              { name: 'bash', input: { command: 7, sudo: true } },
            ],
          }
        : 'I see.',
    )
    expect(await talk.turn(claude())).toMatchObject({ kind: 'answer', text: 'I see.' })
    expect(talk.calls.map(({ name, arguments: given }) => [name, given])).toEqual([
      ['launch', {}],
      ['bash', { command: 7, sudo: true }],
    ])
    expect(JSON.stringify(server.requests[1]?.body.messages.at(-1))).toContain('"is_error":true')
  })

  it('knows its tools in the last step, and may not use them', async () => {
    const talk = conversation('x')
    server.reply(({ tool_choice: choice }) =>
      choice?.type === 'none' ? 'Enough.' : { toolUses: [{ name: 'bash', input: { command: 'x' } }] },
    )
    expect(await talk.turn(claude(), MAX_STEPS - 2)).toMatchObject({ kind: 'answer', text: 'Enough.' })
    expect(server.requests.map(({ body }) => [body.tools?.length, body.tool_choice?.type])).toEqual([
      [1, 'auto'],
      [1, 'none'],
    ])
  })

  it('does not tell somebody without tools what came of earlier calls', async () => {
    const talk = conversation('x')
    talk.messages.unshift(
      { role: 'user', text: 'earlier', boundary: '0', origin },
      {
        role: 'exchange',
        text: '',
        calls: [
          { call: { id: 'a|b', name: 'bash', arguments: {} }, answer: { text: 'TREASURE', isError: false } },
        ],
        of: '0',
      },
    )
    await talk.turn(claude())
    talk.offer([])
    await talk.turn(claude())
    const bodies = server.requests.map(({ body }) => JSON.stringify(body))
    expect(bodies.map((body) => body.includes('TREASURE'))).toEqual([true, false])
    expect(bodies[0]).toContain('"tool_use_id":"a_b"')
    expect(server.requests[1]?.body).not.toHaveProperty('tools')
  })

  it('runs nothing of an answer that broke off', async () => {
    const talk = conversation('x')
    server.reply(() => ({ text: 'long enough text', toolUses: [{ name: 'bash', input: { command: 'x' } }] }))
    server.dropAfterChunks(3)
    expect(await talk.turn(claude())).toMatchObject({ kind: 'failed', failure: 'broken' })
    expect(talk.did).toEqual([])
  })
})
