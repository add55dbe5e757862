import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AnthropicServer } from '../../../e2e/servers/anthropic/server.ts'
import { secretTag } from '../../shared/log/secret-tag.ts'
import { createRedactor } from '../../shared/redact/redactor.ts'
import { type AskModelOptions, createAskModel } from './ask-model.ts'
import { parseModelName } from './model-name.ts'
import type { ModelRequest, ModelResult, Origin, TurnMessage } from './turn.ts'

const origin: Origin = { provider: 'telegram', trust: 'friend', forwarded: false }
const FAR = 60_000

const modelOf = (name: string) => {
  const model = parseModelName(name)
  if (model === undefined) throw new Error(name)
  return model
}

const user = (text: string, part: Partial<Origin> = {}): TurnMessage => ({
  role: 'user',
  text,
  boundary: '00c0ffee',
  origin: { ...origin, ...part },
})

const request = (part: Partial<ModelRequest> = {}): ModelRequest => ({
  messages: [user('hello')],
  origin,
  tools: [],
  toolUse: 'auto',
  signal: new AbortController().signal,
  onText: () => undefined,
  ...part,
})

describe('a turn with Anthropic’s API', () => {
  let server: AnthropicServer
  let url = ''

  beforeEach(async () => {
    server = await new AnthropicServer().start()
    url = server.baseUrl
  })

  afterEach(async () => {
    await server.stop()
    if (server.violations.length > 0) throw new Error(server.violations.join('; '))
  })

  const run = (
    options: Partial<AskModelOptions> = {},
    part: Partial<ModelRequest> = {},
  ): Promise<ModelResult> =>
    createAskModel({
      model: modelOf('anthropic/claude-test'),
      apiKey: server.apiKey,
      baseUrl: url,
      timeoutMs: FAR,
      silenceMs: FAR,
      maxRetries: 0,
      redact: createRedactor({ secrets: [server.apiKey], tag: secretTag }),
      ...options,
    })(request(part))

  it('gives the answer in pieces and whole, and what it cost', async () => {
    const pieces: string[] = []
    const result = await run({}, { onText: (piece) => pieces.push(piece) })
    expect(result).toMatchObject({ kind: 'answer', text: 'You said: hello', stopReason: 'stop' })
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe('You said: hello')
    if (result.kind !== 'answer') return
    expect(result.usage.input).toBeGreaterThan(0)
    expect(result.usage.totalTokens).toBe(result.usage.input + result.usage.output)
  })

  it('sends the conversation, the rules, a bound for the answer, and no tools', async () => {
    const messages: readonly TurnMessage[] = [
      user('first'),
      { role: 'assistant', text: 'first answer' },
      user('say x', { forwarded: true }),
    ]
    await run({}, { messages })
    const body = server.requests[0]?.body
    expect(JSON.stringify(body?.system)).toContain('sent by a friend')
    expect(body?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(JSON.stringify(body?.messages.at(-1))).toContain(
      '<forwarded-00c0ffee>\\nsay x\\n</forwarded-00c0ffee>',
    )
    expect(body?.max_tokens).toBe(8192)
    expect(body).not.toHaveProperty('tools')
  })

  it('sends a message that names files as the text that it is, and nothing of the files (CVE-2026-32002, GHSA-9f72-qcpw-2hxc)', async () => {
    const text = `look at ${import.meta.filename}, file:///etc/passwd, ![x](/etc/hostname) and @./photo.png`
    await run({}, { messages: [user(text)] })
    const sent = server.requests[0]?.body.messages
    expect(sent).toEqual([{ role: 'user', content: [{ type: 'text', text }] }])
  })

  it('takes key and address from nowhere but its options', async () => {
    process.env['ANTHROPIC_API_KEY'] = server.apiKey
    process.env['ANTHROPIC_BASE_URL'] = 'http://127.0.0.1:1'
    try {
      const noKey = await run({ apiKey: undefined })
      expect(noKey).toMatchObject({ kind: 'failed', failure: 'not_configured' })
      expect(await run()).toMatchObject({ kind: 'answer' })
    } finally {
      delete process.env['ANTHROPIC_API_KEY']
      delete process.env['ANTHROPIC_BASE_URL']
    }
    expect(server.requests).toHaveLength(1)
  })

  const refusals = [
    ['authentication_error', 'refused_key', 401],
    ['permission_error', 'refused_key', 403],
    ['not_found_error', 'rejected', 404],
    ['request_too_large', 'rejected', 413],
    ['rate_limit_error', 'rate_limited', 429],
    ['api_error', 'broken', 500],
    ['overloaded_error', 'overloaded', 529],
  ] as const
  for (const [type, failure, status] of refusals) {
    it(`${status} is ${failure}, and the owner gets the reason`, async () => {
      server.fail(type, { message: `because of ${server.apiKey}` })
      expect(await run()).toMatchObject({
        kind: 'failed',
        failure,
        detail: `HTTP ${status}: because of ‹secret:${secretTag(server.apiKey)}›`,
      })
    })
  }

  for (const garbage of ['html', 'not-json', 'unknown-event', 'truncated'] as const) {
    it(`${garbage} instead of a stream is no answer`, async () => {
      server.garbage(garbage)
      expect(await run()).toMatchObject({ kind: 'failed', failure: 'broken' })
    })
  }

  it('half an answer is no answer when the connection drops', async () => {
    server.dropAfterChunks(1)
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'broken' })
  })

  it('half an answer is no answer when the API gives up in the middle', async () => {
    server.failAfterChunks(1)
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'overloaded' })
  })

  it('an empty answer is an error', async () => {
    server.reply(() => '')
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'empty' })
    server.reply(() => ' \n ')
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'empty' })
  })

  it('a refusal of the model is said to be one', async () => {
    server.reply(() => ({ text: '', stopReason: 'refusal' }))
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'declined' })
  })

  it('an answer that reached the limit says so', async () => {
    server.reply(() => ({ text: 'and so', stopReason: 'max_tokens' }))
    expect(await run()).toMatchObject({ kind: 'answer', text: 'and so', stopReason: 'length' })
  })

  it('tries again when the API is busy, and not for ever', async () => {
    server.fail('overloaded_error', { retryAfter: 0 })
    expect(await run({ maxRetries: 2 })).toMatchObject({ kind: 'answer' })
    expect(server.requests).toHaveLength(2)
    server.fail('rate_limit_error', { retryAfter: 0, times: 10 })
    expect(await run({ maxRetries: 2 })).toMatchObject({ kind: 'failed', failure: 'rate_limited' })
    expect(server.requests).toHaveLength(5)
  })

  it('does not try again with a key that was refused', async () => {
    server.fail('authentication_error', { times: 3 })
    await run({ maxRetries: 2 })
    expect(server.requests).toHaveLength(1)
  })

  it('gives up a server that takes the request and says nothing', async () => {
    server.stall()
    expect(await run({ silenceMs: 50 })).toMatchObject({ kind: 'failed', failure: 'timeout' })
    await server.waitFor(() => server.requests[0]?.state === 'cut', 'the connection to be cut')
  })

  it('gives up a server that stops in the middle', async () => {
    server.holdAfterChunks(1)
    expect(await run({ silenceMs: 200 })).toMatchObject({ kind: 'failed', failure: 'timeout' })
    await server.waitFor(() => server.requests[0]?.state === 'cut', 'the connection to be cut')
  })

  it('gives up an answer without end, by time or by length', async () => {
    server.endless()
    expect(await run({ timeoutMs: 100 })).toMatchObject({ kind: 'failed', failure: 'timeout' })
    server.endless()
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'too_long' })
    await server.waitFor(() => server.requests.every(({ state }) => state === 'cut'), 'both to be cut')
  })

  it('an abort ends the request, whenever it comes', async () => {
    const early = new AbortController()
    early.abort()
    expect(await run({}, { signal: early.signal })).toMatchObject({ kind: 'aborted' })
    expect(server.requests).toHaveLength(0)

    const late = new AbortController()
    const held = server.holdAfterChunks(1)
    const running = run({}, { signal: late.signal })
    await held.reached
    late.abort()
    expect(await running).toMatchObject({ kind: 'aborted' })
    await server.waitFor(() => server.requests[0]?.state === 'cut', 'the connection to be cut')
  })

  it('prints nothing, whatever goes wrong', async () => {
    const printed: unknown[] = []
    const { log, error, warn, info } = console
    const note = (...args: readonly unknown[]): void => void printed.push(args)
    Object.assign(console, { log: note, error: note, warn: note, info: note })
    const onWarning = (warning: Error): void => void printed.push(warning)
    process.on('warning', onWarning)
    try {
      server.failAfterChunks(1)
      await run()
      server.garbage('not-json')
      await run()
      server.fail('authentication_error')
      await run()
    } finally {
      Object.assign(console, { log, error, warn, info })
      process.off('warning', onWarning)
    }
    expect(printed).toEqual([])
  })

  it('a server that is not there is unreachable', async () => {
    await server.stop()
    expect(await run()).toMatchObject({ kind: 'failed', failure: 'unreachable' })
  })
})

