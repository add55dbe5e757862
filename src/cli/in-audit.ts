import type { AuditEntry } from '../shared/domain/audit.ts'
import { toErrorView } from '../shared/domain/error.ts'
import { normalizeCode } from '../shared/domain/pairing.ts'
import type { ProviderId } from '../shared/domain/provider.ts'
import { listRequests } from '../shared/state/pairing-store.ts'
import { type Effect, recorded } from '../supervisor/acts/recorded.ts'
import { openAudit } from '../supervisor/audit/audit.ts'
import type { CliContext } from './context.ts'

/** One decision from the command line, written ahead as in the app. See `recorded` for what `effect` means. */
export const inAudit = async <T>(
  { paths, now, warn }: CliContext,
  effect: Effect,
  entry: Omit<AuditEntry, 'actor'>,
  work: () => Promise<T>,
): Promise<T> => {
  const complain = (error: unknown): void => {
    const { message, hint } = toErrorView(error)
    warn(`clawdbot: not in the audit: ${message}\n  ${hint}`)
  }
  const audit = await openAudit({ paths, now, onError: complain })
  try {
    return await recorded(audit, effect, { ...entry, actor: 'cli' }, work, complain)
  } finally {
    await audit.close()
  }
}

/** Whose code it is, for the record: the code itself belongs in no file that is kept. Nobody: an empty object. */
export const holderOf = async (
  { paths, now }: CliContext,
  provider: ProviderId,
  code: string,
): Promise<{ readonly sender?: string }> => {
  const wanted = normalizeCode(code)
  const holder = (await listRequests(paths, provider, now())).find((request) => request.code === wanted)
  return holder === undefined ? {} : { sender: holder.id }
}
