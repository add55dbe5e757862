import { statfs } from 'node:fs/promises'
import { ClawdbotError } from '../../shared/domain/error.ts'

/** What the index leaves of its disk to the files that it is made from, and to everybody else. Bytes. */
const RESERVE = 64 * 1024 * 1024
/** Of a small disk only so much of all of it. */
const SHARE = 0.1

/** Errors: `disk_full` where the index at `path` in `folder` must not grow any more. */
export const refuseWithoutRoom = async (folder: string, path: string): Promise<void> => {
  const { bavail, blocks, bsize } = await statfs(folder)
  if (bavail * bsize >= Math.min(RESERVE, blocks * bsize * SHARE)) return
  throw new ClawdbotError(
    'disk_full',
    `The disk is nearly full: the index at ${path} does not grow, so that others have room.`,
    'Free some space. What was found before can be searched meanwhile, and the rest follows by itself.',
  )
}
