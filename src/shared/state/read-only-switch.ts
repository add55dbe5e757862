import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { isErrno } from '../domain/errno.ts'
import { readBounded, syncFolder, writeFailure, writeFileAtomic } from './atomic-file.ts'
import { makePrivateDir, type StatePaths } from './state-dir.ts'

const MAX_BYTES = 64 * 1024

const switchFile = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  since: z.number().int().nonnegative().max(8.64e15),
  /** Who threw it: `owner` in the app, or `cli`. */
  by: z.string().max(200),
})

/** The owner's switch for read-only mode. It is on where its file is there, whatever is in it. */
export type ReadOnlySwitch =
  | { readonly kind: 'off' }
  | { readonly kind: 'on'; readonly since: number; readonly by: string }
  /** `why` completes “readonly.json …”. It counts as on. */
  | { readonly kind: 'broken'; readonly why: string }

/** Never throws: only certain absence is off. */
export const readReadOnly = async (paths: StatePaths): Promise<ReadOnlySwitch> => {
  const found = await readBounded(paths.readOnly, MAX_BYTES)
  if (found.kind === 'absent') return { kind: 'off' }
  if (found.kind === 'failed') return { kind: 'broken', why: `can not be read: ${found.why}` }
  if (found.kind === 'unfit') return { kind: 'broken', why: found.why }
  try {
    const { since, by } = switchFile.parse(JSON.parse(found.text))
    return { kind: 'on', since, by }
  } catch {
    // Whatever is wrong with it, it is there.
    return { kind: 'broken', why: 'is not what Clawdbot wrote' }
  }
}

/** Throws the switch. Errors: `disk_full`, `state_not_writable`. */
export const switchReadOnlyOn = async (paths: StatePaths, since: number, by: string): Promise<void> => {
  await makePrivateDir(dirname(paths.readOnly))
  await writeFileAtomic(paths.readOnly, `${JSON.stringify({ version: 1, since, by }, null, 2)}\n`)
}

/** Takes the file away, also one that can not be read. Errors: `state_not_writable`. */
export const switchReadOnlyOff = async (paths: StatePaths): Promise<void> => {
  try {
    await unlink(paths.readOnly)
    await syncFolder(dirname(paths.readOnly))
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw writeFailure(error, paths.readOnly)
  }
}
