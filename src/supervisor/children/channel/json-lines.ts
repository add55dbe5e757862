import { isUtf8 } from 'node:buffer'
import { Socket } from 'node:net'
import { contractViolation } from '../inbox.ts'
import { createBoundedLines } from './bounded-lines.ts'
import { type Channel, type ChannelEnd, isNodesOwn, MAX_UNREAD } from './channel.ts'

/** Of one message from the gateway, in bytes: far more than any of the contract has. */
const MAX_LINE = 1024 * 1024
/** Written and not taken, in bytes; one message is let through whatever its length. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024

const CLOSED: ChannelEnd = { send: () => false, close: () => undefined }

/**
 * Node's ipc channel with Node at the gateway's end only; here it is a plain socket, from which each line is read
 * as what it may be: anything. Node's own end throws where nobody can catch it when bytes come that are no JSON,
 * keeps a line without an end in memory as long as it grows, and takes in sockets. The kernel closes those that
 * are sent to a plain socket. The other end is always the pinned Node, and so is what is agreed here: a message
 * is JSON in UTF-8 and a line feed (`serialization: 'json'` in the docs of Node's child processes).
 */
export const jsonLines: Channel = {
  stdio: 'pipe',
  env: { NODE_CHANNEL_FD: '3', NODE_CHANNEL_SERIALIZATION_MODE: 'json' },
  open: (child, { onMessage, onRefused }) => {
    // Without process ids or files left there is no child, and no stdio either, whatever its type says.
    const socket = child.pid === undefined ? undefined : child.stdio[3]
    if (!(socket instanceof Socket)) return CLOSED
    const lines = createBoundedLines(MAX_LINE)
    let closed = false
    let unread = 0

    const close = (): void => {
      closed = true
      socket.destroy()
    }

    const refuse = (what: string): void => {
      close()
      onRefused(contractViolation(what))
    }

    const hear = (piece: Buffer): void => {
      const heard = lines(piece)[Symbol.iterator]()
      while (!closed) {
        const next = nextMessage(heard)
        if (next.kind === 'none') return
        if (next.kind === 'message') onMessage(next.raw)
        else refuse(next.why)
      }
    }

    socket.on('data', hear)
    // A gateway that closed its end, or died with something unread. What becomes of it, its exit tells.
    socket.on('error', () => undefined)

    return {
      send: (message) => {
        if (closed || !socket.writable) return false
        if (unread >= MAX_UNREAD || socket.writableLength > MAX_UNREAD_BYTES) {
          refuse('it does not listen to what it is told')
          return false
        }
        unread += 1
        socket.write(`${JSON.stringify(message)}\n`, () => {
          unread -= 1
        })
        return true
      },
      close,
    }
  },
}

type Next =
  | { readonly kind: 'none' }
  | { readonly kind: 'message'; readonly raw: unknown }
  | { readonly kind: 'refused'; readonly why: string }

const refused = (why: string): Next => ({ kind: 'refused', why })

const nextMessage = (lines: Iterator<Buffer>): Next => {
  let line: Buffer
  try {
    const next = lines.next()
    if (next.done === true) return { kind: 'none' }
    line = next.value
  } catch {
    return refused(`a message of more than ${MAX_LINE} bytes`)
  }
  if (!isUtf8(line)) return refused('a message that is not UTF-8')
  try {
    const raw: unknown = JSON.parse(line.toString('utf8'))
    return isNodesOwn(raw) ? refused('one of Node’s own messages') : { kind: 'message', raw }
  } catch {
    // The parser's own words would repeat what was sent.
    return refused('a message that is not JSON')
  }
}
