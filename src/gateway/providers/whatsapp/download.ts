import type { Fetched, Provider } from '../provider.ts'
import { decryptMedia, MEDIA_OVERHEAD } from './media-crypto.ts'
import { parseMediaRef } from './media-ref.ts'

export interface DownloadOptions {
  /** Of the tests' server. @default WhatsApp's own */
  readonly mediaUrl?: string | undefined
  /** @default the global one */
  readonly fetch?: typeof fetch
  /** Milliseconds for the whole. @default 60 s */
  readonly withinMs?: number
}

const MEDIA_URL = 'https://mmg.whatsapp.net'
const WITHIN_MS = 60_000

/**
 * Fetches files that people sent, from WhatsApp's store and nowhere else: neither the address that a message gives (it is not
 * even kept) nor a redirect leads away from it. What comes is counted as it comes, whatever its length was said to be.
 */
export const createMediaDownload = ({
  mediaUrl = MEDIA_URL,
  fetch: request = fetch,
  withinMs = WITHIN_MS,
}: DownloadOptions): NonNullable<Provider['fetchFile']> => {
  const { origin } = new URL(mediaUrl)
  return async (text, maxBytes, outer) => {
    const limit = AbortSignal.timeout(withinMs)
    const ref = parseMediaRef(text)
    const url = ref && addressOf(origin, ref.directPath)
    if (ref === undefined || url === undefined) return failed('the message does not say where it is')
    try {
      const stored = await download(request, url, maxBytes + MEDIA_OVERHEAD, AbortSignal.any([outer, limit]))
      if (typeof stored === 'string') return failed(stored)
      if (stored === undefined) return tooLarge(maxBytes)
      const bytes = opened(() => decryptMedia(stored, ref))
      if (bytes === undefined) return failed('it is not the file that the message speaks of')
      return bytes.length > maxBytes ? tooLarge(maxBytes) : { kind: 'fetched', bytes }
    } catch {
      // What a fetch throws names the address.
      if (outer.aborted) return failed('it was aborted')
      return failed(limit.aborted ? 'the download took too long' : 'the download failed')
    }
  }
}

const failed = (why: string): Fetched => ({ kind: 'failed', why })

const tooLarge = (maxBytes: number): Fetched =>
  failed(`it is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB`)

/** Undefined for a path that is read differently than it is written, and could lead elsewhere. */
const addressOf = (origin: string, path: string): string | undefined => {
  const address = `${origin}${path}`
  return URL.canParse(address) && new URL(address).href === address ? address : undefined
}

const opened = (decrypt: () => Uint8Array): Uint8Array | undefined => {
  try {
    return decrypt()
  } catch {
    // Which of the checks failed says nothing to whoever sent it; there is no file.
    return undefined
  }
}

/** Undefined: it is too large. A text: why there is nothing. @throws what a fetch throws. */
const download = async (
  request: typeof fetch,
  url: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | string | undefined> => {
  const response = await request(url, {
    signal,
    redirect: 'error',
    headers: { 'accept-encoding': 'identity', origin: 'https://web.whatsapp.com' },
  })
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    return response.status === 404 || response.status === 410
      ? 'WhatsApp does not keep it any more'
      : `WhatsApp answered ${response.status}`
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
