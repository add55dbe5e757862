import { ClawdbotError } from '../domain/error.ts'
import type { ProviderId } from '../domain/provider.ts'
import { setAside } from './atomic-file.ts'
import { readAccountFile } from './files/account-file.ts'
import { readAllowFile } from './files/allow-file.ts'
import { readApproval } from './files/approval-file.ts'
import { readBlockFile } from './files/block-file.ts'
import { readPairingFile } from './files/pairing-file.ts'
import { lockProvider } from './files/provider-files.ts'
import { readReplyFile } from './files/reply-file.ts'
import { readNotifies } from './notify-store.ts'
import { readNumberUse } from './number-store.ts'
import type { StatePaths } from './state-dir.ts'

/** Which of a provider's files the owner wants to start afresh. */
export type Repairable = 'pairing' | 'allow' | 'block'

export interface SetAside {
  readonly file: string
  readonly movedTo: string
}

/**
 * On the owner's word: sets aside what is corrupt, and only that, so that what depends on it opens again as if it
 * were empty. A file that can not be read for another reason is an error, as it always is.
 */
export const repairStore = (
  paths: StatePaths,
  provider: ProviderId,
  what: Repairable,
  now: number,
): Promise<readonly SetAside[]> =>
  lockProvider(paths, provider, async ({ files }) => {
    const reads: Readonly<Record<Repairable, readonly (readonly [string, () => Promise<unknown>])[]>> = {
      pairing: [
        [files.pairing, () => readPairingFile(files.pairing, provider)],
        [files.replies, () => readReplyFile(files.replies, provider)],
        [files.approval, () => readApproval(files)],
        [paths.notify, () => readNotifies(paths.notify)],
      ],
      allow: [
        [files.allow, () => readAllowFile(files.allow, provider)],
        [files.allowAccounts, () => readAllowFile(files.allowAccounts, provider)],
        [files.accounts, () => readAccountFile(files.accounts, provider)],
        [files.number, () => readNumberUse(paths, provider)],
      ],
      block: [[files.blocked, () => readBlockFile(files.blocked, provider)]],
    }
    const moved: SetAside[] = []
    for (const [file, read] of reads[what]) {
      if (await isCorrupt(read)) moved.push({ file, movedTo: await setAside(file, now) })
    }
    return moved
  })

const isCorrupt = async (read: () => Promise<unknown>): Promise<boolean> => {
  try {
    await read()
    return false
  } catch (error) {
    if (error instanceof ClawdbotError && error.code === 'store_corrupt') return true
    throw error
  }
}
