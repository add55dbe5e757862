import type { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { isGroupJid } from './identity.ts'

export interface NeededOptions {
  /** Of a login that is whole: nobody pairs it once more. */
  readonly isLinked: boolean
  /** Was this message sent from here? */
  readonly wasSent: (id: string) => boolean
  /** Tells WhatsApp that a stanza has arrived. */
  readonly acknowledge: (stanza: BinaryNode) => void
}

/**
 * Of the notifications, those without which no session would begin or go on. The others are acknowledged and no more: for
 * `server_sync` Baileys fetches files from wherever the server says, of any length, and for `link_code_companion_reg` it
 * replaces, asked or not, the secret by which a phone proves that it has scanned our code.
 */
const NOTIFICATIONS: ReadonlySet<string | undefined> = new Set(['encrypt', 'devices', 'privacy_token'])

/** What others show of themselves; nothing here looks at it. */
const SHOWN: readonly string[] = ['CB:presence', 'CB:chatstate']

/** Stanzas of a linking, which on a linked device nobody has asked for. */
const PAIRING: readonly string[] = ['CB:iq,type:set,pair-device', 'CB:iq,,pair-success']

/**
 * Leaves to Baileys only those stanzas that something here depends on. To be called before anybody else
 * listens, and after `guardListeners`.
 */
export const onlyNeeded = (socket: EventEmitter, options: NeededOptions): void => {
  const { isLinked, wasSent, acknowledge } = options
  for (const event of [...SHOWN, ...(isLinked ? PAIRING : [])]) socket.removeAllListeners(event)
  pass(socket, 'CB:notification', ({ attrs }) => NOTIFICATIONS.has(attrs['type']), acknowledge)
  pass(socket, 'CB:receipt', (stanza) => isNeededReceipt(stanza, wasSent), acknowledge)
}

/**
 * Whoever says that they could not decrypt a message has a new session begun with them and, for each time that they say so,
 * their keys fetched: only for a message that there was. In a chat of two nobody speaks for another.
 */
const isNeededReceipt = ({ attrs }: BinaryNode, wasSent: NeededOptions['wasSent']): boolean => {
  if (attrs['type'] !== 'retry') return true
  const { id = '', from = '', participant } = attrs
  return wasSent(id) && (isGroupJid(from) || participant === undefined || participant === from)
}

const pass = (
  socket: EventEmitter,
  event: string,
  isNeeded: (stanza: BinaryNode) => boolean,
  otherwise: (stanza: BinaryNode) => void,
): void => {
  const listeners = socket.listeners(event)
  socket.removeAllListeners(event)
  socket.on(event, (stanza: BinaryNode) => {
    if (!isNeeded(stanza)) otherwise(stanza)
    else for (const listener of listeners) Reflect.apply(listener, socket, [stanza])
  })
}
