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
  const reply = offlineReply(asked)
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
  yield {
    type: 'finish',
    finishReason: { unified: 'stop', raw: undefined },
    usage: {
      inputTokens: { total: wordsOf(asked), noCache: wordsOf(asked), cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: words.length, text: words.length, reasoning: 0 },
    },
  }
}

/** One word is one token to it. */
const wordsOf = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length

const lastUserText = (prompt: CallOptions['prompt']): string => {
  const last = prompt.findLast((message) => message.role === 'user')
  if (last === undefined) return ''
  return last.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
