import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'

/** After this many, others get a turn of the loop. */
const AT_ONCE = 10

/**
 * Has Baileys handle one message after the other, in the order in which they came. By itself it handles what had waited in one
 * queue and what comes live beside it, so that an answer would overtake the question. To be called right after the socket was
 * made. `isOver`: what is still to be handled comes again with the next connection. `onFault`: one could not be handled.
 */
export const handleMessagesInTurn = (
  socket: EventEmitter,
  isOver: () => boolean,
  onFault: (error: unknown) => void,
): void => {
  const listeners = socket.listeners('CB:message')
  socket.removeAllListeners('CB:message')
  const waiting: BinaryNode[] = []
  let isHandling = false

  const handle = async (stanza: BinaryNode): Promise<void> => {
    try {
      for (const listener of listeners) {
        const handling: unknown = Reflect.apply(listener, socket, [forBaileys(stanza)])
        if (handling instanceof Promise) await handling
      }
    } catch (error) {
      onFault(error)
    }
  }

  const handleAll = async (): Promise<void> => {
    isHandling = true
    let handled = 0
    for (let next = waiting.shift(); next !== undefined && !isOver(); next = waiting.shift()) {
      await handle(next)
      handled += 1
      if (handled % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    isHandling = false
  }

  socket.on('CB:message', (stanza: BinaryNode) => {
    waiting.push(stanza)
    if (!isHandling) void handleAll()
  })
}

/**
 * `offline` would put it into Baileys' other queue. And what another device of this account wrote to a number is confirmed to
 * nobody (the receipt gets no `to`), unless the stanza names its author as one in a group does.
 */
const forBaileys = (stanza: BinaryNode): BinaryNode => {
  const { offline: _, ...attrs } = stanza.attrs
  const { from, recipient, participant } = attrs
  const isOwn = recipient !== undefined && participant === undefined && from !== undefined
  return { ...stanza, attrs: isOwn ? { ...attrs, participant: from } : attrs }
}
