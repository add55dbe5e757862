import type { proto } from '@whiskeysockets/baileys'

/** The words that a phone shows of a message; empty where it has none. */
export const textOf = (message: proto.IMessage): string =>
  message.conversation ??
  message.extendedTextMessage?.text ??
  message.imageMessage?.caption ??
  message.videoMessage?.caption ??
  message.documentMessage?.caption ??
  ''

/** Whether it holds anything for a person to see, and not only keys. */
export const isForPeople = (message: proto.IMessage): boolean =>
  Object.entries(message).some(
    ([field, value]) =>
      value !== null && value !== undefined && !NOT_FOR_PEOPLE.has(field) && !isEmpty(value),
  )

const NOT_FOR_PEOPLE: ReadonlySet<string> = new Set([
  'senderKeyDistributionMessage',
  'fastRatchetKeySenderKeyDistributionMessage',
  'messageContextInfo',
  'protocolMessage',
])

const isEmpty = (value: unknown): boolean => value === ''

/** Words that mention people, as phones send them: the text has `@digits`, the jids stand beside it. */
export const mentioning = (text: string, jids: readonly string[]): proto.IMessage => ({
  extendedTextMessage: { text, contextInfo: { mentionedJid: [...jids] } },
})

/** Words that answer a message of `author`. */
export const quoting = (
  text: string,
  quoted: { readonly id: string; readonly author: string; readonly message: proto.IMessage },
): proto.IMessage => ({
  extendedTextMessage: {
    text,
    contextInfo: { stanzaId: quoted.id, participant: quoted.author, quotedMessage: quoted.message },
  },
})
