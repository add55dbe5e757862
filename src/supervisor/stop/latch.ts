import { lstatSync } from 'node:fs'
import { appendFile, lstat, open, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { isErrno, readTextBounded, syncFolder, writeFileAtomic } from '../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

const MAX_LATCH_BYTES = 64 * 1024

const latchFile = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  at: z.number().int().nonnegative(),
  by: z.string(),
  reason: z.string(),
})

export interface Lock {
  readonly at: number
  /** Who stopped it: `app`, `cli`; empty where the file does not say. */
  readonly by: string
  readonly reason: string
}

export type LatchState = { readonly kind: 'open' } | ({ readonly kind: 'locked' } & Lock)

/**
 * Is there a lockdown? The presence of the file is the answer, whatever is in it or however it can not be
 * read: only its certain absence means that there is none.
 */
export const readLatch = async (paths: StatePaths): Promise<LatchState> => {
  let at: number
  try {
    at = Math.trunc((await lstat(paths.lockdown)).mtimeMs)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return { kind: 'open' }
    return {
      kind: 'locked',
      at: 0,
      by: '',
      reason: `the lockdown file can not be looked at: ${reasonOf(error)}`,
    }
  }
  try {
    const text = await readTextBounded(paths.lockdown, MAX_LATCH_BYTES)
    const parsed = latchFile.safeParse(JSON.parse(text ?? ''))
    if (parsed.success) return { kind: 'locked', ...parsed.data }
  } catch {
    // Unreadable or not JSON: locked all the same, which is what the lines below say.
  }
  return { kind: 'locked', at, by: '', reason: 'the lockdown file can not be read, which counts as locked' }
}

/** The same without waiting, for the moment before a launch. */
export const isLatched = (paths: StatePaths): boolean => {
  try {
    lstatSync(paths.lockdown)
    return true
  } catch (error) {
    return !isErrno(error, 'ENOENT')
  }
}

/**
 * Latches, durably. A lockdown that holds already keeps its first record. On a full disk the empty file alone
 * is tried, because its presence is enough.
 * @throws ClawdbotError `latch_unwritable` if there is no latch on disk now.
 */
export const writeLatch = async (paths: StatePaths, lock: Lock): Promise<void> => {
  if ((await readLatch(paths)).kind === 'locked' && (await isOnDisk(paths.lockdown))) return
  try {
    await writeFileAtomic(paths.lockdown, `${JSON.stringify({ version: 1, ...lock }, null, 2)}\n`)
  } catch (cause) {
    await writeEmptyLatch(paths.lockdown, cause)
  }
}

const isOnDisk = async (path: string): Promise<boolean> => {
  try {
    await lstat(path)
    return true
  } catch {
    // Unknown is not on disk: writing it again can not harm.
    return false
  }
}

const writeEmptyLatch = async (path: string, cause: unknown): Promise<void> => {
  try {
    const file = await open(path, 'a', 0o600)
    try {
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(dirname(path))
  } catch {
    // The first failure is the one to tell.
    throw new ClawdbotError(
      'latch_unwritable',
      `the lockdown could not be written to ${path}: ${reasonOf(cause)}`,
      'What runs was killed, but a new start is not prevented. Make the folder writable and stop again.',
      cause,
    )
  }
}

/**
 * Ends the lockdown and starts nothing. The record of it, with the owner's reason, is on disk before the
 * latch goes.
 * @throws ClawdbotError `latch_unwritable` if the latch can not be removed: then it still holds.
 */
export const resumeLatch = async (
  paths: StatePaths,
  resumed: { readonly at: number; readonly by: string; readonly reason: string },
): Promise<void> => {
  const latch = await readLatch(paths)
  if (latch.kind === 'open') return
  const { at, by, reason } = latch
  try {
    // The line break before it ends a line that a crash has torn.
    const line = `\n${JSON.stringify({ version: 1, stopped: { at, by, reason }, resumed })}\n`
    await appendFile(recordsOf(paths), line, { mode: 0o600, flush: true })
    await unlink(paths.lockdown)
    await syncFolder(dirname(paths.lockdown))
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return
    throw new ClawdbotError(
      'latch_unwritable',
      `the lockdown could not be ended: ${reasonOf(cause)}`,
      `It still holds. Make ${paths.root} writable, then resume again.`,
      cause,
    )
  }
}

const recordsOf = (paths: StatePaths): string => join(paths.root, 'lockdowns.jsonl')

const MAX_RECORDS_BYTES = 16 * 1024 * 1024

const record = z.object({ version: z.literal(1), resumed: z.object({ at: z.number() }) })

/**
 * When the last lockdown ended, milliseconds since the epoch; 0 where there was none, and infinity where the
 * record can not be read: what may have been stopped is never taken up again on a guess.
 */
export const lastResumedAt = async (paths: StatePaths): Promise<number> => {
  try {
    const text = await readTextBounded(recordsOf(paths), MAX_RECORDS_BYTES)
    const last = text?.trimEnd().split('\n').at(-1)
    return last === undefined || last === '' ? 0 : record.parse(JSON.parse(last)).resumed.at
  } catch {
    // Refusing to start for it would keep the owner from their agent; giving up old messages does not.
    return Number.POSITIVE_INFINITY
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
