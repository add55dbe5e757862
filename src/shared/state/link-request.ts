// How `clawdbot link` asks the supervisor that runs already, and hears how it goes: two files, because there is no socket
// (docs/adr/0005). The answer has the code that links an account, so it is the owner's alone and goes when it is over.
import { unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { NUMBER_USES } from '../contracts/bridge.ts'
import { PROVIDER_STATES } from '../contracts/provider-status.ts'
import { isErrno } from '../domain/errno.ts'
import { PROVIDERS } from '../domain/provider.ts'
import { readBounded, setAside, syncFolder, writeFailure, writeFileAtomic } from './atomic-file.ts'
import type { StatePaths } from './state-dir.ts'

const MAX_BYTES = 64 * 1024
/** An older request is nobody's any more: whoever made it has given up, or will ask again. */
const VALID_MS = 60_000

const id = z.string().regex(/^[0-9a-f-]{8,64}$/)
const time = z.number().int().nonnegative().max(8.64e15)

const linkRequest = z.discriminatedUnion('act', [
  z.object({
    version: z.literal(1),
    id,
    act: z.literal('link'),
    provider: z.enum(PROVIDERS),
    use: z.enum(NUMBER_USES),
    at: time,
  }),
  z.object({
    version: z.literal(1),
    id,
    /** `cancel` ends what the request of the same id has begun. */
    act: z.enum(['unlink', 'cancel']),
    provider: z.enum(PROVIDERS),
    at: time,
  }),
])
export type LinkRequest = z.infer<typeof linkRequest>

const linkAnswer = z.object({
  version: z.literal(1),
  /** Of the request. */
  id,
  /** `over`: nothing follows. With an error it was refused or failed. */
  progress: z.enum(['under way', 'over']),
  /** Of the messenger; null while the gateway has said nothing. */
  state: z.enum(PROVIDER_STATES).nullable(),
  detail: z.string().max(500),
  code: z.string().max(1_000).nullable(),
  /** When the code is worth nothing any more, milliseconds since the epoch. */
  until: time.nullable(),
  /** The number that is linked. */
  self: z.string().max(20).nullable(),
  /** Sentences for the owner. */
  notes: z.array(z.string().max(2_000)).max(10),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
})
export type LinkAnswer = z.infer<typeof linkAnswer>

/** Errors: `disk_full`, `state_not_writable`. */
export const writeLinkRequest = (paths: StatePaths, request: LinkRequest): Promise<void> =>
  writeFileAtomic(paths.linkRequest, `${JSON.stringify(request, null, 2)}\n`)

export type TakenRequest =
  | { readonly kind: 'none' }
  | { readonly kind: 'taken'; readonly request: LinkRequest }
  /** Too old, or from a clock that is ahead: removed, and nothing is done. */
  | { readonly kind: 'old' }
  /** Not what the cli writes: it stands under another name now. */
  | { readonly kind: 'garbage'; readonly file: string }

/** Takes the request away, at most once: who took it and crashed has taken it. Errors: `state_not_writable`. */
export const takeLinkRequest = async (paths: StatePaths, now: number): Promise<TakenRequest> => {
  const found = await readBounded(paths.linkRequest, MAX_BYTES)
  if (found.kind === 'absent') return { kind: 'none' }
  const request = found.kind === 'text' ? parseRequest(found.text) : undefined
  if (request === undefined) return { kind: 'garbage', file: await setAside(paths.linkRequest, now) }
  await removeFile(paths.linkRequest)
  return Math.abs(now - request.at) > VALID_MS ? { kind: 'old' } : { kind: 'taken', request }
}

const parseRequest = (text: string): LinkRequest | undefined => {
  try {
    return linkRequest.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON: the caller sets it aside.
    return undefined
  }
}

/** Errors: `disk_full`, `state_not_writable`. */
export const writeLinkAnswer = (paths: StatePaths, answer: LinkAnswer): Promise<void> =>
  writeFileAtomic(paths.linkAnswer, `${JSON.stringify(answer, null, 2)}\n`)

/** The answer to this request; undefined where there is none, or what is there can not be understood. Never throws. */
export const readLinkAnswer = async (
  paths: StatePaths,
  requestId: string,
): Promise<LinkAnswer | undefined> => {
  const found = await readBounded(paths.linkAnswer, MAX_BYTES)
  if (found.kind !== 'text') return undefined
  try {
    const answer = linkAnswer.safeParse(JSON.parse(found.text)).data
    return answer?.id === requestId ? answer : undefined
  } catch {
    // Of somebody else; ours comes, or the supervisor that would write it is seen to be gone.
    return undefined
  }
}

/** Errors: `state_not_writable`. */
export const removeLinkAnswer = (paths: StatePaths): Promise<void> => removeFile(paths.linkAnswer)

/** Errors: `state_not_writable`. */
export const removeLinkRequest = (paths: StatePaths): Promise<void> => removeFile(paths.linkRequest)

const removeFile = async (file: string): Promise<void> => {
  try {
    await unlink(file)
    await syncFolder(dirname(file))
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw writeFailure(error, file)
  }
}
