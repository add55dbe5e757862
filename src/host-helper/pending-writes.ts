import type { HelperRequest } from '../shared/contracts/helper.ts'
import { MAX_FILE_BYTES } from './files.ts'
import { Refusal } from './refusal.ts'

type WriteRequest = Extract<HelperRequest, { readonly op: 'write' }>

/** The pieces of files that are not whole yet. In memory, so that nothing half written is ever on the disk. */
export interface PendingWrites {
  /**
   * The whole file with its last piece; undefined while there is more to come. Throws a Refusal, which ends it: whoever
   * writes sends the next piece only when the one before was answered.
   */
  readonly take: (request: WriteRequest, body: Uint8Array) => readonly Uint8Array[] | undefined
}

interface Pending {
  readonly path: string
  readonly pieces: Uint8Array[]
  bytes: number
}

/** Files at the same time; the pieces of all of them together are bounded like one file. */
const MAX_PENDING = 64

export const createPendingWrites = (): PendingWrites => {
  const pending = new Map<number, Pending>()
  let held = 0

  /** `heldBytes`: of the pieces before this one. */
  const refuse = (id: number, heldBytes: number, refusal: Refusal): never => {
    held -= heldBytes
    pending.delete(id)
    throw refusal
  }

  return {
    take({ id, path, offset, more }, body) {
      const known = pending.get(id)
      if (known === undefined && pending.size >= MAX_PENDING)
        throw new Refusal('busy', 'too many files are being written')
      const write = known ?? { path, pieces: [], bytes: 0 }
      if (more) pending.set(id, write)
      else pending.delete(id)
      if (write.path !== path || write.bytes !== offset)
        return refuse(
          id,
          write.bytes,
          new Refusal('bad_request', 'the pieces of the file do not fit together'),
        )
      if (held + body.byteLength > MAX_FILE_BYTES)
        return refuse(
          id,
          write.bytes,
          new Refusal('too_large', `more than ${String(MAX_FILE_BYTES)} bytes can not be written`),
        )
      write.pieces.push(body)
      write.bytes += body.byteLength
      if (more) {
        held += body.byteLength
        return undefined
      }
      held -= write.bytes - body.byteLength
      return write.pieces
    },
  }
}
