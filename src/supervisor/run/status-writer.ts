import type { ProviderView } from '../../shared/contracts/app-state.ts'
import type { RunnerView } from '../children/gateway-runner.ts'
import { coalesce } from '../coalesce.ts'
import type { Claim, RunStatus } from './run-file.ts'

export interface StatusWriter {
  /** Writes down a run before its process exists. */
  readonly beginRun: (runId: string) => Promise<void>
  /** Writes what is true now; calls while it writes share one further write. */
  readonly save: () => Promise<void>
  /** The last one: the state directory is free afterwards. */
  readonly close: () => Promise<void>
}

/** Keeps run.json true: for `clawdbot status`, for STOP from elsewhere, and for the next supervisor. */
export const createStatusWriter = (
  claim: Claim,
  look: () => { readonly view: RunnerView; readonly providers: readonly ProviderView[] },
): StatusWriter => {
  let runId = claim.previous?.runId ?? ''
  let closed = false

  const statusNow = (): RunStatus => {
    const { view, providers } = look()
    const { state, pid, start } = view
    return {
      runId,
      gateway: pid === null ? null : { pid, start },
      phase: state.phase,
      since: state.since,
      error: state.phase === 'failed' || state.phase === 'backing-off' ? state.error.message : '',
      // Of a link its number, and nothing else: a code that can be scanned stands in no file of this kind.
      providers: providers.map(({ provider, state: connection, detail, link }) => ({
        provider,
        state: connection,
        detail,
        number: link?.self?.number ?? '',
      })),
    }
  }
  const save = coalesce(async () => {
    if (!closed) await claim.write(statusNow())
  })

  return {
    async beginRun(next) {
      runId = next
      await save()
    },
    save,
    async close() {
      // Waits for a write under way, so that it does not bring the file back.
      await save().catch(() => undefined)
      closed = true
      await claim.release()
    },
  }
}
