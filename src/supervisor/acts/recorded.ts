import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError, type ErrorView } from '../../shared/domain/error.ts'
import type { Audit } from '../audit/audit.ts'
import { inTime } from '../in-time.ts'

/** What the record of an act that shuts out may cost it. */
const RECORD_WITHIN_MS = 2_000

/** `grants` lets somebody in or something begin; `restricts` shuts out or ends. */
export type Effect = 'grants' | 'restricts'

/**
 * One decision of the owner, written ahead. What grants does not happen without its record. What restricts happens
 * all the same: a disk that is full or hangs must not keep anybody in. The record that is missing then is told to
 * `onError`; one that is only late follows.
 */
export const recorded = async <T>(
  audit: Pick<Audit, 'perform' | 'intend' | 'conclude'>,
  effect: Effect,
  entry: AuditEntry,
  work: () => Promise<T>,
  onError: (error: unknown) => void,
): Promise<T> => {
  if (effect === 'grants') return audit.perform(entry, work)
  const intent = audit.intend(entry).catch((error: unknown) => {
    onError(error)
    return undefined
  })
  const known = await inTime(intent, RECORD_WITHIN_MS, LATE)
  if (known.kind === 'not') onError(new ClawdbotError(LATE.code, LATE.message, LATE.hint))
  const conclude = (result: string): void => {
    if (known.kind === 'not') void intent.then((ref) => ref && audit.conclude(ref, result))
    else if (known.value) audit.conclude(known.value, result)
  }
  try {
    const result = await work()
    conclude('done')
    return result
  } catch (error) {
    conclude('failed')
    throw error
  }
}

const LATE: ErrorView = {
  code: 'audit_unwritable',
  message: 'The audit did not answer in time.',
  hint: 'What was decided is done all the same. Check the disk of the state directory.',
}
