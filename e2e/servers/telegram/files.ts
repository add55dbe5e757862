import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FaultPlan } from './faults.ts'
import type { UploadedFile } from './types.ts'

/** A file that Telegram keeps for a bot. */
export interface StoredFile extends UploadedFile {
  readonly fileId: string
  /** Where it is fetched from, below `/file/bot<token>/`. */
  readonly path: string
  /** What Telegram says of its length; the true one unless a test says otherwise. */
  readonly size: number
}

/** Telegram's limit for what a bot may fetch. Bytes. */
export const MAX_FETCH_BYTES = 20 * 1000 * 1000

/** The files that people have sent to one bot. */
export class FileStore {
  readonly #files = new Map<string, StoredFile>()

  add({ fileName, bytes }: UploadedFile, size = bytes.length): StoredFile {
    const number = this.#files.size + 1
    const ending = /\.[A-Za-z0-9]{1,10}$/.exec(fileName)?.[0] ?? ''
    const path = `documents/file_${number}${ending}`
    const file = { fileName, bytes, size, fileId: `BQACAgIAAxkBAAM${number}`, path }
    this.#files.set(file.fileId, file)
    return file
  }

  get(fileId: string): StoredFile | undefined {
    return this.#files.get(fileId)
  }

  at(path: string): StoredFile | undefined {
    return [...this.#files.values()].find((file) => file.path === path)
  }
}

/** The token and the file that a request asks for, if it asks for a file. */
export const fileRequested = (req: IncomingMessage): { token: string; path: string } | undefined => {
  const { pathname } = new URL(req.url ?? '/', 'http://127.0.0.1')
  const [, token, path] = /^\/file\/bot([^/]+)\/(.+)$/.exec(decodeURIComponent(pathname)) ?? []
  return token === undefined || path === undefined ? undefined : { token, path }
}

/** Sends the file as it is; or, where a test ordered it for `file`, half of it, or nothing at all until released. */
export const sendStored = async (
  { bytes }: StoredFile,
  res: ServerResponse,
  plan: FaultPlan,
): Promise<void> => {
  const fault = plan.take('file')
  if (fault?.kind === 'error') {
    res.writeHead(fault.error.status)
    res.end()
    return
  }
  if (fault?.kind === 'stall') await fault.gate.promise
  else if (fault !== undefined && fault.kind !== 'drop') throw new Error(`no ${fault.kind} of a file`)
  res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length })
  if (fault?.kind !== 'drop') res.end(bytes)
  else res.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => res.destroy())
}
