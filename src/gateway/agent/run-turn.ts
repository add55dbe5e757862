import type { LanguageModel, ModelMessage, streamText } from 'ai'
import { toErrorView } from '../../shared/domain/error.ts'
import { instructionsFor, wrapUserText } from './instructions.ts'
import { type FailureKind, failureOf } from './model-failure.ts'
import type { ModelRef } from './model-name.ts'
import { loadModel, type ModelAccess } from './models.ts'
import type { RunTurn, TurnMessage, TurnRequest, TurnResult, Usage } from './turn.ts'
import { Stop, startWatch, type Watch } from './turn-watch.ts'
import { NO_USAGE, usageOf } from './usage.ts'
import { withoutEcho } from './without-echo.ts'

export interface RunTurnOptions extends ModelAccess {
  readonly model: ModelRef
  /** Milliseconds for the whole turn, from the question to the last word, all tries included. */
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

/** The agent's one question to the model a turn; tools come with a later version. */
export const createRunTurn = (options: RunTurnOptions): RunTurn => {
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
    const failed = (failure: FailureKind, detail: string, error: unknown, usage = NO_USAGE): TurnResult => ({
      kind: 'failed',
      model,
      failure,
      detail: options.redact(
        withoutEcho(
          detail,
          request.messages.map(({ text }) => text),
        ),
      ),
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
      const { finishReason } = heard
      if (request.signal.aborted) return { kind: 'aborted', model }
      if (finishReason === 'interrupted' || finishReason === 'error' || finishReason === undefined) {
        return failed('broken', `the stream ended with ${finishReason ?? 'nothing'}`, undefined, heard.usage)
      }
      if (text === '') {
        const failure = finishReason === 'content-filter' ? 'declined' : 'empty'
        return failed(failure, `an empty answer (${finishReason})`, undefined, heard.usage)
      }
      const stopReason = finishReason === 'length' ? 'length' : 'stop'
      return { kind: 'answer', model, text, usage: heard.usage, stopReason }
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
  readonly model: LanguageModel
}

const loadOnce = async (options: RunTurnOptions): Promise<Loaded> => {
  const [ai, model] = await Promise.all([import('ai'), loadModel(options.model, options)])
  // Its warnings would go to the console, past the redactor.
  Reflect.set(globalThis, 'AI_SDK_LOG_WARNINGS', false)
  return { streamText: ai.streamText, model }
}

interface Heard {
  readonly text: string
  readonly usage: Usage
  readonly finishReason: string | undefined
}

const listen = async (
  loaded: Loaded,
  options: RunTurnOptions,
  request: TurnRequest,
  watch: Watch,
): Promise<Heard> => {
  const result = loaded.streamText({
    model: loaded.model,
    instructions: instructionsFor(request.origin),
    messages: request.messages.map(toModelMessage),
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
  let usage = NO_USAGE
  let finishReason: string | undefined
  for await (const part of result.stream) {
    watch.alive()
    if (part.type === 'error') throw part.error
    if (part.type === 'finish') {
      finishReason = part.finishReason
      usage = usageOf(part.totalUsage)
    }
    if (part.type === 'text-delta' && part.text !== '') {
      text += part.text
      if (text.length > MAX_TEXT)
        watch.stop(new Stop('too_long', `the answer exceeds ${MAX_TEXT} characters`))
      watch.signal.throwIfAborted()
      request.onText(part.text)
    }
  }
  watch.signal.throwIfAborted()
  return { text, usage, finishReason }
}

const toModelMessage = (message: TurnMessage): ModelMessage =>
  message.role === 'user'
    ? { role: 'user', content: wrapUserText(message) }
    : { role: 'assistant', content: message.text }
