import type { proto } from '@whiskeysockets/baileys'
import type { Attachment, InboundKind } from '../../../shared/domain/inbound.ts'
import { attachmentOf, mediaIn } from './attachments.ts'
import { meaningOf } from './content-kinds.ts'
import { describedContacts, describedLocation, describedOnce } from './described.ts'

/** What a decrypted message says. */
export interface Content {
  readonly kind: InboundKind
  /** Without what it quotes. */
  readonly text: string
  readonly forwarded: boolean
  readonly attachments: readonly Attachment[]
  /** Mentions and quotes: the sender's words, and never an identity. */
  readonly context: proto.IContextInfo | undefined
}

/** Real ones have two: a document with a caption in a chat with a timer. */
const MAX_WRAPPERS = 5

const MESSAGE_EDIT = 14

/** Undefined: there is nothing in it but the key of a group. */
export const contentOf = (message: proto.IMessage): Content | undefined => {
  const found = opened(message)
  if (found === undefined) return undefined
  const { fields, inner, isOnce } = found
  const [field] = fields
  // One message says one thing. What says two at once was made to be read differently by two readers.
  if (field === undefined || fields.length > 1) return nothing(worst(fields))
  const meaning = meaningOf(field)
  if (meaning === 'message') return said(inner, isOnce)
  if (meaning === 'beside' || meaning === 'wrapper') return nothing('unknown')
  const isEdit = Number(inner.protocolMessage?.type) === MESSAGE_EDIT
  return nothing(isEdit ? 'edit' : meaning)
}

interface Opened {
  readonly fields: readonly string[]
  readonly inner: proto.IMessage
  /** It is to be seen once. */
  readonly isOnce: boolean
}

/** Through what only says how a message is shown. A wrapper with something next to it, an empty or an endless one stay closed. */
const opened = (message: proto.IMessage): Opened | undefined => {
  let inner = message
  let isOnce = false
  for (let depth = 0; depth <= MAX_WRAPPERS; depth += 1) {
    const fields = fieldsOf(inner).filter((each) => meaningOf(each) !== 'beside')
    if (depth === 0 && fields.length === 0 && bringsKey(inner)) return undefined
    const [field] = fields
    if (field === undefined || fields.length > 1 || meaningOf(field) !== 'wrapper')
      return { fields, inner, isOnce }
    isOnce ||= field.startsWith('viewOnce')
    const next = insideOf(inner)
    if (next === undefined) break
    inner = next
  }
  return { fields: [], inner, isOnce }
}

/** What is there. A decoded message has its unset fields in its prototype. */
const fieldsOf = (message: proto.IMessage): readonly string[] =>
  Object.entries(message).flatMap(([field, value]) => (isThere(value) ? [field] : []))

const isThere = (value: unknown): boolean => value !== null && value !== undefined

const bringsKey = (message: proto.IMessage): boolean =>
  isThere(message.senderKeyDistributionMessage) || isThere(message.fastRatchetKeySenderKeyDistributionMessage)

const insideOf = (message: proto.IMessage): proto.IMessage | undefined =>
  (
    message.ephemeralMessage ??
    message.viewOnceMessage ??
    message.viewOnceMessageV2 ??
    message.viewOnceMessageV2Extension ??
    message.documentWithCaptionMessage ??
    message.groupMentionedMessage ??
    message.lottieStickerMessage
  )?.message ?? undefined

const said = (message: proto.IMessage, isOnce: boolean): Content => {
  const media = mediaIn(message)
  const context =
    message.extendedTextMessage?.contextInfo ??
    media?.contextInfo ??
    message.locationMessage?.contextInfo ??
    message.contactMessage?.contextInfo ??
    message.contactsArrayMessage?.contextInfo ??
    undefined
  // Whoever sends it wants it to be kept nowhere.
  const isFleeting = media !== undefined && (isOnce || media.isOnce)
  const attachment = media === undefined || isFleeting ? undefined : attachmentOf(media)
  const words = [
    message.conversation,
    message.extendedTextMessage?.text,
    media?.caption,
    isFleeting ? describedOnce(media.kind) : undefined,
    describedLocation(message.locationMessage),
    describedContacts(message),
  ]
  return {
    kind: 'message',
    text: words.filter((each) => typeof each === 'string' && each !== '').join('\n'),
    forwarded: isForwarded(context),
    attachments: attachment === undefined ? [] : [attachment],
    context,
  }
}

const isForwarded = (context: proto.IContextInfo | undefined): boolean =>
  context !== undefined &&
  (context.isForwarded === true ||
    (context.forwardingScore ?? 0) > 0 ||
    isThere(context.forwardedNewsletterMessageInfo) ||
    isThere(context.forwardedAiBotMessageInfo) ||
    isThere(context.businessMessageForwardInfo))

/** Of several contents: the one that is no message, if there is such a one. */
const worst = (fields: readonly string[]): Exclude<InboundKind, 'message'> => {
  for (const field of fields) {
    const meaning = meaningOf(field)
    if (meaning !== 'message' && meaning !== 'beside' && meaning !== 'wrapper') return meaning
  }
  return 'unknown'
}

const nothing = (kind: Exclude<InboundKind, 'message'>): Content => ({
  kind,
  text: '',
  forwarded: false,
  attachments: [],
  context: undefined,
})
