import type { ClawdbotError } from '../../domain/error.ts'
import { parseListEntry } from '../../domain/identity.ts'
import {
  CODE_ALPHABET,
  CODE_LENGTH,
  isExpired,
  normalizeCode,
  type PairingRequest,
} from '../../domain/pairing.ts'
import type { ProviderId } from '../../domain/provider.ts'
import { corrupt, isJson, type Json, readStore, type StoreForm, writeStore } from './store-file.ts'

const pairingForm = (provider: ProviderId): StoreForm => ({
  list: 'requests',
  repair: `pairing repair --provider ${provider}`,
})

/** The pairing file: live requests that can be approved, and what has to be kept although it can not. */
export interface PairingFile {
  readonly requests: readonly PairingRequest[]
  readonly source: PairingSource
}

interface PairingSource {
  /** Each request as it was written; the same request object that `requests` has. */
  readonly raw: ReadonlyMap<PairingRequest, Json>
  readonly foreign: readonly Json[]
  readonly rest: Json
}

const CODE_FORM = new RegExp(`^[${CODE_ALPHABET}]{${String(CODE_LENGTH)}}$`)

/**
 * One request as the file has it. A string says what is wrong with it; undefined stands for an id that is not of
 * our form (the existing Clawdbot knows, for example, Slack users without their team) and can not be approved.
 */
export const parseRequest = (
  provider: ProviderId,
  { id, code, createdAt, lastSeenAt, meta }: Json,
): PairingRequest | string | undefined => {
  if (typeof id !== 'string') return 'has no id'
  if (typeof code !== 'string' || !CODE_FORM.test(normalizeCode(code))) return 'has no pairing code'
  if (typeof createdAt !== 'string') return 'has no createdAt'
  const sender = parseListEntry(provider, id)
  if (sender === undefined) return undefined
  const created = Date.parse(createdAt)
  const seen = typeof lastSeenAt === 'string' ? Date.parse(lastSeenAt) : Number.NaN
  return {
    id: sender,
    code: normalizeCode(code),
    createdAt: created,
    lastSeenAt: Number.isNaN(seen) ? created : seen,
    meta: isJson(meta) ? onlyStrings(meta) : {},
  }
}

const onlyStrings = (meta: Json): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(meta).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  )

/** A time that can not be a date (a forged number) must not stop the write. */
const iso = (time: number): string => new Date(Number.isFinite(time) ? time : 0).toISOString()

export const formatRequest = (request: PairingRequest): Json => ({
  id: request.id,
  code: request.code,
  createdAt: iso(request.createdAt),
  lastSeenAt: iso(request.lastSeenAt),
  meta: request.meta,
})

/**
 * Expired requests are left out, and so out of the next write; without `now` nothing counts as expired.
 * Errors: `store_corrupt`, `store_unreadable`.
 */
export const readPairingFile = async (
  file: string,
  provider: ProviderId,
  now?: number,
): Promise<PairingFile> => {
  const expired = (createdAt: number): boolean => now !== undefined && isExpired({ createdAt }, now)
  const form = pairingForm(provider)
  const { entries, rest } = await readStore(file, form)
  const raw = new Map<PairingRequest, Json>()
  const foreign: Json[] = []
  for (const [index, entry] of entries.entries()) {
    const wrong = (why: string): ClawdbotError =>
      corrupt(file, `has a request (number ${String(index + 1)}) that ${why}`, form.repair)
    if (!isJson(entry)) throw wrong('is not an object')
    const request = parseRequest(provider, entry)
    if (typeof request === 'string') throw wrong(request)
    if (request === undefined) {
      if (!expired(Date.parse(String(entry['createdAt'])))) foreign.push(entry)
    } else if (!expired(request.createdAt)) {
      raw.set(request, entry)
    }
  }
  const requests = [...raw.keys()]
  // Approving by code must never reach the wrong one of two.
  const distinct = (key: 'id' | 'code'): number => new Set(requests.map((request) => request[key])).size
  if (now !== undefined && Math.min(distinct('id'), distinct('code')) < requests.length) {
    throw corrupt(file, 'has two requests with one id or one code', form.repair)
  }
  return { requests, source: { raw, foreign, rest } }
}

/** What did not change is written as it was read, with the keys that we do not know. */
export const writePairingFile = (
  file: string,
  provider: ProviderId,
  before: PairingFile,
  requests: readonly PairingRequest[],
): Promise<void> => {
  const { raw, foreign, rest } = before.source
  const entries = requests.map((request): Json => {
    const unchanged = raw.get(request)
    if (unchanged !== undefined) return unchanged
    const known = before.requests.find(({ id }) => id === request.id)
    const theirs = known === undefined ? undefined : raw.get(known)
    if (known === undefined || theirs === undefined) return formatRequest(request)
    const { id, createdAt } = theirs
    const same = known.createdAt === request.createdAt
    return { ...theirs, ...formatRequest(request), id, ...(same ? { createdAt } : {}) }
  })
  return writeStore(file, pairingForm(provider), { entries: [...entries, ...foreign], rest })
}
