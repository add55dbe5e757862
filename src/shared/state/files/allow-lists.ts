import { isAccount } from '../../domain/account.ts'
import type { SenderId } from '../../domain/identity.ts'
import { changeAllowFile, readAllowFile } from './allow-file.ts'
import type { ProviderFiles } from './provider-files.ts'

/** Both files, and what each of them grants: `allowAccounts` only accounts. Errors: `store_corrupt`, `store_unreadable`. */
export const readGranted = async (files: ProviderFiles): Promise<ReadonlySet<SenderId>> => {
  const { provider } = files
  const { granted } = await readAllowFile(files.allow, provider)
  const accounts = await readAllowFile(files.allowAccounts, provider)
  return new Set([...granted, ...[...accounts.granted].filter((id) => isAccount(provider, id))])
}

/** Adds one sender to the file where they belong. Returns whether they were new. */
export const grant = async (files: ProviderFiles, sender: SenderId): Promise<boolean> => {
  if ((await readGranted(files)).has(sender)) return false
  const file = isAccount(files.provider, sender) ? files.allowAccounts : files.allow
  return changeAllowFile(file, files.provider, sender, 'add')
}

/** Takes one sender off both files, whoever wrote them there. Returns whether they were in one. */
export const withdraw = async (files: ProviderFiles, sender: SenderId): Promise<boolean> => {
  const was = await changeAllowFile(files.allow, files.provider, sender, 'remove')
  if (!isAccount(files.provider, sender)) return was
  return (await changeAllowFile(files.allowAccounts, files.provider, sender, 'remove')) || was
}
