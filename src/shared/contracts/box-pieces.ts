// The form of the stream that carries all sandboxes: see contracts/box-frames.ts.
import { BOX_PREFIX_BYTES, MAX_BOX_PIECE } from './box-frames.ts'

/** Bytes of one box, in order. None: its stream ends. */
export interface BoxPiece {
  readonly box: number
  readonly bytes: Uint8Array
}

/** The prefix of a piece. */
export const encodeBoxPrefix = (box: number, length: number): Uint8Array => {
  const prefix = new Uint8Array(BOX_PREFIX_BYTES)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, box)
  view.setUint32(4, length)
  return prefix
}

/** The bytes as pieces with their prefixes, none longer than a piece may be. */
export function* encodeBoxPieces(box: number, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += MAX_BOX_PIECE) {
    const piece = bytes.subarray(at, at + MAX_BOX_PIECE)
    yield encodeBoxPrefix(box, piece.length)
    yield piece
  }
}

/**
 * Takes apart what arrives. Holds no bytes but those of a prefix that is not whole: a piece is given out as it
 * arrives, in several parts where it comes so. The parts are views of what was given in.
 * `broken`: a piece that is longer than one may be; nothing more should be asked for.
 */
export const createBoxPieces = (): ((arrived: Uint8Array) => Iterable<BoxPiece | 'broken'>) => {
  const prefix = new Uint8Array(BOX_PREFIX_BYTES)
  const view = new DataView(prefix.buffer)
  let prefixed = 0
  let left = 0

  return function* split(arrived) {
    let rest = arrived
    while (rest.length > 0) {
      if (left === 0) {
        const part = rest.subarray(0, BOX_PREFIX_BYTES - prefixed)
        prefix.set(part, prefixed)
        prefixed += part.length
        rest = rest.subarray(part.length)
        if (prefixed < BOX_PREFIX_BYTES) return
        prefixed = 0
        left = view.getUint32(4)
        if (left > MAX_BOX_PIECE) {
          yield 'broken'
          return
        }
        if (left === 0) yield { box: view.getUint32(0), bytes: rest.subarray(0, 0) }
      } else {
        const bytes = rest.subarray(0, left)
        left -= bytes.length
        rest = rest.subarray(bytes.length)
        yield { box: view.getUint32(0), bytes }
      }
    }
  }
}
