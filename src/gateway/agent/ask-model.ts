import type { jsonSchema, LanguageModel, streamText, ToolSet } from 'ai'
import { z } from 'zod'
import { toErrorView } from '../../shared/domain/error.ts'
import { instructionsFor } from './instructions.ts'
import { type FailureKind, failureOf } from './model-failure.ts'
import { textsOf, toModelMessages } from './model-messages.ts'
import type { ModelRef } from './model-name.ts'
import { loadModel, type ModelAccess } from './models.ts'
import type { AskModel, ModelRequest, ModelResult, ToolCall, ToolOffer, Usage } from './turn.ts'
import { Stop, startWatch, type Watch } from './turn-watch.ts'
import { NO_USAGE, usageOf } from './usage.ts'
import { withoutEcho } from './without-echo.ts'

export interface AskModelOptions extends ModelAccess {
  readonly model: ModelRef
  /** Milliseconds for one question to the model, up to the last word of its answer, all tries included. */
  readonly timeoutMs: number
  /** Milliseconds without any sign of life from the model. @default 60 s */
  readonly silenceMs?: number
  /** Further tries after a refusal that may pass (429, 5xx, no connection). @default 2 */
  readonly maxRetries?: number
  /** Applied to what is told to the owner, after what was said in the conversation is taken out. */
  readonly redact: (text: string) => string
}

const SILENCE_MS = 60_000
const MAX_RETRIES = 2
/** Some pages of text: more than fits a messenger, and a bound for the bill. */
const MAX_OUTPUT_TOKENS = 8192
/** A server of one's own may not know that limit and never stop. UTF-16 units. */
const MAX_TEXT = 256 * 1024

/** Calls in one answer. What a model asks for beyond it is left out, as if it had not been said. */
const MAX_CALLS = 16
/** UTF-16 units of the name of a tool: those of ours are a tenth of it, and others are kept to be told apart. */
const MAX_NAME = 100

/** One question to the model. What it wants to do with tools is told, and nothing of it is done here. */
export const createAskModel = (options: AskModelOptions): AskModel => {
  let loading: Promise<Loaded> | undefined
  const load = (): Promise<Loaded> => {
    loading ??= loadOnce(options).catch((error: unknown) => {
      // The next turn tries again: the owner may have put right what was missing.
      loading = undefined
      throw error
    })
    return loading
  }

  return async (request) => {
    const { model } = options
    const failed = (failure: FailureKind, detail: string, error: unknown, usage = NO_USAGE): ModelResult => ({
      kind: 'failed',
      model,
      failure,
      detail: options.redact(withoutEcho(detail, request.messages.flatMap(textsOf))),
      error,
      usage,
    })
    if (request.signal.aborted) return { kind: 'aborted', model }
    let loaded: Loaded
    try {
      loaded = await load()
    } catch (error) {
      return failed('not_configured', toErrorView(error).message, error)
    }
    const watch = startWatch(
      { timeoutMs: options.timeoutMs, silenceMs: options.silenceMs ?? SILENCE_MS },
      request.signal,
    )
    try {
      const heard = await listen(loaded, options, request, watch)
      const text = heard.text.trim() === '' ? '' : heard.text
      const { finishReason, calls, usage } = heard
      if (request.signal.aborted) return { kind: 'aborted', model }
      if (finishReason === 'interrupted' || finishReason === 'error' || finishReason === undefined) {
        return failed('broken', `the stream ended with ${finishReason ?? 'nothing'}`, undefined, usage)
      }
      if (calls.length > 0 && finishReason !== 'content-filter') {
        return { kind: 'calls', model, text, calls, usage }
      }
      if (text === '') {
        const failure = finishReason === 'content-filter' ? 'declined' : 'empty'
        return failed(failure, `an empty answer (${finishReason})`, undefined, usage)
      }
      const stopReason = finishReason === 'length' ? 'length' : 'stop'
      return { kind: 'answer', model, text, usage, stopReason }
    } catch (error) {
      if (request.signal.aborted) return { kind: 'aborted', model }
      const { reason } = watch.signal
      if (reason instanceof Stop) return failed(reason.failure, reason.message, reason)
      const failure = failureOf(error)
      return failed(failure.kind, failure.detail, error)
    } finally {
      watch.end()
    }
  }
}

