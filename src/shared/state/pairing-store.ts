// The pairing files, and every change of them. Each change is one locked transaction; readers take no lock, since
// files are replaced as a whole. Errors of all: `store_corrupt`, `store_unreadable`; of a change also `store_busy`,
// `state_not_writable`, `disk_full`. Times are milliseconds since the epoch.
import { ClawdbotError } from '../domain/error.ts'
import type { SenderId } from '../domain/identity.ts'
import {
  accountOf,
  attemptsOf,
  isAsserted,
  isExpired,
  MAX_PENDING,
  normalizeCode,
  type PairingRequest,
  upsertRequest,
} from '../domain/pairing.ts'
import { PROVIDER_LABEL, PROVIDERS, type ProviderId } from '../domain/provider.ts'
import { decideReply, deniedRecently } from '../domain/reply-limits.ts'
import { readGranted } from './files/allow-lists.ts'
import { approve, readApproval } from './files/approval-file.ts'
import { readBlockFile } from './files/block-file.ts'
import { readPairingFile, writePairingFile } from './files/pairing-file.ts'
import { providerFiles } from './files/provider-files.ts'
import { readReplyFile, writeReplyFile } from './files/reply-file.ts'
import { changeProvider } from './files/transaction.ts'
import { newPairingCode } from './pairing-code.ts'
import type { StatePaths } from './state-dir.ts'

/** The requests that can be approved now. A sender whose approval is under way waits no longer. */
export const listRequests = async (
  paths: StatePaths,
  provider: ProviderId,
  now: number,
): Promise<readonly PairingRequest[]> => {
  const files = providerFiles(paths, provider)
  // In this order: read the other way round, a request could be seen pending after it was approved.
  const approved = await readApproval(files)
  const { requests } = await readPairingFile(files.pairing, provider, now)
  return requests.filter(({ id }) => id !== approved?.id)
}

export interface RequestOptions {
  /** False for backlog: queued for the owner, the stranger is told nothing. */
  readonly answer: boolean
  readonly silent: boolean
  /** The account behind the sender's number, as the messenger asserts it. */
  readonly account?: SenderId | null
  /** The number that the sender's account writes from, which was let in when it stood for another. */
  readonly moved?: SenderId | null
  readonly newCode?: () => string
}

export type RequestOutcome =
  /** `reply` is true once at most, and only after the record of it is on the disk. */
  | { readonly kind: 'created'; readonly request: PairingRequest; readonly reply: boolean }
  | { readonly kind: 'seen'; readonly request: PairingRequest }
  | { readonly kind: 'full' }
  | { readonly kind: 'refused'; readonly why: 'denied_recently' | 'allowed' | 'blocked' }

/** A stranger wrote: queues them, or says why not, and decides whether they are told their code. */
export const requestPairing = (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
  claims: Readonly<Record<string, string>>,
  now: number,
  options: RequestOptions,
): Promise<RequestOutcome> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const blocked = await readBlockFile(files.blocked, provider)
    const { account = null, moved = null } = options
    const names = account === null ? [sender] : [sender, account]
    if (names.some((name) => blocked.includes(name))) return { kind: 'refused', why: 'blocked' }
    const granted = await readGranted(files)
    if (names.some((name) => granted.has(name))) return { kind: 'refused', why: 'allowed' }
    const before = await readPairingFile(files.pairing, provider, now)
    const records = await readReplyFile(files.replies, provider)
    const waits = before.requests.some(({ id }) => id === sender)
    if (!waits && names.some((name) => deniedRecently(records, name, now))) {
      return { kind: 'refused', why: 'denied_recently' }
    }
    const newCode = options.newCode ?? newPairingCode
    const meta = {
      ...bounded(claims),
      ...(account === null ? {} : { account }),
      ...(moved === null ? {} : { moved }),
    }
    const { requests, result } = upsertRequest(before.requests, sender, meta, now, newCode)
    if (result.kind === 'full') return result
    await held.check()
    const mayReply = result.kind === 'created' && options.answer && !options.silent
    const decision = mayReply ? decideReply(records, sender, now) : undefined
    const reply = decision?.kind === 'reply'
    // The record comes first: were it lost in a crash, a restart would answer the same stranger again.
    if (decision && (reply || decision.why === 'clock')) {
      await writeReplyFile(files.replies, provider, decision.records)
    }
    await writePairingFile(files.pairing, provider, before, requests)
    return result.kind === 'created' ? { ...result, reply } : result
  })

/** Claims are a stranger's text: a store is no place to keep much of it, and none of it passes for what is asserted. */
const bounded = (claims: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(claims)
      .filter(([key]) => !isAsserted(key))
      .slice(0, 16)
      .map(([key, value]) => [key.slice(0, 32), value.slice(0, 200)]),
  )

/** Somebody who waits wrote `count` more messages; nothing happens where they wait no longer. */
export const noteAttempts = (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
  count: number,
  now: number,
): Promise<void> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const before = await readPairingFile(files.pairing, provider, now)
    const known = before.requests.find(({ id }) => id === sender)
    if (known === undefined) return
    const attempts = String(attemptsOf(known) + count)
    const noted = { ...known, lastSeenAt: now, meta: { ...known.meta, attempts } }
    await held.check()
    await writePairingFile(
      files.pairing,
      provider,
      before,
      before.requests.map((request) => (request === known ? noted : request)),
    )
  })

