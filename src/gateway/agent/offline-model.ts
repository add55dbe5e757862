import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModel } from 'ai'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { offlineReply } from './offline-reply.ts'

type LanguageModelV4 = Extract<LanguageModel, { readonly specificationVersion: 'v4' }>
type CallOptions = Parameters<LanguageModelV4['doStream']>[0]
type StreamPart =
  Awaited<ReturnType<LanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never

/**
 * `offline/obedient`: a deterministic stand-in that needs no account and no network. It is a model like the
 * others, so that a message takes the same way through the gateway, word by word.
 */
export const createOfflineModel = (): LanguageModelV4 => ({
  specificationVersion: 'v4',
  provider: 'offline',
  modelId: 'obedient',
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error('offline/obedient only streams')),
  doStream: (options) => Promise.resolve({ stream: toStream(parts(options)) }),
})

const toStream = (source: AsyncGenerator<StreamPart>): ReadableStream<StreamPart> =>
  new ReadableStream({
    async pull(controller) {
      const next = await source.next()
      if (next.done === true) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await source.return(undefined)
    },
  })

async function* parts(options: CallOptions): AsyncGenerator<StreamPart> {
  const asked = lastUserText(options.prompt)
  const mayCall = options.toolChoice?.type === 'none' ? 'has to answer' : 'may call'
  const reply = offlineReply(asked, resultsSince(options.prompt), mayCall)
  yield { type: 'stream-start', warnings: [] }
  switch (reply.kind) {
    case 'fail':
      yield { type: 'error', error: new Error('offline/obedient was told to fail') }
      return
    case 'wait':
      await sleep(
        reply.ms,
        undefined,
        options.abortSignal === undefined ? {} : { signal: options.abortSignal },
      )
      break
    case 'call': {
      const { name, arguments: args } = reply
      // Of one answer: the gateway gives every call a name of its own.
      yield { type: 'tool-call', toolCallId: 'call', toolName: name, input: JSON.stringify(args) }
      yield finish('tool-calls', asked, 1)
      return
    }
    case 'text':
      break
    default:
      assertNever(reply)
  }
  yield { type: 'text-start', id: '0' }
  // Each word with the space before it.
  const words = reply.text.match(/\s*\S+\s*$|\s*\S+/g) ?? []
  for (const delta of words) yield { type: 'text-delta', id: '0', delta }
  yield { type: 'text-end', id: '0' }
  yield finish('stop', asked, words.length)
}

const finish = (unified: 'stop' | 'tool-calls', asked: string, words: number): StreamPart => ({
  type: 'finish',
  finishReason: { unified, raw: undefined },
  usage: {
    inputTokens: { total: wordsOf(asked), noCache: wordsOf(asked), cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: words, text: words, reasoning: 0 },
  },
})

/** One word is one token to it. */
const wordsOf = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length

const lastUserText = (prompt: CallOptions['prompt']): string => {
  const last = prompt.findLast((message) => message.role === 'user')
  if (last === undefined) return ''
  return last.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** What came of its calls for the last message of the user. */
const resultsSince = (prompt: CallOptions['prompt']): readonly string[] => {
  const asked = prompt.findLastIndex((message) => message.role === 'user')
  return prompt
    .slice(asked + 1)
    .flatMap((message) =>
      message.role === 'tool'
        ? message.content.flatMap((part) => (part.type === 'tool-result' ? [outputText(part.output)] : []))
        : [],
    )
}

const outputText = (output: { readonly type: string; readonly value?: unknown }): string =>
  typeof output.value === 'string' ? output.value : ''
