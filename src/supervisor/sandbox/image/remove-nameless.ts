import { setTimeout as pause } from 'node:timers/promises'
import { createEngineClient } from '../../docker/engine-client.ts'
import { IMAGE_LABEL } from './recipe.ts'

/** Milliseconds. */
const WITHIN = 30_000
const LOOK_EVERY = 100
/** So often it is looked for what Docker holds for a moment still; then it stays, and costs room and nothing else. */
const LOOKS = 50

/**
 * Removes images of ours without a name: one that a new one has replaced, and the steps of a build that did not end
 * well, which Docker lets go of some time after the build (`until gone`). Never throws.
 */
export const removeNameless = async (env: NodeJS.ProcessEnv, how: 'once' | 'until gone'): Promise<void> => {
  const engine = createEngineClient(env, { signal: new AbortController().signal, holds: 'process' })
  const filters = JSON.stringify({ dangling: ['true'], label: [IMAGE_LABEL] })
  const query = new URLSearchParams({ filters }).toString()
  for (let look = 0; look < LOOKS; look += 1) {
    await engine.ask({ method: 'POST', path: `/images/prune?${query}`, within: WITHIN })
    if (how === 'once') return
    const left = await engine.ask({ method: 'GET', path: `/images/json?${query}`, within: WITHIN })
    if (left.kind !== 'answer' || left.body.trim() === '[]') return
    await pause(LOOK_EVERY)
  }
}
