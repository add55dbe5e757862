import { parseListEntry, type SenderId } from '../../domain/identity.ts'
import type { ProviderId } from '../../domain/provider.ts'
import { corrupt, readStore, type StoreForm, writeStore } from './store-file.ts'

const allowForm = (provider: ProviderId): StoreForm => ({
  list: 'allowFrom',
  repair: `allow repair --provider ${provider}`,
})

/** The allow file: whom it grants, and how each entry is written there. */
export interface AllowFile {
  readonly granted: ReadonlySet<SenderId>
  readonly entries: readonly string[]
  readonly rest: Readonly<Record<string, unknown>>
}

/**
 * `*`, empty entries and ids that are not of the provider's form grant nothing; they stay in the file, which may
 * be shared with the existing Clawdbot. Errors: `store_corrupt`, `store_unreadable`.
 */
export const readAllowFile = async (file: string, provider: ProviderId): Promise<AllowFile> => {
  const form = allowForm(provider)
  const { entries, rest } = await readStore(file, form)
  const texts = entries.map((entry) => {
    if (typeof entry !== 'string') throw corrupt(file, 'has an entry that is not a string', form.repair)
    return entry
  })
  const granted = texts.flatMap((text) => parseListEntry(provider, text) ?? [])
  return { granted: new Set(granted), entries: texts, rest }
}

/** Adds or removes one sender; every spelling of a removed one goes. Returns whether the file changed. */
export const changeAllowFile = async (
  file: string,
  provider: ProviderId,
  sender: SenderId,
  change: 'add' | 'remove',
): Promise<boolean> => {
  const { granted, entries, rest } = await readAllowFile(file, provider)
  if (granted.has(sender) === (change === 'add')) return false
  const changed =
    change === 'add'
      ? [...entries, sender]
      : entries.filter((entry) => parseListEntry(provider, entry) !== sender)
  await writeStore(file, allowForm(provider), { entries: changed, rest })
  return true
}
