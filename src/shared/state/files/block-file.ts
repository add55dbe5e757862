import { parseSenderId, type SenderId } from '../../domain/identity.ts'
import type { ProviderId } from '../../domain/provider.ts'
import { corrupt, readStore, type StoreForm, writeStore } from './store-file.ts'

const blockForm = (provider: ProviderId): StoreForm => ({
  list: 'blocked',
  repair: `block repair --provider ${provider}`,
})

/** An entry that names nobody is an error here: passing over it would let somebody in. */
export const readBlockFile = async (file: string, provider: ProviderId): Promise<readonly SenderId[]> => {
  const form = blockForm(provider)
  const { entries } = await readStore(file, form)
  return entries.map((entry) => {
    const sender = typeof entry === 'string' ? parseSenderId(provider, entry) : undefined
    if (sender === undefined) {
      throw corrupt(file, `has an entry that is not a ${provider} id`, form.repair)
    }
    return sender
  })
}

export const writeBlockFile = (
  file: string,
  provider: ProviderId,
  blocked: readonly SenderId[],
): Promise<void> => writeStore(file, blockForm(provider), { entries: blocked, rest: {} })
