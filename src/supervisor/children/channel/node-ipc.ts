import { contractViolation } from '../inbox.ts'
import { type Channel, isNodesOwn, MAX_UNREAD } from './channel.ts'

/**
 * Node's ipc channel with Node at both ends, for Windows, where it is no plain pipe: libuv puts frames around what
 * is said, and only it can take them off. Bytes that are no message end this process there.
 */
export const nodeIpc: Channel = {
  stdio: 'ipc',
  env: {},
  open: (child, { onMessage, onRefused }) => {
    let closed = false
    let unread = 0

    const close = (): void => {
      closed = true
      if (child.connected) child.disconnect()
    }

    const refuse = (what: string): void => {
      if (closed) return
      close()
      onRefused(contractViolation(what))
    }

    child.on('message', (raw) => {
      if (!closed) onMessage(raw)
    })
    // Node's own messages carry sockets over the channel. Here nobody sends one: taken in they would use up our
    // file descriptors until the latch could not be written, and one out of turn ends this process with an
    // assertion.
    child.removeAllListeners('internalMessage')
    child.on('internalMessage', (message: unknown, handle: unknown) => {
      closeHandle(handle)
      refuse(isNodesOwn(message) ? 'one of Node’s own messages' : 'a message that is not in the contract')
    })

    return {
      send: (message) => {
        if (closed || !child.connected) return false
        if (unread >= MAX_UNREAD) {
          refuse('it does not listen to what it is told')
          return false
        }
        unread += 1
        // A channel that closes meanwhile is not an error of ours: the exit that follows tells everything.
        child.send(message, () => {
          unread -= 1
        })
        return true
      },
      close,
    }
  },
}

const closeHandle = (handle: unknown): void => {
  if (
    typeof handle === 'object' &&
    handle !== null &&
    'close' in handle &&
    typeof handle.close === 'function'
  )
    handle.close()
}
