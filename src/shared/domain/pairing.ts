import { parseAccount, parseNumber } from './account.ts'
import type { SenderId } from './identity.ts'
import type { ProviderId } from './provider.ts'

/** 32 symbols without look-alikes, so 8 of them hold 40 bits (peers 1.2). */
export const CODE_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
export const CODE_LENGTH = 8
/** A request is approvable for 60 minutes from its creation. */
export const REQUEST_TTL_MS = 60 * 60 * 1000
/** At most this many requests wait for one provider; the next stranger gets silence. */
export const MAX_PENDING = 3

/** A stranger who waits for the owner. Times are milliseconds since the epoch. */
export interface PairingRequest {
  readonly id: SenderId
  readonly code: string
  readonly createdAt: number
  readonly lastSeenAt: number
  /**
   * What the stranger claims about themselves, unverified; and what is asserted of them: `attempts` (messages so far),
   * `account` (behind a number) and `moved` (the number of an account, which was let in when it stood for another).
   */
  readonly meta: Readonly<Record<string, string>>
}

/** The code as it is compared: spaces around it do not count, nor does case. */
export const normalizeCode = (code: string): string => code.trim().toUpperCase()

/** A creation time in the future by more than this is a broken clock or a forgery, and counts as expired. */
const CLOCK_SKEW_MS = 5 * 60 * 1000

export const isExpired = (request: Pick<PairingRequest, 'createdAt'>, now: number): boolean =>
  !Number.isFinite(request.createdAt) ||
  now - request.createdAt > REQUEST_TTL_MS ||
  request.createdAt - now > CLOCK_SKEW_MS

export type UpsertResult =
  | { readonly kind: 'created'; readonly request: PairingRequest }
  | { readonly kind: 'seen'; readonly request: PairingRequest }
  | { readonly kind: 'full' }

/**
 * A stranger wrote. The same sender keeps code and creation time; a new one gets `newCode()` until it
 * is unique among the pending; expired requests are dropped first. Another account with the same number is another
 * person, who has nothing of the code that the first was told.
 */
export const upsertRequest = (
  requests: readonly PairingRequest[],
  sender: SenderId,
  claims: Readonly<Record<string, string>>,
  now: number,
  newCode: () => string,
): { readonly requests: readonly PairingRequest[]; readonly result: UpsertResult } => {
  const live = requests.filter((request) => !isExpired(request, now) && !isAnothers(request, sender, claims))
  const known = live.find((request) => request.id === sender)
  if (known) {
    const attempts = String(attemptsOf(known) + 1)
    const seen = { ...known, lastSeenAt: now, meta: { ...asserted(known), ...claims, attempts } }
    return {
      requests: live.map((request) => (request === known ? seen : request)),
      result: { kind: 'seen', request: seen },
    }
  }
  if (live.length >= MAX_PENDING) return { requests: live, result: { kind: 'full' } }
  const created: PairingRequest = {
    id: sender,
    code: uniqueCode(live, newCode),
    createdAt: now,
    lastSeenAt: now,
    meta: { ...claims, attempts: '1' },
  }
  return { requests: [...live, created], result: { kind: 'created', request: created } }
}

/** What a message asserts counts until another one asserts something else. */
const asserted = ({ meta }: PairingRequest): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(meta).filter(([key]) => isAsserted(key)))

/** No claim of this name is one. */
export const isAsserted = (key: string): boolean => key === 'account' || key === 'moved'

const isAnothers = (
  { id, meta }: PairingRequest,
  sender: SenderId,
  { account }: Readonly<Record<string, string>>,
): boolean =>
  id === sender && account !== undefined && meta['account'] !== undefined && meta['account'] !== account

/** The account behind the request's number, as the messenger asserted it. */
export const accountOf = (provider: ProviderId, { id, meta }: PairingRequest): SenderId | undefined =>
  parseNumber(provider, id) === undefined ? undefined : parseAccount(provider, meta['account'] ?? '')

/** The number that the request's account writes from, which was let in when it stood for another account. */
export const movedOf = (provider: ProviderId, { id, meta }: PairingRequest): SenderId | undefined =>
  parseAccount(provider, id) === undefined ? undefined : parseNumber(provider, meta['moved'] ?? '')

/** How many messages the stranger has sent while waiting, at least 1. */
export const attemptsOf = (request: Pick<PairingRequest, 'meta'>): number => {
  const attempts = Number(request.meta['attempts'])
  return Number.isInteger(attempts) && attempts > 0 ? attempts : 1
}

const uniqueCode = (live: readonly PairingRequest[], newCode: () => string): string => {
  // With 3 pending among 2^40 codes a second draw is rare and a five-hundredth is a broken generator.
  for (let draw = 0; draw < 500; draw += 1) {
    const code = newCode()
    if (!live.some((request) => request.code === code)) return code
  }
  throw new Error('the pairing code generator repeats itself')
}
