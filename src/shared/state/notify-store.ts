import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseSenderId, type SenderId } from '../domain/identity.ts'
import { type ProviderId, parseProvider } from '../domain/provider.ts'
import { syncFolder, writeFailure } from './atomic-file.ts'
import { corrupt, isJson, readStore, type StoreForm, writeStore } from './files/store-file.ts'
import { withFileLocks } from './lock.ts'
import { makePrivateDir, type StatePaths } from './state-dir.ts'

/** An approved sender who is to be told that they may write now. */
export interface Notify {
  readonly provider: ProviderId
  readonly sender: SenderId
}

/** It is of no one provider; any `pairing repair` looks at it. */
const form: StoreForm = { list: 'notify', repair: 'pairing repair --provider simulator' }

/** Leaves word for the gateway's supervisor, which may not run now. Errors: those of every change of a store. */
export const queueNotify = async (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
): Promise<void> => {
  await makePrivateDir(paths.root)
  await withFileLocks([paths.notify], async (held) => {
    const waiting = await readNotifies(paths.notify)
    if (waiting.some((known) => known.provider === provider && known.sender === sender)) return
    await held.check()
    await writeStore(paths.notify, form, { entries: [...waiting, { provider, sender }], rest: {} })
  })
}

/** Takes all that wait, at most once: who took them and crashed has taken them. Errors: as above. */
export const takeNotifies = async (paths: StatePaths): Promise<readonly Notify[]> => {
  // The usual case takes no lock, so that it can be asked often.
  if ((await readNotifies(paths.notify)).length === 0) return []
  return withFileLocks([paths.notify], async (held) => {
    const waiting = await readNotifies(paths.notify)
    if (waiting.length === 0) return waiting
    await held.check()
    try {
      await unlink(paths.notify)
      await syncFolder(dirname(paths.notify))
    } catch (error) {
      throw writeFailure(error, paths.notify)
    }
    return waiting
  })
}

/** Errors: `store_corrupt`, `store_unreadable`. */
export const readNotifies = async (file: string): Promise<readonly Notify[]> =>
  (await readStore(file, form)).entries.map((entry) => {
    const { provider: name, sender: id } = isJson(entry) ? entry : {}
    const provider = typeof name === 'string' ? parseProvider(name) : undefined
    const sender = provider && typeof id === 'string' ? parseSenderId(provider, id) : undefined
    if (provider === undefined || sender === undefined) {
      throw corrupt(file, 'has an entry that names nobody', form.repair)
    }
    return { provider, sender }
  })
