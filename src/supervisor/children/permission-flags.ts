import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ClawdbotError } from '../../shared/domain/error.ts'

/**
 * Ways around the permission flags that Node 26 leaves open: its SQLite opens any file on the disk, V8's flags,
 * which a program can set while it runs, name files that V8 then writes, and FFI calls native code. None of our
 * programs uses them. A change of a frozen flag ends the process.
 */
export const CLOSED: readonly string[] = [
  '--no-experimental-sqlite',
  '--no-experimental-webstorage',
  '--no-experimental-ffi',
  '--freeze-flags-after-init',
  '--disable-sigusr1',
]

/**
 * A path as Node compares it: as text, so with its links followed. Also of what does not exist yet, such as the latch:
 * then that of its folder. Throws `state_not_writable` for a path that no flag can name.
 */
export const realPath = (path: string): string => {
  refuseStar(path)
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}

/** In a grant a star stands for everything that follows. Throws `state_not_writable`. */
export const refuseStar = (path: string): void => {
  if (!path.includes('*')) return
  throw new ClawdbotError(
    'state_not_writable',
    `the path ${path} contains a star, which Node's permission flags can not express`,
    'Choose a state directory and a log file without a * in their names.',
  )
}
