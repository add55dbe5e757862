import type { Api } from 'grammy'
import { z } from 'zod'
import type { Fetched, Provider } from '../provider.ts'
import { forGrammy } from './api.ts'
import { readFailure } from './api-failure.ts'

export interface DownloadOptions {
  readonly api: Api
  readonly token: string
  /** The address of all files. It contains the token, so no error of a fetch is ever shown or kept. */
  readonly fileRoot: string
  /** Milliseconds for the whole. @default 60 s */
  readonly withinMs?: number
}

const WITHIN_MS = 60_000

const answer = z.looseObject({
  file_size: z.int().nonnegative().optional(),
  file_path: z.string().max(1_000),
})

/**
 * Fetches files that people sent, from Telegram's own address and nowhere else: neither a path in its answer nor a redirect
 * leads away from it. What comes is counted as it comes, whatever its length was said to be.
 */
export const createDownload =
  ({ api, token, fileRoot, withinMs = WITHIN_MS }: DownloadOptions): NonNullable<Provider['fetchFile']> =>
  async (ref, maxBytes, outer) => {
    const limit = AbortSignal.timeout(withinMs)
    const signal = AbortSignal.any([outer, limit])
    const ended = (why: string): Fetched => {
      if (outer.aborted) return failed('it was aborted')
      return failed(limit.aborted ? 'the download took too long' : why)
    }
    let told: unknown
    try {
      told = await api.getFile(ref, forGrammy(signal))
    } catch (error) {
      const failure = readFailure(error, token)
      return ended('why' in failure ? failure.why : 'Telegram refused it')
    }
    const file = answer.safeParse(told).data
    const path = file && urlPath(file.file_path)
    if (file === undefined || path === undefined) return failed('Telegram’s answer could not be understood')
    if ((file.file_size ?? 0) > maxBytes) return tooLarge(maxBytes)
    try {
      const bytes = await download(`${fileRoot}/${path}`, maxBytes, signal)
      if (typeof bytes === 'string') return failed(bytes)
      if (bytes === undefined) return tooLarge(maxBytes)
      const isWhole = file.file_size === undefined || file.file_size === bytes.length
      return isWhole ? { kind: 'fetched', bytes } : failed('the download was cut off')
    } catch {
      // What a fetch throws names the address, and with it the token.
      return ended('the download failed')
    }
  }

const failed = (why: string): Fetched => ({ kind: 'failed', why })

const tooLarge = (maxBytes: number): Fetched =>
  failed(`it is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB`)

/** Undefined for a path that would lead out of the folder of our files. */
const urlPath = (path: string): string | undefined => {
  const parts = path.split('/')
  return parts.some((part) => part === '' || part === '.' || part === '..')
    ? undefined
    : parts.map(encodeURIComponent).join('/')
}

/** Undefined: it is too large. A text: why there is nothing. @throws what a fetch throws. */
const download = async (
  url: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | string | undefined> => {
  const response = await fetch(url, {
    signal,
    redirect: 'error',
    headers: { 'accept-encoding': 'identity' },
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    return `Telegram answered ${response.status}`
  }
  const pieces: Uint8Array[] = []
  let length = 0
  // Leaving the loop closes the connection.
  for await (const piece of response.body) {
    length += piece.length
    if (length > maxBytes) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces, length)
}
