import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { shortCode } from '../../../shared/domain/audit.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { createAuditLock } from '../audit-lock.ts'
import type { Fault } from '../fault.ts'
import { type AuditFiles, auditFiles } from '../format/audit-files.ts'
import { examine, isFresh } from './examine.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

export interface AuditReport {
  /** Everything is as it was written and signed. */
  readonly ok: boolean
  /** Records up to the first that is broken. */
  readonly records: number
  /** The hash of the last of them; empty where there is none. */
  readonly head: string
  /** The same as the screen shows it. */
  readonly code: string
  readonly checkpoints: number
  /** Torn ends that a crash left, each with a record of its own. */
  readonly repairs: number
  readonly firstBroken: Fault | null
  /** Nobody but the owner can mend it. Otherwise the next start does. */
  readonly needsRepair: boolean
  /** Where the code that was asked for stands in the chain. Null where none was asked for, or it is not in it. */
  readonly found: { readonly seq: number; readonly hash: string } | null
}

const NO_AUDIT: AuditReport = {
  ok: true,
  records: 0,
  head: '',
  code: '',
  checkpoints: 0,
  repairs: 0,
  firstBroken: null,
  needsRepair: false,
  found: null,
}

/** The whole chain of a snapshot. `code`: eight hexadecimal digits to look for. @throws what the disk says. */
export const verifySnapshot = async (
  files: AuditFiles,
  snapshot: Snapshot,
  code: string | undefined,
): Promise<AuditReport> => {
  if (await isFresh(files, snapshot)) return NO_AUDIT
  const wanted = code?.toLowerCase()
  let found: AuditReport['found'] = null
  const seen = await examine(files, snapshot, 'whole', ({ seq, hash }) => {
    if (wanted !== undefined && hash.startsWith(wanted)) found = { seq, hash }
  })
  const head = seen.end.seq === 0 ? '' : seen.end.hash
  return {
    ok: seen.broken === undefined && seen.mendable === undefined,
    records: seen.end.seq,
    head,
    code: shortCode(head),
    checkpoints: seen.checkpoints.count,
    repairs: seen.repairs,
    firstBroken: seen.broken ?? seen.mendable ?? null,
    needsRepair: seen.broken !== undefined,
    found,
  }
}

/**
 * Reads the whole audit and holds it against what was signed; changes nothing but the lock, which is held for a
 * moment only. What it can not find: that the whole state directory was put back to an earlier copy of itself.
 * For that the owner compares the head's code with one that was noted earlier (`code`).
 * Errors: `audit_unwritable` where another process holds the lock and does not go on.
 */
export const verifyAudit = async (paths: StatePaths, code?: string): Promise<AuditReport> => {
  const files = auditFiles(paths)
  return verifySnapshot(files, await snapshotOf(files), code)
}

const snapshotOf = async (files: AuditFiles): Promise<Snapshot> => {
  // Where nobody can write nobody writes: no folder, or a copy on a read-only disk, needs no lock.
  const writable = await access(files.folder, constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!writable) return takeSnapshot(files)
  const lock = createAuditLock(files.folder)
  try {
    return await lock.hold(() => takeSnapshot(files))
  } finally {
    await lock.close()
  }
}
