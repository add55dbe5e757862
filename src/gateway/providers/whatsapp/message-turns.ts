import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'

/** After this many, others get a turn of the loop. */
const AT_ONCE = 10
/**
 * Bytes. The longest text that WhatsApp's own programs let people write, with a quote and two thumbnails, has less; and a message
 * of empty parts takes 150 times its length in memory once it is decoded.
 */
const MAX_CONTENT = 512 * 1024
/** A message in a group has two. */
const MAX_ENCRYPTED = 4

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
 * What is too long, and what was not encrypted, is left out: it can not be a person's message to us, and is acknowledged unread.
 * `offline` would put it into Baileys' other queue. And what another device of this account wrote to a number is confirmed to
 * nobody (the receipt gets no `to`), unless the stanza names its author as one in a group does.
 */
const forBaileys = (stanza: BinaryNode): BinaryNode => {
  const { offline: _, ...attrs } = stanza.attrs
  const { from, recipient, participant } = attrs
  const isOwn = recipient !== undefined && participant === undefined && from !== undefined
  return {
    ...stanza,
    attrs: isOwn ? { ...attrs, participant: from } : attrs,
    ...(Array.isArray(stanza.content) ? { content: readable(stanza.content) } : {}),
  }
}

const readable = (children: readonly BinaryNode[]): BinaryNode[] => {
  const fit = children.filter(({ tag, content }) => tag !== 'plaintext' && lengthOf(content) <= MAX_CONTENT)
  const encrypted = fit.filter(({ tag }) => tag === 'enc').slice(0, MAX_ENCRYPTED)
  return [...fit.filter(({ tag }) => tag !== 'enc'), ...encrypted]
}

const lengthOf = (content: BinaryNode['content']): number =>
  content instanceof Uint8Array || typeof content === 'string' ? content.length : 0
