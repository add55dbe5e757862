import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AnthropicServer } from './server.ts'

let server: AnthropicServer

beforeEach(async () => {
  server = await new AnthropicServer().start()
})

afterEach(async () => {
  await server.stop()
})

const question = { model: 'claude-test', max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }

const post = (body: unknown, headers: Record<string, string> = {}, path = '/messages'): Promise<Response> =>
  fetch(`${server.baseUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': server.apiKey,
      'anthropic-version': '2023-06-01',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

interface Event {
  readonly type: string
}

const events = async (response: Response): Promise<readonly Event[]> => {
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const frames = (await response.text()).trimEnd().split('\n\n')
  return frames.map((frame) => {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
    const event: Event = JSON.parse(data ?? '')
    expect(event.type).toBe(name)
    return event
  })
}

describe('a stream', () => {
  test('has the events of the API in their order', async () => {
    server.reply(() => 'twelve chars')
    expect(await events(await post({ ...question, stream: true }))).toMatchObject([
      {
        type: 'message_start',
        message: { role: 'assistant', model: 'claude-test', content: [], stop_reason: null },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'twelve c' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hars' } },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: expect.any(Number) },
      },
      { type: 'message_stop' },
    ])
    expect(server.requests).toMatchObject([{ state: 'answered', body: question }])
    expect(server.violations).toEqual([])
  })

  test('gives the call of a tool as JSON in pieces', async () => {
    server.reply(() => ({ toolUses: [{ name: 'read', input: { path: 'notes.txt' } }] }))
    const stream = await events(await post({ ...question, stream: true }))
    expect(stream).toContainEqual({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '{"path":' },
    })
    expect(stream).toContainEqual(
      expect.objectContaining({ delta: { stop_reason: 'tool_use', stop_sequence: null } }),
    )
  })
})

test('without stream the answer is one message', async () => {
  const answer = await post(question)
  expect(await answer.json()).toMatchObject({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'You said: Hi' }],
    stop_reason: 'end_turn',
  })
})

const expectError = async (answer: Response, status: number, type: string): Promise<void> => {
  expect(answer.status).toBe(status)
  expect(await answer.json()).toMatchObject({ type: 'error', error: { type, message: expect.any(String) } })
}

describe('strictness', () => {
  test('a wrong or missing key is 401, and no violation: owners mistype keys', async () => {
    await expectError(await post(question, { 'x-api-key': 'sk-ant-wrong' }), 401, 'authentication_error')
    await expectError(await post(question, { 'x-api-key': '' }), 401, 'authentication_error')
    expect(server.violations).toEqual([])
    expect(server.requests).toEqual([])
  })

  test('an unknown path or method is 404', async () => {
    await expectError(await post(question, {}, '/complete'), 404, 'not_found_error')
    await expectError(await fetch(`${server.baseUrl}/messages`), 404, 'not_found_error')
    expect(server.violations).toHaveLength(2)
  })

  test('another API version or content type is an error', async () => {
    await expectError(await post(question, { 'anthropic-version': '' }), 400, 'invalid_request_error')
    await expectError(await post(question, { 'content-type': 'text/plain' }), 400, 'invalid_request_error')
    expect(server.violations).toHaveLength(2)
  })

  const ask = (...messages: readonly unknown[]) => ({ ...question, messages })
  const use = { type: 'tool_use', id: 'toolu_1', name: 'read', input: {} }
  const toolResult = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'text' }
  const hi = { role: 'user', content: 'Hi' }

  test.each([
    ['no JSON', '{"model":'],
    ['an unknown field', { ...question, surprise: true }],
    ['no max_tokens', { model: 'claude-test', messages: question.messages }],
    ['no message', ask()],
    ['a role that is neither user nor assistant', ask({ role: 'system', content: 'Hi' })],
    ['an empty text', ask({ role: 'user', content: '' })],
    ['an empty text block', ask({ role: 'user', content: [{ type: 'text', text: '' }] })],
    ['a call of a tool without its result', ask(hi, { role: 'assistant', content: [use] }, hi)],
    ['a result of a tool that nobody called', ask({ role: 'user', content: [toolResult] })],
    ['a prefill that ends in a space', ask(hi, { role: 'assistant', content: 'I think ' })],
  ])('%s is 400', async (_what, body) => {
    await expectError(await post(body), 400, 'invalid_request_error')
    expect(server.violations).toHaveLength(1)
    expect(server.requests).toEqual([])
  })

  test('a call of a tool with its result is accepted', async () => {
    const answer = await post(
      ask(hi, { role: 'assistant', content: [use] }, { role: 'user', content: [toolResult] }),
    )
    expect(answer.status).toBe(200)
    expect(server.violations).toEqual([])
  })
})

describe('ordered faults', () => {
  test('each strikes one request, in the order of the orders', async () => {
    server.fail('rate_limit_error', { retryAfter: 7 })
    server.fail('overloaded_error')
    server.garbage('html')
    const limited = await post(question)
    expect(limited.status).toBe(429)
    expect(limited.headers.get('retry-after')).toBe('7')
    expect((await post(question)).status).toBe(529)
    expect((await post(question)).status).toBe(502)
    expect((await post(question)).status).toBe(200)
  })

  test('heal forgets those that have not struck', async () => {
    server.fail('api_error', { times: 5 })
    const held = server.holdAfterChunks(1)
    expect((await post(question)).status).toBe(500)
    server.heal()
    await expect(held.reached).rejects.toThrow('before a stream reached it')
    expect((await post(question)).status).toBe(200)
  })

  test('an interruption beyond the end strikes at the end, also without a stream', async () => {
    server.dropAfterChunks(1000)
    await expect(post({ ...question, stream: true }).then((answer) => answer.text())).rejects.toThrow(
      'terminated',
    )
    server.dropAfterChunks(1000)
    await expect(post(question)).rejects.toThrow('fetch failed')
    await server.waitFor(() => server.requests.every((request) => request.state === 'cut'))
  })

  test('a stalled request ends with the server', async () => {
    server.stall()
    const failed = post(question).catch((error: unknown) => String(error))
    await server.waitFor(() => server.requests.length === 1)
    expect(server.requests[0]?.state).toBe('open')
    await server.stop()
    expect(await failed).toContain('fetch failed')
    await server.stop()
    expect(() => server.baseUrl).toThrow('not running')
  })
})
