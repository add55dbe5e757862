import { randomBytes } from 'node:crypto'
import { link, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { readBounded, writeDurably } from '../../shared/state/atomic-file.ts'
import { makePrivateDir } from '../../shared/state/state-dir.ts'
import { ownIdentity, processTable } from '../processes/process-table.ts'
import { auditFailure } from './fault.ts'

const MAX_BYTES = 1_024
const GIVE_UP_MS = 5_000
/** After that, until the lock was had again: who did not go on for so long is not waited for as long each time. */
const GIVE_UP_AGAIN_MS = 250
/** Whether the holder lives is asked no more often: on macOS it takes a process of its own. */
const LOOK_EVERY_MS = 100

const holderFile = z.object({
  pid: z.number().int().positive(),
  start: z.string(),
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
})
type Holder = z.infer<typeof holderFile>

export interface AuditLock {
  /** Runs `work` while nobody else, in this or another process, holds the lock. Not reentrant, one at a time. */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>
  /** Takes this process's name off the folder. */
  readonly close: () => Promise<void>
}

/**
 * The lock of the audit's folder. It never goes by time: a slow disk must not fork the chain, and a successor must not
 * wait for the killed. It is a hard link, named `lock`, to a file that says who holds it, so it is made in one step
 * and never seen half. It is taken away from a process only when that process is provably gone.
 *
 * Two that see the same dead holder: the right to remove its lock is a file of its own, `steal-<holder>`, again a
 * hard link that one of them gets. If that one dies too, the right to its right is `steal-<thief>`, and so on. Names are
 * never used twice, so whoever comes late finds, having looked at the lock again, that there is nothing to remove.
 * Errors: `audit_unwritable`.
 */
export const createAuditLock = (folder: string, giveUpMs = GIVE_UP_MS): AuditLock => {
  const self: Holder = { ...ownIdentity(), nonce: randomBytes(8).toString('hex') }
  const claim = join(folder, `claim-${self.nonce}`)
  const path = join(folder, 'lock')
  let swept = false
  let patience = giveUpMs

  const tryLink = async (to: string): Promise<'made' | 'exists'> => {
    for (;;) {
      try {
        await link(claim, to)
        return 'made'
      } catch (error) {
        if (isErrno(error, 'EEXIST')) return 'exists'
        if (!isErrno(error, 'ENOENT')) throw auditFailure(error, folder)
      }
      try {
        await makePrivateDir(folder)
        await writeDurably(claim, JSON.stringify(self))
      } catch (error) {
        throw auditFailure(error, folder)
      }
    }
  }

  const acquire = async (): Promise<void> => {
    const begin = performance.now()
    let looked = begin - LOOK_EVERY_MS / 2
    while ((await tryLink(path)) === 'exists') {
      const now = performance.now()
      if (now - looked >= LOOK_EVERY_MS) {
        looked = now
        // Left behind because it could not be removed when it was given back. One at a time: nobody else here has it.
        if ((await readHolder(path))?.nonce === self.nonce) break
        await removeIfDead(path, tryLink, self)
      }
      if (now - begin > patience) {
        patience = Math.min(giveUpMs, GIVE_UP_AGAIN_MS)
        throw held(path, await readHolder(path))
      }
      await sleep(1 + Math.random() * 3)
    }
    patience = giveUpMs
    if (!swept) await sweep(folder, self).catch(() => undefined) // Left-overs cost nothing but their names.
    swept = true
  }

  return {
    hold: async (work) => {
      await acquire()
      try {
        return await work()
      } finally {
        // Where even this fails, the disk is gone. The next turn of this process finds the lock to be its own.
        await unlink(path).catch(() => undefined)
      }
    },
    close: () => unlink(claim).catch(() => undefined),
  }
}

const removeIfDead = async (
  path: string,
  tryLink: (to: string) => Promise<'made' | 'exists'>,
  self: Holder,
): Promise<void> => {
  const holder = await readHolder(path)
  if (holder === undefined || !isGone(holder)) return
  let prey = holder
  const rights: string[] = []
  for (;;) {
    const right = join(path, '..', `steal-${prey.nonce}`)
    rights.push(right)
    if ((await tryLink(right)) === 'made') break
    const thief = await readHolder(right)
    if (thief === undefined || thief.nonce === self.nonce || !isGone(thief)) return
    prey = thief
  }
  // From here on nobody else may remove this holder's lock.
  if ((await readHolder(path))?.nonce === holder.nonce) await removeIfThere(path)
  for (const right of rights) await removeIfThere(right)
}

const removeIfThere = async (path: string): Promise<void> => {
  try {
    await unlink(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw auditFailure(error, path)
  }
}

/** Undefined where there is none, and where it can not be read: what nobody can name, nobody may declare dead. */
const readHolder = async (path: string): Promise<Holder | undefined> => {
  const found = await readBounded(path, MAX_BYTES)
  if (found.kind !== 'text') return undefined
  try {
    return holderFile.safeParse(JSON.parse(found.text)).data
  } catch {
    // Not written by us.
    return undefined
  }
}

/** Provably: the system knows no such process, or knows another one by that number. */
const isGone = ({ pid, start }: Holder): boolean => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return true
  }
  const found = processTable.read(pid)
  // Where /proc is read, what is not in it is dead; a `ps` that failed says nothing.
  if (found === undefined) return process.platform === 'linux'
  return found.start !== start
}

/** By the holder only, when every lock that anybody could still want to remove is gone. */
const sweep = async (folder: string, self: Holder): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (/^steal-[0-9a-f]{16}$/.test(name)) await removeIfThere(path)
    if (!/^claim-[0-9a-f]{16}$/.test(name) || name === `claim-${self.nonce}`) continue
    const owner = await readHolder(path)
    if (owner !== undefined && isGone(owner)) await removeIfThere(path)
  }
}

const held = (path: string, holder: Holder | undefined): ClawdbotError =>
  new ClawdbotError(
    'audit_unwritable',
    holder === undefined
      ? `The audit is locked by ${path}, which does not say by whom.`
      : `The audit is held by process ${String(holder.pid)}, which does not go on.`,
    holder === undefined
      ? 'If no other Clawdbot runs, remove that file.'
      : `End that process: kill -9 ${String(holder.pid)}.`,
  )
