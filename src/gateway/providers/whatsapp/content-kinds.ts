import type { proto } from '@whiskeysockets/baileys'
import type { InboundKind } from '../../../shared/domain/inbound.ts'

export type Field = keyof proto.IMessage

/** `beside`: stands next to a content and is none. `wrapper`: the content is in it. */
type Meaning = InboundKind | 'beside' | 'wrapper'

/**
 * What each field of a message makes of it. The compiler asks for every one that this Baileys knows; what it does not know is
 * lost when it decodes, and such a message is empty. Only what a person says to somebody is a message (providers.md 7).
 */
const MEANINGS: Readonly<Record<Field, Meaning>> = {
  messageContextInfo: 'beside',
  senderKeyDistributionMessage: 'beside',
  fastRatchetKeySenderKeyDistributionMessage: 'beside',

  ephemeralMessage: 'wrapper',
  viewOnceMessage: 'wrapper',
  viewOnceMessageV2: 'wrapper',
  viewOnceMessageV2Extension: 'wrapper',
  documentWithCaptionMessage: 'wrapper',
  groupMentionedMessage: 'wrapper',
  lottieStickerMessage: 'wrapper',

  conversation: 'message',
  extendedTextMessage: 'message',
  imageMessage: 'message',
  videoMessage: 'message',
  ptvMessage: 'message',
  audioMessage: 'message',
  documentMessage: 'message',
  stickerMessage: 'message',
  locationMessage: 'message',
  contactMessage: 'message',
  contactsArrayMessage: 'message',

  editedMessage: 'edit',
  secretEncryptedMessage: 'edit',

  reactionMessage: 'reaction',
  encReactionMessage: 'reaction',

  // Answers to something that this gateway never asks.
  pollUpdateMessage: 'callback',
  buttonsResponseMessage: 'callback',
  listResponseMessage: 'callback',
  templateButtonReplyMessage: 'callback',
  interactiveResponseMessage: 'callback',
  encEventResponseMessage: 'callback',
  questionResponseMessage: 'callback',

  protocolMessage: 'service',
  call: 'service',
  callLogMesssage: 'service',
  bcallMessage: 'service',
  scheduledCallCreationMessage: 'service',
  scheduledCallEditMessage: 'service',
  keepInChatMessage: 'service',
  pinInChatMessage: 'service',
  pollCreationMessage: 'service',
  pollCreationMessageV2: 'service',
  pollCreationMessageV3: 'service',
  pollCreationMessageV4: 'service',
  pollCreationMessageV5: 'service',
  pollCreationOptionImageMessage: 'service',
  pollResultSnapshotMessage: 'service',
  pollResultSnapshotMessageV3: 'service',
  eventMessage: 'service',
  eventCoverImage: 'service',
  albumMessage: 'service',
  // The same picture or film once more, in a better quality.
  associatedChildMessage: 'service',
  liveLocationMessage: 'service',
  stickerSyncRmrMessage: 'service',
  requestPhoneNumberMessage: 'service',
  limitSharingMessage: 'service',
  messageHistoryBundle: 'service',
  messageHistoryNotice: 'service',
  placeholderMessage: 'service',

  groupInviteMessage: 'membership',
  newsletterAdminInviteMessage: 'membership',
  newsletterFollowerInviteMessageV2: 'membership',

  statusMentionMessage: 'channel_post',
  groupStatusMentionMessage: 'channel_post',
  groupStatusMessage: 'channel_post',
  groupStatusMessageV2: 'channel_post',
  statusAddYours: 'channel_post',
  statusNotificationMessage: 'channel_post',
  statusQuestionAnswerMessage: 'channel_post',
  statusQuotedMessage: 'channel_post',
  statusStickerInteractionMessage: 'channel_post',
  questionMessage: 'channel_post',
  questionReplyMessage: 'channel_post',
  commentMessage: 'channel_post',
  encCommentMessage: 'channel_post',

  // What the programs of companies send.
  highlyStructuredMessage: 'business',
  templateMessage: 'business',
  listMessage: 'business',
  buttonsMessage: 'business',
  interactiveMessage: 'business',
  productMessage: 'business',
  orderMessage: 'business',
  invoiceMessage: 'business',
  paymentInviteMessage: 'business',
  sendPaymentMessage: 'business',
  requestPaymentMessage: 'business',
  declinePaymentRequestMessage: 'business',
  cancelPaymentRequestMessage: 'business',

  botInvokeMessage: 'unknown',
  botTaskMessage: 'unknown',
  botForwardedMessage: 'unknown',
  richResponseMessage: 'unknown',
  stickerPackMessage: 'unknown',
  chat: 'unknown',
  // Ours is opened before; anybody else's is a claim to be us (Baileys opens it for all).
  deviceSentMessage: 'unknown',
}

const isField = (key: string): key is Field => Object.hasOwn(MEANINGS, key)

export const meaningOf = (key: string): Meaning => (isField(key) ? MEANINGS[key] : 'unknown')
