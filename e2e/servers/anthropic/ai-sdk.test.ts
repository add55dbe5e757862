import { createAnthropic } from '@ai-sdk/anthropic'
import { APICallError, generateText, isStepCount, streamText, tool } from 'ai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AnthropicServer } from './server.ts'

let server: AnthropicServer

beforeEach(async () => {
  server = await new AnthropicServer().start()
})

afterEach(async () => {
  await server.stop()
})

const MODEL = 'claude-sonnet-4-5'

const model = (apiKey = server.apiKey) => createAnthropic({ baseURL: server.baseUrl, apiKey })(MODEL)

interface Read {
  readonly text: string
  /** Errors that stood in the stream. */
  readonly errors: readonly unknown[]
  /** How the stream itself ended: its reason, `abort`, or the error that reading it threw. */
  readonly end: unknown
}

interface AskOptions {
  readonly apiKey?: string
  readonly signal?: AbortSignal
  readonly onText?: (text: string) => void
}

/** Reads a stream to its end. */
const ask = async ({ apiKey, signal, onText }: AskOptions = {}): Promise<Read> => {
  const errors: unknown[] = []
  let text = ''
  let end: unknown
  const { stream } = streamText({
    model: model(apiKey),
    instructions: 'Be brief.',
    prompt: 'Hello there',
    maxRetries: 0,
    onError: () => undefined,
    ...(signal !== undefined && { abortSignal: signal }),
  })
  try {
    for await (const part of stream) {
      if (part.type === 'text-delta') {
        text += part.text
        onText?.(text)
      }
      if (part.type === 'error') errors.push(part.error)
      if (part.type === 'finish') end = part.finishReason
      if (part.type === 'abort') end = 'abort'
    }
  } catch (error) {
    end = error
  }
  return { text, errors, end }
}

describe('the real AI SDK', () => {
  test('streams a reply, with instructions, usage and the reason of the end', async () => {
    const reply = streamText({ model: model(), instructions: 'Be brief.', prompt: 'Grüße 👋' })
    const chunks: string[] = []
    for await (const chunk of reply.textStream) chunks.push(chunk)
    expect(chunks.join('')).toBe('You said: Grüße 👋')
    expect(chunks.length).toBeGreaterThan(1)
    expect(await reply.finishReason).toBe('stop')
    expect((await reply.usage).outputTokens).toBeGreaterThan(1)
    expect(server.requests).toMatchObject([
      {
        state: 'answered',
        body: { model: MODEL, stream: true },
        system: 'Be brief.',
        userText: 'Grüße 👋',
      },
    ])
    expect(server.violations).toEqual([])
  })

  test('gets a reply without a stream', async () => {
    expect((await generateText({ model: model(), prompt: 'Hello' })).text).toBe('You said: Hello')
    expect(server.violations).toEqual([])
  })

  test('calls a tool and gives its result back', async () => {
    server.reply(({ messages }) =>
      messages.length === 1
        ? { text: 'I look.', toolUses: [{ name: 'add', input: { a: 2, b: 3 } }] }
        : JSON.stringify(messages.at(-1)?.content),
    )
    const add = tool({
      inputSchema: z.object({ a: z.number(), b: z.number() }),
      execute: ({ a, b }) => a + b,
    })
    const reply = streamText({ model: model(), prompt: 'Add', tools: { add }, stopWhen: isStepCount(2) })
    expect(await reply.text).toContain('"content":"5"')
    expect(server.requests).toHaveLength(2)
    expect(server.violations).toEqual([])
  })

  test.each([
    ['authentication_error', 401],
    ['rate_limit_error', 429],
    ['api_error', 500],
    ['overloaded_error', 529],
  ] as const)('reports %s as an APICallError with status %i', async (type, status) => {
    server.fail(type, { message: 'as ordered' })
    const { errors } = await ask()
    expect(errors).toHaveLength(1)
    expect(APICallError.isInstance(errors[0])).toBe(true)
    expect(errors[0]).toMatchObject({ statusCode: status, message: 'as ordered' })
  })

  test('reports a wrong key', async () => {
    const { errors } = await ask({ apiKey: 'sk-ant-wrong' })
    expect(errors).toMatchObject([{ statusCode: 401, message: 'invalid x-api-key' }])
  })

  test('tries again after retry-after', async () => {
    server.fail('rate_limit_error', { retryAfter: 0 })
    const reply = streamText({ model: model(), prompt: 'Hello', maxRetries: 1, onError: () => undefined })
    expect(await reply.text).toBe('You said: Hello')
    expect(server.requests).toHaveLength(2)
  })

  test('shows what came before an error in mid-stream, and the error', async () => {
    server.failAfterChunks(1)
    expect(await ask()).toMatchObject({
      text: 'You said',
      errors: [{ type: 'overloaded_error', statusCode: 529, message: 'Overloaded' }],
      end: 'error',
    })
  })

  test.each([0, 1, 1000])('throws while reading a stream that is cut after %i chunks', async (chunks) => {
    server.dropAfterChunks(chunks)
    const { text, errors, end } = await ask()
    // What has come but was not read yet is lost with the connection, so only a prefix is certain.
    expect('You said: Hello there'.slice(0, 8 * chunks).startsWith(text)).toBe(true)
    expect(errors).toEqual([])
    expect(APICallError.isInstance(end)).toBe(true)
  })

  test('waits in mid-stream for as long as the test wants', async () => {
    const held = server.holdAfterChunks(1)
    const reading = ask()
    await held.reached
    expect(server.requests[0]?.state).toBe('open')
    held.release()
    expect(await reading).toEqual({ text: 'You said: Hello there', errors: [], end: 'stop' })
  })

  test('a held stream can be cut or end with an error', async () => {
    const cut = server.holdAfterChunks(1)
    const { text, end } = await ask({ onText: () => cut.drop() })
    expect(text).toBe('You said')
    expect(end).toBeInstanceOf(Error)
    const failing = server.holdAfterChunks(1)
    const failedReading = ask()
    await failing.reached
    failing.error('api_error', 'Internal server error')
    expect(await failedReading).toMatchObject({ errors: [{ type: 'api_error' }], end: 'error' })
  })

  test.each(['html', 'not-json', 'unknown-event'] as const)(
    'reports %s garbage as an error',
    async (garbage) => {
      server.garbage(garbage)
      const { text, errors } = await ask()
      expect(text).toBe('')
      expect(errors).toHaveLength(1)
    },
  )

  test('reports a stream without its last events by nothing but the reason of the end', async () => {
    server.garbage('truncated')
    expect(await ask()).toEqual({ text: 'You said: Hello there', errors: [], end: 'interrupted' })
  })

  test('can be aborted while the server stalls', async () => {
    server.stall()
    const patience = new AbortController()
    const reading = ask({ signal: patience.signal })
    await server.waitFor(() => server.requests.length === 1)
    patience.abort()
    expect(await reading).toMatchObject({ text: '', end: 'abort' })
    await server.waitFor(() => server.requests[0]?.state === 'cut')
  })

  test('can be aborted in a stream that never ends, and the server hears of it', async () => {
    server.endless()
    const patience = new AbortController()
    const { text } = await ask({
      signal: patience.signal,
      onText: (sofar) => void (sofar.length > 1000 && patience.abort()),
    })
    expect(text).toContain('and so on and so on')
    await server.waitFor(() => server.requests[0]?.state === 'cut')
  })
})