interface Loaded {
  readonly streamText: typeof streamText
  readonly jsonSchema: typeof jsonSchema
  readonly model: LanguageModel
}

const loadOnce = async (options: AskModelOptions): Promise<Loaded> => {
  const [ai, model] = await Promise.all([import('ai'), loadModel(options.model, options)])
  // Its warnings would go to the console, past the redactor.
  Reflect.set(globalThis, 'AI_SDK_LOG_WARNINGS', false)
  return { streamText: ai.streamText, jsonSchema: ai.jsonSchema, model }
}

interface Heard {
  readonly text: string
  readonly calls: readonly Omit<ToolCall, 'id'>[]
  readonly usage: Usage
  readonly finishReason: string | undefined
}

const listen = async (
  loaded: Loaded,
  options: AskModelOptions,
  request: ModelRequest,
  watch: Watch,
): Promise<Heard> => {
  const result = loaded.streamText({
    model: loaded.model,
    instructions: instructionsFor(
      request.origin,
      request.tools.map(({ name }) => name),
    ),
    messages: [...toModelMessages(request.messages)],
    ...(request.tools.length === 0
      ? {}
      : { tools: toolSet(loaded, request.tools), toolChoice: request.toolUse }),
    abortSignal: watch.signal,
    maxRetries: options.maxRetries ?? MAX_RETRIES,
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    telemetry: { isEnabled: false, recordInputs: false, recordOutputs: false },
    // OpenAI would keep the conversation for 30 days.
    providerOptions: { openai: { store: false } },
    // The default prints to the console, past the redactor; the stream below says the same.
    onError: () => undefined,
  })
  let text = ''
  let length = 0
  const calls: Omit<ToolCall, 'id'>[] = []
  let usage = NO_USAGE
  let finishReason: string | undefined
  for await (const part of result.stream) {
    watch.alive()
    if (part.type === 'error') throw part.error
    if (part.type === 'finish') {
      finishReason = part.finishReason
      usage = usageOf(part.totalUsage)
    }
    // Also one that is none: an unknown tool, or arguments that can not be read, get an answer that says so.
    if (part.type === 'tool-call' && calls.length < MAX_CALLS) {
      calls.push({ name: part.toolName.slice(0, MAX_NAME), arguments: argumentsOf(part.input) })
    }
    const piece = pieceOf(part)
    // Not every server says arguments piece by piece: those that came whole count here.
    length += part.type === 'tool-call' ? lengthOf(part.input) : piece.length
    if (length > MAX_TEXT) watch.stop(new Stop('too_long', `the answer exceeds ${MAX_TEXT} characters`))
    watch.signal.throwIfAborted()
    if (part.type !== 'text-delta' || piece === '') continue
    text += piece
    request.onText(piece)
  }
  watch.signal.throwIfAborted()
  return { text, calls, usage, finishReason }
}

/** What a part of the stream adds to the length of the answer: words, or a piece of a call's arguments. */
const pieceOf = (part: {
  readonly type: string
  readonly text?: unknown
  readonly delta?: unknown
}): string => {
  const piece = part.type === 'text-delta' ? part.text : part.type === 'tool-input-delta' ? part.delta : ''
  return typeof piece === 'string' ? piece : ''
}

/** UTF-16 units of arguments as JSON. What has none comes from arguments that could not be read. */
const lengthOf = (input: unknown): number => JSON.stringify(input)?.length ?? 0

const toolSet = (loaded: Loaded, offers: readonly ToolOffer[]): ToolSet =>
  Object.fromEntries(
    offers.map(({ name, description, schema }) => {
      const { $schema: _, ...inputSchema } = z.toJSONSchema(schema, { io: 'input' })
      // Without a validator of its own: arguments are checked where they are used, and once.
      return [name, { description, inputSchema: loaded.jsonSchema(inputSchema) }]
    }),
  )

const UNREADABLE_KEPT = 1_000

/** What is no object, as arguments that a broken answer cut off, is kept as a text that no tool takes. */
const argumentsOf = (input: unknown): ToolCall['arguments'] => {
  const parsed = z.record(z.string(), z.unknown()).safeParse(input)
  return parsed.success ? parsed.data : { unreadable: String(input).slice(0, UNREADABLE_KEPT) }
}
