import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Conditions } from '../support/conditions.ts'
import { listenOnLoopback } from '../support/loopback.ts'

/** What a file is to WhatsApp: it decides from which key it is encrypted. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'sticker'

/** What a message says of a file. */
export interface MediaFacts {
  readonly url: string
  /** `/v/…?…`: where it is on any of the hosts. */
  readonly directPath: string
  readonly mediaKey: Uint8Array
  readonly fileSha256: Uint8Array
  readonly fileEncSha256: Uint8Array
  /** Bytes, unencrypted. */
  readonly fileLength: number
  readonly mediaKeyTimestamp: number
}

/** What is wrong with a file itself. */
export type BadFile = 'mac' | 'fileSha256' | 'fileEncSha256' | 'padding'

/** What goes wrong when it is fetched. `hold` answers nothing until the host stops. */
export type MediaFault =
  | 'not-found'
  | 'gone'
  | 'cut-off'
  | 'endless'
  | 'redirect'
  | 'hold'
  | 'slow'
  | 'no-length'
  | 'changed-byte'

export interface MediaHost {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Encrypts a file and keeps it to be fetched. */
  put(kind: MediaKind, bytes: Uint8Array, bad?: BadFile): MediaFacts
  /** The next `times` fetches go wrong. */
  fail(fault: MediaFault, times?: number): void
  /** What was asked for, by path, oldest first; with what it was answered. */
  readonly requests: readonly { readonly path: string; readonly status: number }[]
  /** Where redirects lead to: nobody may ask for it. */
  readonly strayRequests: readonly string[]
  until(predicate: () => boolean, what: string): Promise<void>
  stop(): Promise<void>
}

const INFO = {
  image: 'WhatsApp Image Keys',
  video: 'WhatsApp Video Keys',
  audio: 'WhatsApp Audio Keys',
  document: 'WhatsApp Document Keys',
  sticker: 'WhatsApp Image Keys',
} as const satisfies Record<MediaKind, string>

const MAC_BYTES = 10

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

const flip = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

/**
 * Encrypts as WhatsApp does: from a key of 32 bytes come, by HKDF-SHA256, an IV, a key for AES-256-CBC and one for the
 * HMAC-SHA256 over IV and ciphertext, whose first 10 bytes stand at the end.
 */
const encryptMedia = (kind: MediaKind, bytes: Uint8Array, mediaKey: Uint8Array, bad?: BadFile): Buffer => {
  const keys = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(0), INFO[kind], 112))
  const [iv, cipherKey, macKey] = [keys.subarray(0, 16), keys.subarray(16, 48), keys.subarray(48, 80)]
  const cipher = createCipheriv('aes-256-cbc', cipherKey, iv)
  // Zero bytes at the end are none that any reader takes for padding.
  const zeros = Buffer.alloc(16 - (bytes.length % 16))
  if (bad === 'padding') cipher.setAutoPadding(false)
  const plain = bad === 'padding' ? Buffer.concat([bytes, zeros]) : bytes
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  const mac = createHmac('sha256', macKey).update(iv).update(encrypted).digest().subarray(0, MAC_BYTES)
  return Buffer.concat([encrypted, bad === 'mac' ? flip(mac, 0) : mac])
}

export const startMedia = async (now: () => number = Date.now): Promise<MediaHost> => {
  const files = new Map<string, Buffer>()
  const requests: { path: string; status: number }[] = []
  const strayRequests: string[] = []
  const faults: MediaFault[] = []
  const conditions = new Conditions()
  const timers = new Set<NodeJS.Timeout>()

  const note = (path: string, status: number): void => {
    requests.push({ path, status })
    conditions.changed()
  }

  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }

  /** A few bytes at a time, until the reader goes away or there is no more. */
  const trickle = (res: ServerResponse, next: () => Buffer | undefined, everyMs: number): void => {
    const chunk = res.destroyed ? undefined : next()
    if (chunk === undefined) return void res.end()
    res.write(chunk)
    later(everyMs, () => trickle(res, next, everyMs))
  }

  const answerBadly = (fault: MediaFault, path: string, file: Buffer, res: ServerResponse): void => {
    const head = (status: number, headers: Record<string, string | number> = {}): void => {
      res.writeHead(status, headers)
      note(path, status)
    }
    switch (fault) {
      case 'not-found':
      case 'gone':
        head(fault === 'gone' ? 410 : 404)
        return void res.end()
      case 'cut-off':
        head(200, { 'content-length': file.length })
        return void res.write(file.subarray(0, Math.floor(file.length / 2)), () => res.destroy())
      case 'endless':
        head(200)
        return trickle(res, () => Buffer.alloc(64 * 1024, 7), 0)
      case 'redirect':
        head(302, { location: '/stray' })
        return void res.end()
      case 'hold':
        return note(path, 0)
      case 'slow': {
        head(200, { 'content-length': file.length })
        const bytes = [...file]
        return trickle(res, () => (bytes.length === 0 ? undefined : Buffer.from(bytes.splice(0, 1))), 50)
      }
      case 'no-length':
        head(200)
        res.write(file.subarray(0, 1))
        return void res.end(file.subarray(1))
      case 'changed-byte':
        head(200, { 'content-length': file.length })
        return void res.end(flip(file, 0))
      default:
        throw new Error(`no such fault: ${String(fault satisfies never)}`)
    }
  }

  const handle = (req: IncomingMessage, res: ServerResponse): void => {
    const path = req.url ?? '/'
    const file = files.get(path)
    if (file === undefined || req.method !== 'GET') {
      strayRequests.push(`${req.method ?? ''} ${path}`)
      note(path, 404)
      res.writeHead(404)
      return void res.end()
    }
    const fault = faults.shift()
    if (fault !== undefined) return answerBadly(fault, path, file, res)
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.length })
    res.end(file, () => note(path, 200))
  }

  const loopback = await listenOnLoopback(handle)

  return {
    url: loopback.url,
    requests,
    strayRequests,
    put: (kind, bytes, bad) => {
      const mediaKey = randomBytes(32)
      const encrypted = encryptMedia(kind, bytes, mediaKey, bad)
      const number = files.size + 1
      const name = `${30_000_000 + number}_${randomBytes(6).readUIntBE(0, 6)}_n.enc`
      const directPath = `/v/t62.7118-24/${name}?ccb=11-4&oh=01_Q5AaI${randomBytes(18).toString('base64url')}&oe=69A1B2C3&_nc_sid=5e03e0`
      files.set(directPath, encrypted)
      const fileSha256 = sha256(bytes)
      const fileEncSha256 = sha256(encrypted)
      return {
        url: `https://mmg.whatsapp.net${directPath}&mms3=true`,
        directPath,
        mediaKey,
        fileSha256: bad === 'fileSha256' ? flip(fileSha256, 0) : fileSha256,
        fileEncSha256: bad === 'fileEncSha256' ? flip(fileEncSha256, 0) : fileEncSha256,
        fileLength: bytes.length,
        mediaKeyTimestamp: Math.floor(now() / 1000),
      }
    },
    fail: (fault, times = 1) => void faults.push(...Array.from({ length: times }, () => fault)),
    until: (predicate, what) => conditions.waitFor(predicate, what),
    stop: async () => {
      conditions.stop()
      for (const timer of timers) clearTimeout(timer)
      await loopback.close()
    },
  }
}
