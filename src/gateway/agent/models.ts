import type { LanguageModel } from 'ai'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { ModelRef } from './model-name.ts'

export interface ModelAccess {
  readonly apiKey?: string | undefined
  /** Required for `openai-compatible`; replaces the vendor's own address for the others. */
  readonly baseUrl?: string | undefined
}

const ANTHROPIC_URL = 'https://api.anthropic.com/v1'
const OPENAI_URL = 'https://api.openai.com/v1'

/**
 * The AI SDK's model for a name. Its packages are loaded here, on first use. Key and address are always passed:
 * what is left out, those packages would take from the environment.
 * @throws ClawdbotError `model_failed` if the key or the address is missing.
 */
export const loadModel = async (ref: ModelRef, access: ModelAccess): Promise<LanguageModel> => {
  switch (ref.api) {
    case 'anthropic-messages': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ apiKey: keyOf(ref, access), baseURL: access.baseUrl ?? ANTHROPIC_URL })(
        ref.model,
      )
    }
    case 'openai-responses': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ apiKey: keyOf(ref, access), baseURL: access.baseUrl ?? OPENAI_URL })(ref.model)
    }
    case 'openai-completions': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      if (access.baseUrl === undefined) {
        throw new ClawdbotError(
          'model_failed',
          `${ref.provider}/${ref.model} has no address`,
          'Set agent.baseUrl in clawdbot.json, such as http://127.0.0.1:11434/v1 for Ollama.',
        )
      }
      return createOpenAICompatible({
        name: ref.provider,
        baseURL: access.baseUrl,
        includeUsage: true,
        // A local server needs none.
        ...(access.apiKey === undefined ? {} : { apiKey: access.apiKey }),
      })(ref.model)
    }
    case 'offline': {
      const { createOfflineModel } = await import('./offline-model.ts')
      return createOfflineModel()
    }
    default:
      return assertNever(ref.api)
  }
}

const keyOf = (ref: ModelRef, access: ModelAccess): string => {
  if (access.apiKey !== undefined && access.apiKey !== '') return access.apiKey
  throw new ClawdbotError(
    'model_failed',
    `${ref.provider}/${ref.model} has no API key`,
    'Set agent.apiKey in clawdbot.json, or use offline/obedient, which needs none.',
  )
}
