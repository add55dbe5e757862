import { mkdir, rmdir, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { isErrno } from '../domain/errno.ts'
import { ClawdbotError } from '../domain/error.ts'
import { writeFailure } from './atomic-file.ts'

export interface LockTimes {
  /** A lock that nobody refreshed for so long belongs to a dead process. Holders refresh at half of it. */
  readonly staleMs: number
  readonly giveUpMs: number
}

const USUAL: LockTimes = { staleMs: 5_000, giveUpMs: 15_000 }

/** Proof of holding. `check` throws `store_busy` where the lock was taken away, as after a jump of the clock. */
export interface Held {
  readonly check: () => Promise<void>
}

interface Lock {
  readonly release: () => Promise<void>
  readonly stillOurs: () => Promise<boolean>
}

/**
 * Runs `fn` while this process alone holds every file's lock, taken in the given order. The lock of a file is the
 * folder `<file>.lock`, as the existing Clawdbot makes it (proper-lockfile), so the two exclude each other. Not
 * reentrant. Errors: `store_busy` after 15 s, `state_not_writable`, `disk_full`.
 */
export const withFileLocks = async <T>(
  files: readonly string[],
  fn: (held: Held) => Promise<T>,
  times: LockTimes = USUAL,
): Promise<T> => {
  const locks: Lock[] = []
  const held: Held = {
    check: async () => {
      for (const lock of locks) if (!(await lock.stillOurs())) throw busy(files.join(', '))
    },
  }
  try {
    for (const file of files) locks.push(await acquire(file, times))
    return await fn(held)
  } finally {
    for (const lock of locks.toReversed()) await lock.release()
  }
}

const acquire = async (file: string, { staleMs, giveUpMs }: LockTimes): Promise<Lock> => {
  // Loaded here, because most commands only read, and reading takes no lock.
  const { lock } = await import('proper-lockfile')
  const watch = new Watch(`${file}.lock`, staleMs)
  let lost = false
  // It would retry after every error; this retries only while somebody else holds the lock. It would also
  // remove a stale lock unguarded, so that two waiters could both win; `Watch` does that instead.
  const options = {
    realpath: false,
    retries: 0,
    stale: Number.POSITIVE_INFINITY,
    update: staleMs / 2,
    onCompromised: () => {
      lost = true
    },
  }
  const deadline = performance.now() + giveUpMs
  for (;;) {
    try {
      const unlock = await lock(file, options)
      const mine = await identityOf(watch.path)
      return {
        // It fails only where the lock is no longer ours to release.
        release: () => unlock().catch(() => undefined),
        stillOurs: async () => !lost && mine !== undefined && (await identityOf(watch.path)) === mine,
      }
    } catch (error) {
      if (!isErrno(error, 'ELOCKED')) throw writeFailure(error, file)
    }
    if (performance.now() > deadline) throw busy(file)
    await watch.removeIfStale()
    await sleep(10 + Math.random() * 40)
  }
}

const busy = (file: string): ClawdbotError =>
  new ClawdbotError(
    'store_busy',
    `${file} is held by another process.`,
    'Try again in a moment. Nothing was changed.',
  )

/** The folder itself, whatever happens to its times: an inode number alone is used again at once. */
const identityOf = async (path: string): Promise<string | undefined> => {
  try {
    const { ino, birthtimeNs } = await stat(path, { bigint: true })
    return `${String(ino)} ${String(birthtimeNs)}`
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Watches somebody else's lock while waiting for it, and removes it when its holder is dead. */
class Watch {
  readonly path: string
  readonly #staleMs: number
  #seen = { mtimeMs: Number.NaN, since: 0 }

  constructor(path: string, staleMs: number) {
    this.path = path
    this.#staleMs = staleMs
  }

  /** Stale is: not refreshed for so long, by the wall clock or by our own watching (a clock may have gone back). */
  async removeIfStale(): Promise<void> {
    const mtimeMs = await this.#refreshedAt()
    if (mtimeMs === undefined) return
    if (mtimeMs !== this.#seen.mtimeMs) this.#seen = { mtimeMs, since: performance.now() }
    const watched = performance.now() - this.#seen.since
    if (Date.now() - mtimeMs <= this.#staleMs && watched <= this.#staleMs) return
    // Only one waiter at a time may remove, and only what it has just looked at again.
    const guard = `${this.path}.steal`
    try {
      await mkdir(guard)
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw writeFailure(error, guard)
      const { mtimeMs: guardedAt } = await stat(guard).catch(() => ({ mtimeMs: Date.now() }))
      if (Date.now() - guardedAt > this.#staleMs) await rmdir(guard).catch(() => undefined)
      return
    }
    try {
      if ((await this.#refreshedAt()) === mtimeMs) await rmdir(this.path)
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw writeFailure(error, this.path)
    } finally {
      await rmdir(guard).catch(() => undefined)
    }
  }

  async #refreshedAt(): Promise<number | undefined> {
    try {
      return (await stat(this.path)).mtimeMs
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined
      throw error
    }
  }
}
