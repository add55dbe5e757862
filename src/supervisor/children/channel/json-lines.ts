import { isUtf8 } from 'node:buffer'
import { Socket } from 'node:net'
import { contractViolation } from '../inbox.ts'
import { type BoundedLine, createBoundedLines } from './bounded-lines.ts'
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
 * are sent to a plain socket. That a message is JSON in UTF-8 and a line feed (`serialization: 'json'`) Node promises
 * to itself only; at the other end is always the pinned one, and the tests hold it to that.
 */
export const jsonLines: Channel = {
  stdio: 'pipe',
  env: { NODE_CHANNEL_FD: '3', NODE_CHANNEL_SERIALIZATION_MODE: 'json' },
  open: (child, { onMessage, onRefused }) => {
    // Where no more files can be opened, a child that was not made has no stdio either, whatever its type says.
    const socket = child.stdio?.[3]
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
      for (const line of lines(piece)) {
        // By what the message before led to.
        if (closed) return
        const said = read(line)
        if ('why' in said) return refuse(said.why)
        onMessage(said.raw)
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

const read = (line: BoundedLine): { readonly raw: unknown } | { readonly why: string } => {
  if (line === 'too long') return { why: `a message of more than ${MAX_LINE} bytes` }
  if (!isUtf8(line)) return { why: 'a message that is not UTF-8' }
  try {
    const raw: unknown = JSON.parse(line.toString('utf8'))
    return isNodesOwn(raw) ? { why: 'one of Node’s own messages' } : { raw }
  } catch {
    // The parser's own words would repeat what was sent.
    return { why: 'a message that is not JSON' }
  }
}
