import { mkdir, readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { AuditActor } from '../../shared/domain/audit.ts'
import { isErrno } from '../../shared/domain/errno.ts'
import { syncFolder } from '../../shared/state/atomic-file.ts'
import { makePrivateDir, type StatePaths } from '../../shared/state/state-dir.ts'
import { createAuditLock } from './audit-lock.ts'
import { auditFailure, type Fault, faultText } from './fault.ts'
import { type AuditFiles, auditFiles, segmentOf, stampOf } from './format/audit-files.ts'
import { addCheckpoint, beginChain } from './format/chain-file.ts'
import { takeSnapshot } from './verify/snapshot.ts'
import { verifySnapshot } from './verify/verify-audit.ts'

export type AuditRepair =
  /** Nothing is broken: nothing was done. */
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'repaired'
      readonly movedTo: string
      readonly fault: Fault
      /** Records that stood before the broken one. */
      readonly records: number
    }

/**
 * The owner's word that a broken audit is set aside, under `audit/broken-<time>/`, and a new chain begins. Its first
 * record says what was broken, and how the old chain ended as far as it was whole. Nothing is deleted. Where it is cut
 * short it can be done again. Errors: `audit_unwritable`.
 */
export const repairAudit = async (
  paths: StatePaths,
  { now, actor }: { readonly now: () => number; readonly actor: AuditActor },
): Promise<AuditRepair> => {
  const files = auditFiles(paths)
  await makePrivateDir(files.folder)
  const lock = createAuditLock(files.folder)
  try {
    return await lock.hold(async () => {
      const { needsRepair, firstBroken, records, head } = await verifySnapshot(
        files,
        await takeSnapshot(files),
        undefined,
      )
      if (!needsRepair || firstBroken === null) return { kind: 'whole' }
      const movedTo = await setAside(files, now())
      const detail = {
        after: basename(movedTo),
        broken: faultText({ ...firstBroken, file: basename(firstBroken.file) }),
        wholeRecords: records,
        wholeHead: head,
      }
      const chain = await beginChain(files, { at: now(), actor, detail })
      await addCheckpoint(files, chain, now())
      return { kind: 'repaired', movedTo, fault: firstBroken, records }
    })
  } catch (error) {
    throw auditFailure(error, files.folder)
  } finally {
    await lock.close()
  }
}

/** The head outside the folder goes last: until then what is left here is still seen to be broken. */
const setAside = async (files: AuditFiles, at: number): Promise<string> => {
  const target = await newFolder(join(files.folder, `broken-${stampOf(at)}`))
  const own = new Set(
    [files.checkpoints, files.head, files.signingKey, files.publicKey].map((path) => basename(path)),
  )
  for (const name of await readdir(files.folder)) {
    if (segmentOf(name) === undefined && !own.has(name)) continue
    await rename(join(files.folder, name), join(target, name))
  }
  await syncFolder(target)
  await syncFolder(files.folder)
  await rename(files.anchor, join(target, basename(files.anchor))).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error
  })
  await syncFolder(target)
  await syncFolder(files.root)
  return target
}

const newFolder = async (path: string): Promise<string> => {
  for (let attempt = 0; ; attempt += 1) {
    const folder = attempt === 0 ? path : `${path}-${String(attempt)}`
    try {
      await mkdir(folder, { mode: 0o700 })
      return folder
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error
    }
  }
}
