import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isErrno } from '../../../shared/domain/errno.ts'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { syncFolder, writeFileAtomic } from '../../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { readLatch, readWitnesses, type Witnesses } from './latch.ts'
import { MAX_JOURNAL_BYTES } from './latch-journal.ts'
import { appendToJournal } from './write-latch.ts'

/**
 * Ends the lockdown and starts nothing. First the record of it, with the owner's reason, is on disk; then the latch
 * file goes. What breaks off in between leaves it locked, and resuming again ends it. A stop that comes meanwhile
 * goes on holding, because the record names the stops that it ends; `known` is what the owner saw when they decided.
 * @throws ClawdbotError `latch_unwritable` if it could not be ended, `locked_down` if another stop came: then it
 *   still holds.
 */
export const resumeLatch = async (
  paths: StatePaths,
  resumed: { readonly at: number; readonly by: string; readonly reason: string },
  known?: Witnesses,
): Promise<void> => {
  const { latch, held, file } = await readWitnesses(paths)
  if (latch.kind === 'open') return
  if (known !== undefined && !held.every(({ id }) => known.held.some((stop) => stop.id === id)))
    throw stoppedAgain()
  const { at, by, reason, incident } = latch
  try {
    // While the latch file holds: a journal that is being replaced is no witness.
    if (file === 'there') await shorten(paths)
    const ends = held.map(({ id }) => id)
    await appendToJournal(paths, {
      version: 1,
      event: 'resumed',
      incident,
      ...resumed,
      ends,
      stopped: { at, by, reason },
    })
    if ((await readWitnesses(paths)).held.length === 0) await removeLatchFile(paths.lockdown)
  } catch (cause) {
    throw new ClawdbotError(
      'latch_unwritable',
      `the lockdown could not be ended: ${cause instanceof Error ? cause.message : String(cause)}`,
      `It still holds. Make ${paths.root} writable, then resume again.`,
      cause,
    )
  }
  if ((await readLatch(paths)).kind === 'open') return
  throw stoppedAgain()
}

export const stoppedAgain = (): ClawdbotError =>
  new ClawdbotError(
    'locked_down',
    'Not resumed: everything was stopped once more while the lockdown was being ended.',
    'Look at what happened, then resume again.',
  )

const removeLatchFile = async (path: string): Promise<void> => {
  try {
    await unlink(path)
  } catch (error) {
    // Something removed it before: the journal alone was the latch, and has been ended.
    if (!isErrno(error, 'ENOENT')) throw error
  }
  await syncFolder(dirname(path))
}

/** Keeps the last half of a journal that has grown too long. */
const shorten = async (paths: StatePaths): Promise<void> => {
  let tail: string
  try {
    const file = await open(paths.lockdowns, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const { size } = await file.stat()
      if (size <= MAX_JOURNAL_BYTES) return
      const bytes = Buffer.alloc(MAX_JOURNAL_BYTES / 2)
      await file.read(bytes, 0, bytes.length, size - bytes.length)
      const text = bytes.toString('utf8')
      tail = text.slice(text.indexOf('\n') + 1)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return
    throw error
  }
  await writeFileAtomic(paths.lockdowns, tail)
}
