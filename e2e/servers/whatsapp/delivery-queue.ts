import type { BinaryNode } from '@whiskeysockets/baileys'
import { node, userOf } from './stanza.ts'

/** What a client confirms, one by one. All else is for those who are connected when it happens. */
const KEPT: ReadonlySet<string> = new Set(['message', 'receipt', 'notification', 'call'])

interface Item {
  readonly stanza: BinaryNode
  isSent: boolean
}

type State = 'closed' | 'announced' | 'live'

/** Lets faults come between the queue and the connection: not at all, twice, later, in another order. */
export interface QueueFaults {
  pass(stanza: BinaryNode, send: (stanza: BinaryNode) => void): void
}

/** What waits for a linked device, and what was sent to it and not confirmed: it comes again with the next connection. */
export interface DeliveryQueue {
  push(stanza: BinaryNode): void
  /** The device is ready on a new connection: it gets what was kept, oldest first, then what comes. */
  open(send: (stanza: BinaryNode) => void): void
  /** The device asks for what was announced. */
  batchWanted(): void
  /** The connection is gone. */
  close(): void
  /** Takes a client's receipt or ack. False if nothing that was sent is meant. */
  settle(confirmation: BinaryNode): boolean
  /** What was not confirmed yet. */
  readonly pending: readonly BinaryNode[]
}

export const createDeliveryQueue = (faults: QueueFaults): DeliveryQueue => {
  const items = new Set<Item>()
  const byId = new Map<string, Item[]>()
  let state: State = 'closed'
  let send: ((stanza: BinaryNode) => void) | undefined

  const pass = (item: Item, how: 'live' | 'offline', order: number): void => {
    const { stanza } = item
    item.isSent = true
    const marked = how === 'live' ? stanza : { ...stanza, attrs: { ...stanza.attrs, offline: String(order) } }
    const sender = send
    faults.pass(marked, (passed) => {
      // A delayed stanza belongs to the connection for which it was meant; with the next one it comes anyway.
      if (sender !== undefined && send === sender) sender(passed)
    })
  }
  const sendKept = (): void => {
    let count = 0
    for (const item of items) pass(item, 'offline', count++)
    state = 'live'
    send?.(node('ib', {}, [node('offline', { count: String(count) })]))
  }
  const remove = (item: Item, id: string): void => {
    items.delete(item)
    const left = (byId.get(id) ?? []).filter((other) => other !== item)
    if (left.length === 0) byId.delete(id)
    else byId.set(id, left)
  }

  return {
    push: (stanza) => {
      if (!KEPT.has(stanza.tag)) {
        if (state === 'live') send?.(stanza)
        return
      }
      const item: Item = { stanza, isSent: false }
      items.add(item)
      const id = stanza.attrs['id'] ?? ''
      byId.set(id, [...(byId.get(id) ?? []), item])
      if (state === 'live') pass(item, 'live', 0)
    },
    open: (to) => {
      send = to
      for (const item of items) item.isSent = false
      if (items.size === 0) return sendKept()
      state = 'announced'
      const count = (tag: string) => String([...items].filter(({ stanza }) => stanza.tag === tag).length)
      send(
        node('ib', {}, [
          node('offline_preview', {
            count: String(items.size),
            message: count('message'),
            receipt: count('receipt'),
            notification: count('notification'),
            call: count('call'),
          }),
        ]),
      )
    },
    batchWanted: () => {
      if (state === 'announced') sendKept()
    },
    close: () => {
      state = 'closed'
      send = undefined
    },
    settle: (confirmation) => {
      const found = idsOf(confirmation).map((id) => {
        const sent = (byId.get(id) ?? []).filter(({ isSent }) => isSent)
        // The same id may have come from two people; a receipt names the chat.
        const item = sent.find(({ stanza }) => isAbout(confirmation, stanza)) ?? undefined
        if (item !== undefined) remove(item, id)
        return item
      })
      return found.some((item) => item !== undefined)
    },
    get pending() {
      return [...items].map(({ stanza }) => stanza)
    },
  }
}

/** A receipt may name more messages than one. */
const idsOf = ({ attrs, content }: BinaryNode): readonly string[] => [
  attrs['id'] ?? '',
  ...(Array.isArray(content) ? content : [])
    .filter((child) => child.tag === 'list')
    .flatMap((list) => (Array.isArray(list.content) ? list.content : []))
    .map((item) => item.attrs['id'] ?? ''),
]

/** An ack names the kind of stanza and who sent it; a receipt is about a message in the chat that it names. */
const isAbout = ({ tag, attrs }: BinaryNode, { tag: kind, attrs: sent }: BinaryNode): boolean => {
  const from = userOf(sent['from'] ?? '')
  const to = userOf(attrs['to'] ?? '')
  if (tag === 'ack') return attrs['class'] === kind && to === from
  if (kind !== 'message') return false
  if (attrs['type'] === 'sender') return true
  return to === from
}