/** A piece of a call in a stream of chat completions. */
const call = (part: object): object => ({ tool_calls: [{ index: 0, ...part }] })

/** An answer that calls one tool, with its arguments in one piece. */
const callsWhole = (name: string, args: string) => (_req: unknown, _body: unknown, res: ServerResponse) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  const item = { type: 'function_call', id: 'fc_1', call_id: 'call_9', name, status: 'completed' }
  const events = [
    { type: 'response.created', response: { id: 'r', created_at: 1, model: 'gpt-test' } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
    { type: 'response.output_item.done', output_index: 0, item: { ...item, arguments: args } },
    { type: 'response.completed', response: { usage: { input_tokens: 3, output_tokens: 2 } } },
  ]
  for (const data of events) res.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
  res.end()
}

describe('a turn with other models', () => {
  let server: Server
  let answer: (req: IncomingMessage, body: string, res: ServerResponse) => void
  let seen: { url: string | undefined; authorization: string | undefined; body: unknown }[] = []
  let url = ''

  beforeEach(async () => {
    seen = []
    server = createServer((req, res) => {
      let body = ''
      req.on('data', (chunk: Buffer) => (body += chunk.toString()))
      req.on('end', () => {
        seen.push({ url: req.url, authorization: req.headers.authorization, body: JSON.parse(body) })
        answer(req, body, res)
      })
    })
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    url = `http://127.0.0.1:${address.port}/v1`
  })

  afterEach(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => void server.close(() => resolve()))
  })

  const run = (name: string, options: Partial<AskModelOptions> = {}, part: Partial<ModelRequest> = {}) =>
    createAskModel({
      model: modelOf(name),
      baseUrl: url,
      timeoutMs: FAR,
      maxRetries: 0,
      redact: (text) => text,
      ...options,
    })(request(part))

  it('openai-compatible speaks chat completions to a server of one’s own, without a key', async () => {
    answer = (_req, _body, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = (part: object): void => {
        const base = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'local' }
        res.write(`data: ${JSON.stringify({ ...base, ...part })}\n\n`)
      }
      chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi ' } }] })
      chunk({ choices: [{ index: 0, delta: { content: 'there' }, finish_reason: 'stop' }] })
      chunk({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })
      res.end('data: [DONE]\n\n')
    }
    expect(await run('openai-compatible/qwen3:8b')).toMatchObject({
      kind: 'answer',
      text: 'Hi there',
      usage: { input: 3, output: 2, totalTokens: 5 },
    })
    expect(seen).toMatchObject([
      { url: '/v1/chat/completions', authorization: undefined, body: { model: 'qwen3:8b', stream: true } },
    ])
  })

  const BASH = { name: 'bash', description: 'Runs it.', schema: z.strictObject({ command: z.string() }) }
  const exchange: TurnMessage = {
    role: 'exchange',
    text: '',
    calls: [
      {
        call: { id: 'call_1', name: 'bash', arguments: { command: 'df' } },
        answer: { text: 'half full', isError: false },
      },
    ],
    of: '00c0ffee',
  }

  it('openai-compatible calls tools, and gets back what came of them', async () => {
    answer = (_req, _body, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = (delta: object, finish: string | null = null): void => {
        const base = { id: '1', object: 'chat.completion.chunk', created: 1, model: 'local' }
        res.write(
          `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
        )
      }
      chunk({
        role: 'assistant',
        ...call({ id: 'x', type: 'function', function: { name: 'bash', arguments: '' } }),
      })
      chunk(call({ function: { arguments: '{"command":' } }))
      chunk(call({ function: { arguments: '"du"}' } }))
      chunk({}, 'tool_calls')
      res.end('data: [DONE]\n\n')
    }
    const part = { tools: [BASH], messages: [user('hello'), exchange] }
    expect(await run('openai-compatible/local', {}, part)).toMatchObject({
      kind: 'calls',
      calls: [{ name: 'bash', arguments: { command: 'du' } }],
    })
    expect(seen[0]?.body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'bash', parameters: { type: 'object' } } }],
      messages: [
        { role: 'system' },
        { role: 'user' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'call_1', function: { name: 'bash', arguments: '{"command":"df"}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'half full' },
      ],
    })
  })

  it('openai calls tools, and gets back what came of them', async () => {
    answer = (_req, _body, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      const event = (data: { readonly type: string; readonly [key: string]: unknown }): void => {
        res.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`)
      }
      const item = { type: 'function_call', id: 'fc_1', call_id: 'call_9', name: 'bash', status: 'completed' }
      event({ type: 'response.created', response: { id: 'r', created_at: 1, model: 'gpt-test' } })
      event({ type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } })
      event({
        type: 'response.output_item.done',
        output_index: 0,
        item: { ...item, arguments: '{"command":"du"}' },
      })
      event({ type: 'response.completed', response: { usage: { input_tokens: 3, output_tokens: 2 } } })
      res.end()
    }
    const part = { tools: [BASH], messages: [user('hello'), exchange] }
    expect(await run('openai/gpt-test', { apiKey: 'sk-test-0123456789abcdef' }, part)).toMatchObject({
      kind: 'calls',
      calls: [{ name: 'bash', arguments: { command: 'du' } }],
      usage: { totalTokens: 5 },
    })
    expect(seen[0]?.body).toMatchObject({
      store: false,
      tools: [{ type: 'function', name: 'bash' }],
      input: [
        {},
        { role: 'user' },
        { type: 'function_call', call_id: 'call_1', name: 'bash', arguments: '{"command":"df"}' },
        { type: 'function_call_output', call_id: 'call_1', output: 'half full' },
      ],
    })
  })

  const askOpenai = () => run('openai/gpt-test', { apiKey: 'sk-test-0123456789abcdef' }, { tools: [BASH] })

  it('a name of a tool that has no end is kept only as far as it tells one from another', async () => {
    answer = callsWhole('bash'.repeat(50_000), '{}')
    expect(await askOpenai()).toMatchObject({ kind: 'calls', calls: [{ name: 'bash'.repeat(25) }] })
  })

  it('arguments that come whole are bounded like those that come in pieces', async () => {
    answer = callsWhole('bash', JSON.stringify({ command: 'x'.repeat(300_000) }))
    expect(await askOpenai()).toMatchObject({ kind: 'failed', failure: 'too_long' })
  })

  it('arguments nested without end fail the question, and nothing else', async () => {
    answer = callsWhole('bash', `{"command":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    expect(await askOpenai()).toMatchObject({ kind: 'failed' })
  })

  it('openai-compatible without an address is not configured', async () => {
    const result = await run('openai-compatible/x', { baseUrl: undefined })
    expect(result).toMatchObject({ kind: 'failed', failure: 'not_configured' })
  })

  const said = 'my grandmother’s PIN is 4711, "please" keep it'
  it.each([
    ['repeats the request', 400, JSON.stringify({ error: { message: `bad prompt: ${said}` } })],
    ['sends half an answer', 200, 'data: {"choices":[{"delta":{"content":"her PIN is 4711"\n\n'],
    ['sends an answer of another form', 200, 'data: {"choices":"her PIN is 4711"}\n\ndata: [DONE]\n\n'],
  ])('a server that %s puts nothing of the conversation into the failure', async (_what, status, body) => {
    answer = (_req, _body, res) => {
      const type = status === 200 ? 'text/event-stream' : 'application/json'
      res.writeHead(status, { 'content-type': type }).end(body)
    }
    const result = await run('openai-compatible/local', {}, { messages: [user(said)] })
    expect(result).toMatchObject({ kind: 'failed', detail: expect.not.stringMatching(/PIN|4711/) })
  })

  it('openai is told not to keep the conversation', async () => {
    answer = (_req, _body, res) => {
      res.writeHead(401, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ error: { message: 'Incorrect API key', type: 'invalid_request_error' } }))
    }
    const result = await run('openai/gpt-test', { apiKey: 'sk-test-0123456789abcdef' })
    expect(result).toMatchObject({ kind: 'failed', failure: 'refused_key' })
    expect(seen).toMatchObject([
      {
        url: '/v1/responses',
        authorization: 'Bearer sk-test-0123456789abcdef',
        body: { model: 'gpt-test', store: false, stream: true },
      },
    ])
  })

  it('offline/obedient takes the same way, word by word', async () => {
    const pieces: string[] = []
    const part = { messages: [user('say one two  three')], onText: (piece: string) => pieces.push(piece) }
    expect(await run('offline/obedient', {}, part)).toMatchObject({ kind: 'answer', text: 'one two  three' })
    expect(pieces).toEqual(['one', ' two', '  three'])
  })

  it('offline/obedient fails as a model does when it is told to', async () => {
    const result = await run('offline/obedient', {}, { messages: [user('fail')] })
    expect(result).toMatchObject({
      kind: 'failed',
      failure: 'broken',
      detail: 'offline/obedient was told to fail',
    })
  })

  it('offline/obedient can be interrupted while it waits', async () => {
    const aborted = new AbortController()
    const running = run('offline/obedient', {}, { messages: [user('wait 60')], signal: aborted.signal })
    setImmediate(() => aborted.abort())
    expect(await running).toMatchObject({ kind: 'aborted' })
  })
})
