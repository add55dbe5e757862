import { parseSenderId } from '../../domain/identity.ts'
import type { ProviderId } from '../../domain/provider.ts'
import type { ReplyRecord } from '../../domain/reply-limits.ts'
import { corrupt, isJson, readStore, type StoreForm, writeStore } from './store-file.ts'

const replyForm = (provider: ProviderId): StoreForm => ({
  list: 'replies',
  repair: `pairing repair --provider ${provider}`,
})

/** Who was sent a code or denied. Errors: `store_corrupt`, `store_unreadable`. */
export const readReplyFile = async (file: string, provider: ProviderId): Promise<readonly ReplyRecord[]> => {
  const form = replyForm(provider)
  const { entries } = await readStore(file, form)
  return entries.map((entry) => {
    const record = isJson(entry) ? parseRecord(provider, entry) : undefined
    if (record === undefined) throw corrupt(file, 'has an entry that is not a reply record', form.repair)
    return record
  })
}

const parseRecord = (
  provider: ProviderId,
  { id, at, kind }: Readonly<Record<string, unknown>>,
): ReplyRecord | undefined => {
  const sender = typeof id === 'string' ? parseSenderId(provider, id) : undefined
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN
  if (sender === undefined || Number.isNaN(time) || (kind !== 'code' && kind !== 'denied')) return undefined
  return { id: sender, at: time, kind }
}

export const writeReplyFile = (
  file: string,
  provider: ProviderId,
  records: readonly ReplyRecord[],
): Promise<void> => {
  const entries = records.map(({ id, at, kind }) => ({ id, at: new Date(at).toISOString(), kind }))
  return writeStore(file, replyForm(provider), { entries, rest: {} })
}
