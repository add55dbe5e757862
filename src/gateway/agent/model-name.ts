/** Which wire format a model speaks, in the words of pi's session format. */
type ModelApi = 'anthropic-messages' | 'openai-responses' | 'openai-completions' | 'offline'

/** A model by the three names that a transcript records. */
export interface ModelRef {
  readonly api: ModelApi
  /** `anthropic`, `openai`, `openai-compatible` or `offline`. */
  readonly provider: string
  /** Everything behind the first slash; a local server's names may contain further ones. */
  readonly model: string
}

const APIS: Readonly<Record<string, ModelApi>> = {
  anthropic: 'anthropic-messages',
  openai: 'openai-responses',
  'openai-compatible': 'openai-completions',
  offline: 'offline',
}

export const MODEL_NAME_HINT =
  'anthropic/<model>, openai/<model>, openai-compatible/<model> or offline/obedient'

/** `anthropic/claude-sonnet-5` and the like; undefined for every other form. */
export const parseModelName = (name: string): ModelRef | undefined => {
  const slash = name.indexOf('/')
  if (slash < 1) return undefined
  const provider = name.slice(0, slash)
  const model = name.slice(slash + 1)
  const api = Object.hasOwn(APIS, provider) ? APIS[provider] : undefined
  if (api === undefined || !/^\S{1,200}$/.test(model)) return undefined
  if (api === 'offline' && model !== 'obedient') return undefined
  return { api, provider, model }
}
