import { createHash, type Hash } from 'node:crypto'
import { Zip, ZipDeflate } from 'fflate'
import type { BundleTarget } from './bundle-target.ts'

const UNIX = 3
const PRIVATE_FILE = 0o100600 << 16

export interface ZipEntry {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** Writes a zip as it grows, so that no more than a piece of it is in memory. */
export interface ZipWriter {
  /** Adds a file piece by piece. */
  readonly add: (name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => Promise<ZipEntry>
  /** Ends it; returns the SHA-256 of the whole zip. */
  readonly end: () => Promise<string>
}

/** @param now for the dates in it, milliseconds since the epoch. */
export const createZipWriter = (target: BundleTarget, now: number): ZipWriter => {
  const whole = createHash('sha256')
  let waiting: Uint8Array[] = []
  let failure: Error | null = null
  const zip = new Zip((error, bytes) => {
    failure ??= error
    // The library may fill the same memory again.
    waiting.push(Uint8Array.from(bytes))
  })
  const drain = async (): Promise<void> => {
    if (failure !== null) throw failure
    const pieces = waiting
    waiting = []
    for (const piece of pieces) {
      whole.update(piece)
      await target.write(piece)
    }
  }
  return {
    async add(name, pieces) {
      const file = new ZipDeflate(name, { level: 6 })
      file.mtime = now
      file.os = UNIX
      file.attrs = PRIVATE_FILE
      zip.add(file)
      const hash: Hash = createHash('sha256')
      let length = 0
      for await (const piece of pieces) {
        if (piece.length === 0) continue
        hash.update(piece)
        length += piece.length
        file.push(piece)
        await drain()
      }
      file.push(new Uint8Array(0), true)
      await drain()
      return { name, bytes: length, sha256: hash.digest('hex') }
    },
    async end() {
      zip.end()
      await drain()
      return whole.digest('hex')
    },
  }
}
