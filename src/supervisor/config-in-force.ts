import { createHash } from 'node:crypto'
import type { Config } from '../shared/state/config/schema.ts'
import { redactorOf } from './logs/redactor-of.ts'

/** The last valid config, and every secret that this run has seen in one. */
export interface ConfigInForce {
  readonly adopt: (config: Config) => void
  /** Null before the first valid one. */
  readonly now: () => Config | null
  /** Knows also the secrets that a rotation has replaced: they stand in what was kept before it. */
  readonly redact: () => (text: string) => string
  /** The same secrets, as they stand there. */
  readonly secrets: () => readonly string[]
}

/** `onChange` hears of a config that differs from the one before, by its SHA-256. */
export const createConfigInForce = (onChange: (sha256: string) => void): ConfigInForce => {
  let config: Config | null = null
  const secrets = new Set<string>()
  return {
    adopt(next) {
      if (config !== null && hashOf(config) !== hashOf(next)) onChange(hashOf(next))
      config = next
      for (const secret of next.secrets) secrets.add(secret)
    },
    now: () => config,
    redact: () => redactorOf([...secrets]),
    secrets: () => [...secrets],
  }
}

const hashOf = (config: Config): string =>
  createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16)
