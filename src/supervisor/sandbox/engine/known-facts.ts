import type { BoxEngine } from './box-engine.ts'
import type { EngineFacts } from './engine-facts.ts'

/** What is known of the engine, asked for once. */
export interface KnownFacts {
  /** Errors: `docker_unreachable`. */
  readonly ask: () => Promise<EngineFacts>
  /** Undefined before it has answered. */
  readonly now: () => EngineFacts | undefined
  /** Another engine may be there when it answers again. */
  readonly forget: () => void
}

export const createKnownFacts = (engine: Pick<BoxEngine, 'facts'>): KnownFacts => {
  let facts: EngineFacts | undefined
  return {
    ask: async () => (facts ??= await engine.facts()),
    now: () => facts,
    forget: () => {
      facts = undefined
    },
  }
}
