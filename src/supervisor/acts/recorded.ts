import type { AuditEntry } from '../../shared/domain/audit.ts'
import type { Audit } from '../audit/audit.ts'

/** `grants` lets somebody in or something begin; `restricts` shuts out or ends. */
export type Effect = 'grants' | 'restricts'

/**
 * One decision of the owner, written ahead. What grants does not happen without its record. What restricts happens
 * all the same: a full disk must not keep anybody in. The record that is missing then is told to `onError`.
 */
export const recorded = async <T>(
  audit: Pick<Audit, 'perform' | 'intend' | 'conclude'>,
  effect: Effect,
  entry: AuditEntry,
  work: () => Promise<T>,
  onError: (error: unknown) => void,
): Promise<T> => {
  if (effect === 'grants') return audit.perform(entry, work)
  const ref = await audit.intend(entry).catch((error: unknown) => {
    onError(error)
    return undefined
  })
  try {
    const result = await work()
    if (ref) audit.conclude(ref, 'done')
    return result
  } catch (error) {
    if (ref) audit.conclude(ref, 'failed')
    throw error
  }
}
