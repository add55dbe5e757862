// The form of what passes between the gateway and a helper: see contracts/helper.ts. What a header means is not known here.
import { FRAME_PREFIX_BYTES, MAX_FRAME_BYTES, MAX_HEADER_BYTES } from './helper.ts'

export interface HelperFrame {
  /** A JSON object. What is in it is for the contract to say. */
  readonly header: unknown
  readonly body: Uint8Array
}

/** Bytes that are no frames. The message completes the sentence “it sent …”. */
export class FrameViolation extends Error {
  override readonly name = 'FrameViolation'
}

const NOTHING = new Uint8Array(0)
/** Where a frame is longer than what has arrived of it, this much is set aside for it at first. Bytes. */
const FIRST_ROOM = 4096
const LONGEST = FRAME_PREFIX_BYTES + MAX_FRAME_BYTES

/** @throws FrameViolation where the header or the whole is longer than a frame may be. */
export const encodeFrame = (header: object, body: Uint8Array = NOTHING): Uint8Array => {
  const text = new TextEncoder().encode(JSON.stringify(header))
  const length = text.length + body.length
  checkLengths(length, text.length)
  const frame = new Uint8Array(FRAME_PREFIX_BYTES + length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, length)
  view.setUint32(4, text.length)
  frame.set(text, FRAME_PREFIX_BYTES)
  frame.set(body, FRAME_PREFIX_BYTES + text.length)
  return frame
}

/**
 * Turns what arrives, in whatever pieces, into frames. Holds at most one frame that is not whole, and never more than
 * twice of what has really arrived of it, whatever length it claims. The frames keep nothing of the pieces.
 * @throws FrameViolation for what is no frame, and for everything after it: the reader has lost its place.
 */
export const createFrameReader = (): ((piece: Uint8Array) => readonly HelperFrame[]) => {
  let half = new Uint8Array(FIRST_ROOM)
  let length = 0
  let broken: FrameViolation | undefined

  const keep = (bytes: Uint8Array): void => {
    const needed = length + bytes.length
    if (needed > half.length) {
      const larger = new Uint8Array(Math.max(needed, Math.min(2 * half.length, LONGEST)))
      larger.set(half.subarray(0, length))
      half = larger
    }
    half.set(bytes, length)
    length = needed
  }

  const forget = (): void => {
    length = 0
    if (half.length > FIRST_ROOM) half = new Uint8Array(FIRST_ROOM)
  }

  const read = (piece: Uint8Array): readonly HelperFrame[] => {
    const frames: HelperFrame[] = []
    let rest = piece
    if (length > 0) {
      // First as much as tells how long it is, then as much as that is.
      for (const wanted of [() => FRAME_PREFIX_BYTES, () => wholeLength(half.subarray(0, length))]) {
        const missing = Math.max(0, wanted() - length)
        keep(rest.subarray(0, missing))
        rest = rest.subarray(missing)
        if (length < wanted()) return frames
      }
      frames.push(frameOf(half.subarray(0, length)))
      forget()
    }
    while (rest.length >= FRAME_PREFIX_BYTES) {
      const whole = wholeLength(rest)
      if (rest.length < whole) break
      frames.push(frameOf(rest.subarray(0, whole)))
      rest = rest.subarray(whole)
    }
    keep(rest)
    return frames
  }

  return (piece) => {
    if (broken !== undefined) throw broken
    try {
      return read(piece)
    } catch (error) {
      broken = error instanceof FrameViolation ? error : new FrameViolation('what could not be read')
      half = NOTHING
      length = 0
      throw broken
    }
  }
}

/** Of a frame with its prefix, from its prefix. */
const wholeLength = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_PREFIX_BYTES)
  const length = view.getUint32(0)
  checkLengths(length, view.getUint32(4))
  return FRAME_PREFIX_BYTES + length
}

const checkLengths = (length: number, headerLength: number): void => {
  if (length > MAX_FRAME_BYTES) throw new FrameViolation(`a frame of more than ${MAX_FRAME_BYTES} bytes`)
  if (headerLength > MAX_HEADER_BYTES)
    throw new FrameViolation(`a header of more than ${MAX_HEADER_BYTES} bytes`)
  if (headerLength === 0 || headerLength > length) throw new FrameViolation('a header that does not fit')
}

const frameOf = (whole: Uint8Array): HelperFrame => {
  const view = new DataView(whole.buffer, whole.byteOffset, FRAME_PREFIX_BYTES)
  const bodyAt = FRAME_PREFIX_BYTES + view.getUint32(4)
  const header = headerOf(whole.subarray(FRAME_PREFIX_BYTES, bodyAt))
  // A copy, which `slice` of a Buffer would not be.
  return { header, body: new Uint8Array(whole.subarray(bodyAt)) }
}

const headerOf = (bytes: Uint8Array): unknown => {
  const header = jsonOf(bytes)
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw new FrameViolation('a header that is no JSON object')
  return header
}

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    // The parser's own words would repeat what was sent.
    throw new FrameViolation('a header that is not JSON in UTF-8')
  }
}
