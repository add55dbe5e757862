// How an attached container's output comes: pieces with a header of 8 bytes, the stream's number, three zeros, and the
// length, big-endian. https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach

const HEADER_BYTES = 8
const STDOUT = 1
const STDERR = 2

export interface AttachedOutput {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Buffer
}

/** What comes is not what Docker sends: nothing after it can be understood. */
export class OutputViolation extends Error {}

/**
 * Takes the stream piece by piece, however it was cut, and gives what belongs to which of the two outputs. It keeps
 * nothing but the beginning of a header. Errors: `OutputViolation`.
 */
export const createOutputReader = (): ((piece: Buffer) => readonly AttachedOutput[]) => {
  let header = Buffer.alloc(0)
  let stream: AttachedOutput['stream'] = 'stdout'
  /** Bytes of the current piece that are still to come. */
  let left = 0

  return (piece) => {
    const found: AttachedOutput[] = []
    let at = 0
    while (at < piece.length) {
      if (left > 0) {
        const bytes = piece.subarray(at, at + left)
        found.push({ stream, bytes })
        at += bytes.length
        left -= bytes.length
        continue
      }
      const missing = piece.subarray(at, at + HEADER_BYTES - header.length)
      header = Buffer.concat([header, missing])
      at += missing.length
      if (header.length < HEADER_BYTES) break
      stream = streamOf(header)
      left = header.readUInt32BE(4)
      header = Buffer.alloc(0)
    }
    return found
  }
}

const streamOf = (header: Buffer): AttachedOutput['stream'] => {
  const number = header[0]
  if ((number === STDOUT || number === STDERR) && header.readUIntBE(1, 3) === 0) {
    return number === STDOUT ? 'stdout' : 'stderr'
  }
  throw new OutputViolation('sent something that is no output of a container')
}
