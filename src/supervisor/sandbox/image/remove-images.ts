import { setTimeout as pause } from 'node:timers/promises'
import type { EngineClient } from '../../docker/engine-client.ts'
import { findImage } from './look-at-image.ts'
import { IMAGE_LABEL } from './recipe.ts'

/** Milliseconds. */
const WITHIN = 30_000
const LOOK_EVERY = 100
/** So often it is looked for what Docker holds for a moment still; then it stays, and costs room and nothing else. */
const LOOKS = 50

/**
 * Removes the steps of a build that did not end well, which have no name. Docker lets go of the last of them some time
 * after the build. `hash`: of the recipe. Never throws.
 */
export const removeSteps = async (engine: EngineClient, hash: string): Promise<void> => {
  const filters = JSON.stringify({ dangling: ['true'], label: [`${IMAGE_LABEL}=${hash}`] })
  const query = new URLSearchParams({ filters }).toString()
  for (let look = 0; look < LOOKS; look += 1) {
    await engine.ask({ method: 'POST', path: `/images/prune?${query}`, within: WITHIN })
    const left = await engine.ask({ method: 'GET', path: `/images/json?${query}`, within: WITHIN })
    if (left.kind !== 'answer' || left.body.trim() === '[]') return
    await pause(LOOK_EVERY)
  }
}

/** Removes an image that a new one has replaced; not one that has another name, or that a container uses. Never throws. */
export const removeReplaced = async (engine: EngineClient, id: string): Promise<void> => {
  const found = await findImage(engine, id)
  if (found.kind !== 'present' || found.names > 0) return
  await engine.ask({ method: 'DELETE', path: `/images/${id}`, within: WITHIN })
}
