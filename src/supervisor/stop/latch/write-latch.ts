import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isErrno } from '../../../shared/domain/errno.ts'
import { ClawdbotError, type ErrorView } from '../../../shared/domain/error.ts'
import { syncFolder, writeFileAtomic } from '../../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { inTime } from '../../in-time.ts'
import { incidentFolder, incidentName } from '../../incident/incident-name.ts'
import { readWitnesses } from './latch.ts'

/** One stop, as it is recorded. */
export interface StopRecord {
  readonly at: number
  readonly by: string
  readonly reason: string
  /** Unlike that of any other stop: a resume names by it what it ends. */
  readonly id: string
}

export interface Latched {
  /** The incident that this stop belongs to: that of the lockdown which holds already, else a new one. */
  readonly incident: string
  /** What kept one of the two witnesses from being written; the other one holds. */
  readonly missing: readonly string[]
}

/**
 * Latches, durably, in two places at once: the latch file and the journal of lockdowns. Either one is a latch. A
 * lockdown that holds already keeps its first record in the file; the journal gets a line for each stop. On a full
 * disk the empty file alone is tried, because its presence is enough.
 * @throws ClawdbotError `latch_unwritable` if neither is on disk now.
 */
export const writeLatch = async (paths: StatePaths, stop: StopRecord): Promise<Latched> => {
  const { latch, file } = await readWitnesses(paths)
  const held = latch.kind === 'locked' ? latch : undefined
  const incident =
    held === undefined || held.incident === '' ? await newIncident(paths, stop.at) : held.incident
  const { at, by, reason } = stop
  const begun = held === undefined || held.by === '' ? { at, by, reason } : held
  const record = { version: 1, at: begun.at, by: begun.by, reason: begun.reason, incident }
  const outcomes = await Promise.all([
    inTime(
      file === 'there' ? makeDurable(paths.lockdown) : writeLatchFile(paths.lockdown, record),
      WITHIN_MS,
      late,
    ),
    inTime(appendToJournal(paths, { version: 1, event: 'stopped', incident, ...stop }), WITHIN_MS, late),
  ])
  const failures = outcomes.flatMap((outcome) => (outcome.kind === 'not' ? [outcome.error] : []))
  const [first] = failures
  if (first !== undefined && failures.length === outcomes.length) throw unwritable(paths, first.message)
  return { incident, missing: failures.map(({ message }) => message) }
}

/** A record that a disk does not take in this time is done without, if the other one is there. */
const WITHIN_MS = 800
const late: ErrorView = {
  code: 'latch_unwritable',
  message: `the disk did not answer within ${String(WITHIN_MS)} ms`,
  hint: 'Check the disk of the state directory.',
}

/** The latch file again, where something removed it while the journal says that the lockdown holds. */
export const restoreLatchFile = (
  paths: StatePaths,
  { at, by, reason, incident }: Omit<StopRecord, 'id'> & { readonly incident: string },
): Promise<void> => writeLatchFile(paths.lockdown, { version: 1, at, by, reason, incident })

/**
 * Is there still a latch for this stop? A resume that began before it may have taken away what it relied on. Then it
 * latches again; a resume that names this very stop has ended it.
 * @throws ClawdbotError `latch_unwritable`.
 */
export const keepLatched = async (paths: StatePaths, stop: StopRecord): Promise<'held' | 'again'> => {
  const { latch } = await readWitnesses(paths)
  if (latch.kind === 'locked') return 'held'
  await writeLatch(paths, stop)
  return 'again'
}

/** Appends one line, durably. The line break before it ends a line that a crash has torn. */
export const appendToJournal = async (paths: StatePaths, line: object): Promise<void> => {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants
  const file = await open(paths.lockdowns, O_WRONLY | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0), 0o600)
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${paths.lockdowns} is not a file`)
    await file.writeFile(`\n${JSON.stringify(line)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await syncFolder(dirname(paths.lockdowns))
}

const writeLatchFile = async (path: string, record: object): Promise<void> => {
  try {
    await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`)
  } catch (cause) {
    try {
      await makeDurable(path)
    } catch {
      // The first failure is the one to tell.
      throw cause
    }
  }
}

/** That a file is there, and stays there over a power cut; makes an empty one where there is none. */
const makeDurable = async (path: string): Promise<void> => {
  // A folder or a pipe in its place is a latch as well, and can not be opened for writing.
  if ((await isThere(path)) !== 'other') {
    const file = await open(path, 'a', 0o600)
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  }
  await syncFolder(dirname(path))
}

const isThere = async (path: string): Promise<'file' | 'other' | 'absent'> => {
  try {
    return (await lstat(path)).isFile() ? 'file' : 'other'
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'absent'
    throw error
  }
}

const MAX_SAME_SECOND = 1_000

/** A name that no folder has yet. */
const newIncident = async (paths: StatePaths, at: number): Promise<string> => {
  const name = incidentName(at)
  for (let number = 1; number < MAX_SAME_SECOND; number += 1) {
    const candidate = number === 1 ? name : `${name}-${String(number)}`
    try {
      if ((await isThere(incidentFolder(paths, candidate))) === 'absent') return candidate
    } catch {
      // Not readable: the latch matters more than a name of its own.
      return candidate
    }
  }
  return name
}

const unwritable = (paths: StatePaths, why: string): ClawdbotError =>
  new ClawdbotError(
    'latch_unwritable',
    `the lockdown could not be written to ${paths.lockdown}: ${why}`,
    'What runs was killed, but a new start is not prevented. Make the folder writable and stop again.',
  )
