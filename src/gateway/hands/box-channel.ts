import type { Duplex } from 'node:stream'
import { createBoxPieces, encodeBoxPieces, encodeBoxPrefix } from '../../shared/contracts/box-pieces.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { ByteListener, ByteStream } from './byte-stream.ts'

/** After so many bytes everything else of this process gets its turn: a flood from one sandbox delays nobody long. */
const TURN_BYTES = 256 * 1024
/** What a sandbox may have said before anybody knows its number: a hello, and nothing else is due. Bytes. */
const MAX_EARLY = 64 * 1024
/** Written and not taken by the supervisor, in bytes, for all sandboxes together. */
const MAX_UNTAKEN = 64 * 1024 * 1024

/** The gateway's streams to its sandboxes, all in one file. At the other end is the supervisor. */
export interface BoxChannel {
  /** Of the sandbox with this number, once. `violation` is told that it has to die. */
  stream(box: number, violation: (why: string) => void): ByteStream
  /** The supervisor says that it is dead. Its stream ends. */
  gone(box: number, why: string): void
  close(): void
}

export interface BoxChannelOptions {
  readonly channel: Duplex
  /** What the supervisor passes on is in no form that it should be in: nothing more is understood. */
  readonly onBroken: (error: ClawdbotError) => void
}

interface Open {
  readonly early: Uint8Array[]
  earlyBytes: number
  /** Why there is nothing more of it. */
  ended: string | undefined
  listener: ByteListener | undefined
}

export const createBoxChannel = ({ channel, onBroken }: BoxChannelOptions): BoxChannel => {
  const open = new Map<number, Open>()
  /** Numbers are given once. */
  const over = new Set<number>()
  const pieces = createBoxPieces()
  let turn = TURN_BYTES
  let ended: string | undefined

  const boxOf = (box: number): Open => {
    const known = open.get(box)
    if (known !== undefined) return known
    const made: Open = { early: [], earlyBytes: 0, ended, listener: undefined }
    open.set(box, made)
    return made
  }

  const forget = (box: number): void => {
    open.delete(box)
    over.add(box)
  }

  const end = (box: number, why: string): void => {
    if (over.has(box)) return
    const it = boxOf(box)
    it.ended ??= why
    if (it.listener === undefined) return
    forget(box)
    it.listener.onEnd(it.ended)
  }

  const hear = (box: number, bytes: Uint8Array): void => {
    if (over.has(box)) return
    if (bytes.length === 0) return end(box, 'its output ended')
    const it = boxOf(box)
    if (it.listener !== undefined) return it.listener.onBytes(bytes)
    it.earlyBytes += bytes.length
    if (it.earlyBytes > MAX_EARLY) it.ended ??= 'it said too much before it was asked'
    else it.early.push(new Uint8Array(bytes))
  }

  const endAll = (why: string): void => {
    ended ??= why
    for (const box of open.keys()) end(box, why)
  }

  const close = (why: string): void => {
    channel.destroy()
    endAll(why)
  }

  channel.on('data', (bytes: Uint8Array) => {
    for (const piece of pieces(bytes)) {
      if (piece === 'broken') {
        close('the way to it is broken')
        return onBroken(contractViolation())
      }
      hear(piece.box, piece.bytes)
    }
    turn -= bytes.length
    if (turn > 0 || channel.destroyed) return
    turn = TURN_BYTES
    channel.pause()
    setImmediate(() => channel.resume())
  })
  // The supervisor is gone, and with it all its sandboxes. That this process has to end, its ipc channel tells.
  for (const event of ['end', 'error', 'close']) channel.on(event, () => endAll('the supervisor is gone'))

  return {
    stream: (box, violation) => {
      if (over.has(box)) return DEAD
      const it = boxOf(box)
      return {
        write: (bytes) => {
          if (over.has(box) || channel.destroyed) return
          if (channel.writableLength + bytes.length > MAX_UNTAKEN) {
            violation('it takes nothing more')
            return end(box, 'it takes nothing more')
          }
          channel.cork()
          for (const part of encodeBoxPieces(box, bytes)) channel.write(part)
          channel.uncork()
        },
        listen: (listener) => {
          if (over.has(box)) return
          it.listener = listener
          for (const bytes of it.early.splice(0)) if (!over.has(box)) listener.onBytes(bytes)
          if (it.ended !== undefined) end(box, it.ended)
        },
        condemn: (why) => {
          if (over.has(box)) return
          forget(box)
          violation(why)
        },
        close: () => {
          if (over.has(box)) return
          forget(box)
          if (!channel.destroyed) channel.write(encodeBoxPrefix(box, 0))
        },
      }
    },
    gone: (box, why) => {
      end(box, why)
      forget(box)
    },
    close: () => close('the gateway is ending'),
  }
}

const DEAD: ByteStream = {
  write: () => undefined,
  listen: (listener) => listener.onEnd('it is dead'),
  condemn: () => undefined,
  close: () => undefined,
}

const contractViolation = (): ClawdbotError =>
  new ClawdbotError(
    'contract_violation',
    'The supervisor broke its contract: bytes of a sandbox that are in no form.',
    'This is a fault in Clawdbot. Are the app and the gateway of the same version?',
  )
