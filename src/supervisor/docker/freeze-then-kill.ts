import type { EngineAnswer, EngineClient } from './engine-client.ts'
import type { OurContainer } from './our-containers.ts'
import type { StopLimits } from './stop-limits.ts'

export interface Strike {
  /** Milliseconds as `elapsed` says them; null: it could not be frozen. `gone`: there was nothing to freeze. */
  readonly frozen: number | null | 'gone'
  /** The engine did something to it, so it was there. Whether it is dead has to be looked at. */
  readonly wasThere: boolean
}

export interface StrikeOptions {
  readonly engine: EngineClient
  readonly limits: StopLimits
  readonly elapsed: () => number
  /** Called as soon as it is known whether it could be frozen, before the kill. */
  readonly onFrozen: (frozen: Strike['frozen']) => void
}

const succeeded = (answer: EngineAnswer): boolean =>
  answer.kind === 'answer' && answer.status >= 200 && answer.status < 300

/** No such container, or (409) one that does not run. */
const isNotThere = (answer: EngineAnswer): boolean =>
  answer.kind === 'answer' &&
  (answer.status === 404 || (answer.status === 409 && /is not running/.test(answer.body)))

/**
 * Freezes one container, so that nothing in it does another step, and kills it as soon as it is frozen or can not be.
 * Never throws. Several may be under way for the same container.
 */
export const freezeThenKill = async (
  container: Pick<OurContainer, 'id' | 'state'>,
  { engine, limits, elapsed, onFrozen }: StrikeOptions,
): Promise<Strike> => {
  const path = `/containers/${container.id}`
  const post = (act: string, within: number): Promise<EngineAnswer> =>
    engine.ask({ method: 'POST', path: `${path}/${act}`, within })

  if (container.state === 'created') {
    // It has done nothing yet and holds nothing; all that it could still do is start.
    const removed = await engine.ask({ method: 'DELETE', path: `${path}?force=1`, within: limits.kill })
    onFrozen('gone')
    return { frozen: 'gone', wasThere: succeeded(removed) }
  }

  const paused = container.state === 'paused' ? undefined : await post('pause', limits.freeze)
  const isFrozen =
    paused === undefined ||
    succeeded(paused) ||
    (paused.kind === 'answer' && /already paused/.test(paused.body))
  const frozen = isFrozen ? elapsed() : isNotThere(paused) ? 'gone' : null
  onFrozen(frozen)
  const killed = await post('kill?signal=SIGKILL', limits.kill)
  // With control groups of version 1 a SIGKILL waits for the thaw. Engines thaw by themselves; one that did not is helped.
  if (isFrozen && !succeeded(killed) && !isNotThere(killed)) await post('unpause', limits.freeze)
  return { frozen, wasThere: isFrozen || succeeded(killed) }
}
