import { describe, expect, it } from 'vitest'
import { parseModelName } from './model-name.ts'

describe('a model name', () => {
  const good = [
    ['anthropic/claude-sonnet-5', 'anthropic-messages', 'anthropic', 'claude-sonnet-5'],
    ['openai/gpt-6', 'openai-responses', 'openai', 'gpt-6'],
    ['openai-compatible/qwen3:8b', 'openai-completions', 'openai-compatible', 'qwen3:8b'],
    ['openai-compatible/org/model.gguf', 'openai-completions', 'openai-compatible', 'org/model.gguf'],
    ['offline/obedient', 'offline', 'offline', 'obedient'],
  ] as const
  for (const [name, api, provider, model] of good) {
    it(`${name} is ${model} of ${provider}`, () => {
      expect(parseModelName(name)).toEqual({ api, provider, model })
    })
  }

  const bad = [
    '',
    '/',
    'claude',
    'anthropic/',
    '/claude',
    'Anthropic/x',
    'toString/x',
    '__proto__/x',
    'offline/other',
    'openai/a b',
  ]
  for (const name of bad) {
    it(`${JSON.stringify(name)} is none`, () => {
      expect(parseModelName(name)).toBeUndefined()
    })
  }
})
