import { isProvenStopped, type StopResultView } from '../shared/contracts/stop-views.ts'
import type { Config } from '../shared/state/config/schema.ts'
import type { Hands } from './assemble-hands.ts'
import type { ConfigInForce } from './config-in-force.ts'
import { createIncidentDesk, type IncidentDesk } from './incident/incident-desk.ts'
import type { SupervisorLog } from './logs/supervisor-log.ts'
import { pastLockdowns } from './stop/latch/latch.ts'
import { createLockdown, type Lockdown, type LockdownOptions } from './stop/lockdown.ts'
import type { StateFeed } from './view/state-feed.ts'

export interface StoppingOptions extends Omit<LockdownOptions, 'redact' | 'resultOf' | 'onChange' | 'now'> {
  readonly now: () => number
  readonly config: Pick<ConfigInForce, 'redact'>
  readonly hands: Pick<Hands, 'lock' | 'unlock'>
  readonly feed: StateFeed
  readonly log: SupervisorLog
  readonly onError: (error: unknown) => void
}

/** STOP, and what it leaves to work through. */
export interface Stopping extends Pick<Lockdown, 'follow' | 'resume'> {
  readonly incidents: IncidentDesk
  readonly adopt: (config: Config) => void
  /** Never throws. `by` ends “stopped by”. */
  readonly stop: (by: string, reason: string) => Promise<StopResultView>
  /** Resolves when no stop is under way. */
  readonly settled: () => Promise<void>
}

export const createStopping = (options: StoppingOptions): Stopping => {
  const { paths, env, now, config, hands, feed, log, onError } = options
  /** Those that are under way. */
  const stops = new Set<Promise<unknown>>()

  const incidents = createIncidentDesk({
    paths,
    env,
    now,
    redact: config.redact,
    onChange: (view) => feed.update({ incident: view }),
    onError,
  })
  const showPast = async (): Promise<void> => feed.update({ pastLockdowns: await pastLockdowns(paths) })

  const lockdown = createLockdown({
    ...options,
    redact: config.redact,
    resultOf: incidents.result,
    onChange: (view) => {
      feed.update({ lockdown: view })
      if (view === null) {
        hands.unlock()
        incidents.close()
      } else {
        hands.lock()
        if (view.incident !== '') void incidents.open(view.incident).catch(onError)
      }
      void showPast().catch(onError)
    },
  })

  return {
    incidents,
    adopt: incidents.setConfig,
    follow: lockdown.follow,
    resume: lockdown.resume,
    async stop(by, reason) {
      hands.lock()
      const stopping = lockdown.stop(by, reason)
      stops.add(stopping)
      const result = await stopping
      stops.delete(stopping)
      const proven = isProvenStopped(result)
      log.warn(proven ? 'everything was stopped' : 'not everything is proven to be stopped', {
        by,
        reason,
        result,
      })
      return result
    },
    settled: async () => {
      await Promise.allSettled(stops)
    },
  }
}