export interface Decided {
  readonly request: PairingRequest
}

/** Lets in whoever holds the code. Errors also: `code_unknown`. */
export const approveByCode = (
  paths: StatePaths,
  provider: ProviderId,
  code: string,
  now: number,
): Promise<Decided> =>
  approveWhere(paths, provider, now, ({ request }) => request.code === normalizeCode(code), codeUnknown)

/** Lets in one sender, whose code is the one that the owner saw. Errors also: `request_unknown`. */
export const approveSender = (
  paths: StatePaths,
  provider: ProviderId,
  sender: SenderId,
  code: string,
  now: number,
): Promise<Decided> =>
  approveWhere(
    paths,
    provider,
    now,
    ({ request }) => request.id === sender && request.code === normalizeCode(code),
    requestUnknown,
  )

const approveWhere = (
  paths: StatePaths,
  provider: ProviderId,
  now: number,
  matches: (decided: Decided) => boolean,
  unknown: (provider: ProviderId) => ClawdbotError,
): Promise<Decided> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const { requests } = await readPairingFile(files.pairing, provider, now)
    const request = requests.find((waiting) => matches({ request: waiting }))
    if (request === undefined) throw unknown(provider)
    await approve(files, held, request)
    return { request }
  })

/** Removes a request, and remembers the refusal for the cool-down. Errors also: `request_unknown`, `code_unknown`. */
export const denyRequest = (
  paths: StatePaths,
  provider: ProviderId,
  which: { readonly sender: SenderId } | { readonly code: string },
  now: number,
): Promise<Decided> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const before = await readPairingFile(files.pairing, provider, now)
    const request = before.requests.find(({ id, code }) =>
      'sender' in which ? id === which.sender : code === normalizeCode(which.code),
    )
    if (request === undefined) throw 'sender' in which ? requestUnknown(provider) : codeUnknown(provider)
    const records = await readReplyFile(files.replies, provider)
    await held.check()
    // After a crash in between the request still waits, and the owner decides once more.
    const denied = namesOf(provider, request).map((id) => ({ id, at: now, kind: 'denied' }) as const)
    await writeReplyFile(files.replies, provider, [...records, ...denied])
    await writePairingFile(
      files.pairing,
      provider,
      before,
      before.requests.filter((waiting) => waiting !== request),
    )
    return { request }
  })

const namesOf = (provider: ProviderId, request: PairingRequest): readonly SenderId[] => {
  const account = accountOf(provider, request)
  return account === undefined ? [request.id] : [request.id, account]
}

/**
 * Takes a decision back: the request waits again, with its code and its time, and its denial is forgotten (a code
 * that was sent is not). Errors also: `request_unknown` where it has expired or the queue is full by now.
 */
export const restoreRequest = (
  paths: StatePaths,
  provider: ProviderId,
  request: PairingRequest,
  now: number,
): Promise<void> =>
  changeProvider(paths, provider, async ({ files, held }) => {
    const before = await readPairingFile(files.pairing, provider, now)
    const others = before.requests.filter(({ id }) => id !== request.id)
    const taken = others.some(({ code }) => code === request.code)
    if (isExpired(request, now) || taken || others.length >= MAX_PENDING) {
      throw new ClawdbotError(
        'request_unknown',
        taken || others.length >= MAX_PENDING
          ? 'The request can not come back: others have taken its place.'
          : 'The request can not come back: it has expired.',
        `Once there is room, the next message makes a new request; or use: clawdbot allow add --provider ${provider} ${request.id}`,
      )
    }
    const records = await readReplyFile(files.replies, provider)
    const names = namesOf(provider, request)
    const kept = records.filter(({ id, kind }) => !names.includes(id) || kind !== 'denied')
    await held.check()
    await writePairingFile(files.pairing, provider, before, [...others, request])
    if (kept.length < records.length) await writeReplyFile(files.replies, provider, kept)
  })

/** After a STOP nobody waits any more. Returns how many did. A corrupt file stops no other; its error comes last. */
export const voidAll = async (paths: StatePaths): Promise<number> => {
  let voided = 0
  const failures: unknown[] = []
  for (const provider of PROVIDERS) {
    try {
      voided += await voidProvider(paths, provider)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return voided
}

const voidProvider = async (paths: StatePaths, provider: ProviderId): Promise<number> => {
  const files = providerFiles(paths, provider)
  // Most providers are never used: no lock and no folder for them.
  if ((await readPairingFile(files.pairing, provider)).requests.length === 0) return 0
  return changeProvider(paths, provider, async ({ held }) => {
    const before = await readPairingFile(files.pairing, provider)
    await held.check()
    await writePairingFile(files.pairing, provider, before, [])
    return before.requests.length
  })
}

const see = (provider: ProviderId): string =>
  `See who waits with: clawdbot pairing list --provider ${provider}`

const codeUnknown = (provider: ProviderId): ClawdbotError =>
  new ClawdbotError(
    'code_unknown',
    `No pending ${PROVIDER_LABEL[provider]} request has this code.`,
    `Codes expire 60 minutes after the first message, and are good for one provider. ${see(provider)}`,
  )

const requestUnknown = (provider: ProviderId): ClawdbotError =>
  new ClawdbotError(
    'request_unknown',
    `This ${PROVIDER_LABEL[provider]} request no longer waits.`,
    `It was decided elsewhere, or it expired. ${see(provider)}`,
  )
