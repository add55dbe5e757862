import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isErrno } from '../../domain/errno.ts'
import { accountOf, type PairingRequest } from '../../domain/pairing.ts'
import { syncFolder, writeFailure } from '../atomic-file.ts'
import type { Held } from '../lock.ts'
import { readAccountFile, writeAccountFile } from './account-file.ts'
import { grant, readGranted } from './allow-lists.ts'
import { formatRequest, parseRequest, readPairingFile, writePairingFile } from './pairing-file.ts'
import type { ProviderFiles } from './provider-files.ts'
import { corrupt, isJson, readJsonFile, writeJsonFile } from './store-file.ts'

/**
 * An approval changes two files or three, and a crash may come between. So it is first written down in a file of its own:
 * from then on the sender is approved, and their number stands for their account, whoever looks; and the next change of any
 * kind finishes it.
 */
export const readApproval = async (files: ProviderFiles): Promise<PairingRequest | undefined> => {
  const repair = `pairing repair --provider ${files.provider}`
  const value = await readJsonFile(files.approval, repair)
  if (value === undefined) return undefined
  const { approval } = value
  const request = isJson(approval) ? parseRequest(files.provider, approval) : 'is not an object'
  if (typeof request === 'string') throw corrupt(files.approval, `holds an approval that ${request}`, repair)
  if (request === undefined) throw corrupt(files.approval, 'approves an id that is none', repair)
  return request
}

/** Only under the provider's locks. Refuses before anything is written where one of the files is corrupt. */
export const approve = async (files: ProviderFiles, held: Held, request: PairingRequest): Promise<void> => {
  await readGranted(files)
  await readAccountFile(files.accounts, files.provider)
  await held.check()
  await writeJsonFile(files.approval, { version: 1, approval: formatRequest(request) })
  try {
    await finishApproval(files, held)
  } catch {
    // Approved they are, whoever looks, and to say that it failed would be wrong. The next change finishes it, or fails.
  }
}

/** Does what a crash left undone; nothing where there is no approval under way. Only under the provider's locks. */
export const finishApproval = async (files: ProviderFiles, held: Held): Promise<void> => {
  const approved = await readApproval(files)
  if (approved === undefined) return
  await held.check()
  await bindApproved(files, approved)
  await held.check()
  await grant(files, approved.id)
  const pairing = await readPairingFile(files.pairing, files.provider)
  const others = pairing.requests.filter(({ id }) => id !== approved.id)
  await held.check()
  if (others.length < pairing.requests.length) {
    await writePairingFile(files.pairing, files.provider, pairing, others)
  }
  await removeDurably(files.approval)
}

/** The owner has seen this account behind the number, so it replaces what the number stood for before. */
const bindApproved = async (files: ProviderFiles, approved: PairingRequest): Promise<void> => {
  const account = accountOf(files.provider, approved)
  if (account === undefined) return
  const accounts = await readAccountFile(files.accounts, files.provider)
  if (accounts.get(approved.id) === account) return
  await writeAccountFile(files.accounts, files.provider, new Map(accounts).set(approved.id, account))
}

/** A removal that fails leaves the approval to be finished again, which changes nothing the second time. */
const removeDurably = async (file: string): Promise<void> => {
  try {
    await unlink(file)
    await syncFolder(dirname(file))
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw writeFailure(error, file)
  }
}
