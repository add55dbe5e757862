import type { Readable, Writable } from 'node:stream'
import { BOX_PREFIX_BYTES } from '../../shared/contracts/box-frames.ts'
import { encodeBoxPrefix } from '../../shared/contracts/box-pieces.ts'

/** Bytes of one box before the next one has its turn. Small, so that a flood delays the others little. */
const TURN_BYTES = 16 * 1024
/** Bytes of all of them before everything else of this process has its turn, STOP above all. */
const ROUND_BYTES = 1024 * 1024

export interface BoxPump {
  /** From now on what this source says travels under this number; its end too, after its last bytes. */
  readonly add: (box: number, source: Readable) => void
  readonly remove: (box: number) => void
}

interface Lane {
  readonly box: number
  readonly source: Readable
  /** Read from the source, and not passed on. */
  rest: Uint8Array | undefined
  state: 'idle' | 'queued' | 'over'
  ended: boolean
}

/**
 * Passes what the boxes say on into one channel, in fair turns. While the channel is full nothing is read: each box
 * waits at its own end, and what is held here of it is what its stream had read already.
 */
export const createBoxPump = (channel: Writable): BoxPump => {
  const lanes = new Map<number, Lane>()
  const queue: Lane[] = []
  let full = false
  let round = ROUND_BYTES
  let resting = false

  const passOn = (box: number, bytes: Uint8Array): void => {
    const piece = Buffer.allocUnsafe(BOX_PREFIX_BYTES + bytes.length)
    piece.set(encodeBoxPrefix(box, bytes.length))
    piece.set(bytes, BOX_PREFIX_BYTES)
    full = !channel.write(piece)
    round -= piece.length
    if (round > 0 || resting) return
    resting = true
    setImmediate(() => {
      resting = false
      round = ROUND_BYTES
      turns()
    })
  }

  const takeTurn = (lane: Lane): void => {
    const bytes = lane.rest ?? readFrom(lane.source)
    if (bytes === undefined) {
      lane.state = 'idle'
      if (!lane.ended) return
      remove(lane.box)
      passOn(lane.box, Buffer.alloc(0))
      return
    }
    passOn(lane.box, bytes.subarray(0, TURN_BYTES))
    lane.rest = bytes.length > TURN_BYTES ? bytes.subarray(TURN_BYTES) : undefined
    queue.push(lane)
  }

  const mayPassOn = (): boolean => !full && !resting && !channel.destroyed
  const turns = (): void => {
    while (mayPassOn()) {
      const lane = queue.shift()
      if (lane === undefined) return
      if (lane.state === 'queued') takeTurn(lane)
    }
  }

  const wants = (lane: Lane): void => {
    if (lane.state === 'idle') {
      lane.state = 'queued'
      queue.push(lane)
    }
    turns()
  }

  const remove = (box: number): void => {
    const lane = lanes.get(box)
    if (lane === undefined) return
    lane.state = 'over'
    lane.rest = undefined
    lanes.delete(box)
  }

  channel.on('drain', () => {
    full = false
    turns()
  })

  return {
    add: (box, source) => {
      const lane: Lane = { box, source, rest: undefined, state: 'idle', ended: false }
      lanes.set(box, lane)
      const ended = (): void => {
        lane.ended = true
        wants(lane)
      }
      source.on('readable', () => wants(lane))
      source.once('end', ended)
      // Also where it was cut off.
      source.once('close', ended)
      wants(lane)
    },
    remove,
  }
}

const readFrom = (source: Readable): Uint8Array | undefined => {
  const bytes: unknown = source.read()
  return bytes instanceof Uint8Array ? bytes : undefined
}
