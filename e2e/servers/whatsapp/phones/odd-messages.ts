import { type BinaryNode, proto } from '@whiskeysockets/baileys'
import type { InboundKind } from '../../../../src/shared/domain/inbound.ts'
import type { Contact } from './contact.ts'
import { quoting } from './message-text.ts'
import type { Stage } from './stage.ts'

/** What must become of an odd message. */
interface Outcome {
  /** As what it is given to the gate; `none`: it never gets that far. */
  readonly event: InboundKind | 'none'
  /** Whether the agent may answer it where the sender is let in. What nobody may answer leads to no pairing code either. */
  readonly answer: 'yes' | 'no'
}

export interface OddMessage {
  readonly name: string
  readonly outcome: Outcome
  readonly send: (stage: Stage) => Promise<unknown>
}

const T = proto.Message.ProtocolMessage.Type

/** An id that no other message has. */
const freshId = (): string => `ODD${(nextId++).toString().padStart(6, '0')}`
let nextId = 1

const keyOf = ({ contact }: Stage): proto.IMessageKey => ({
  remoteJid: contact.lid ?? null,
  fromMe: false,
  id: 'ODD-TARGET',
})

const numberOf = ({ number }: Contact): string => `${(number ?? '').slice(1)}@s.whatsapp.net`

const answered = (name: string, send: OddMessage['send']): OddMessage => ({
  name,
  outcome: { event: 'message', answer: 'yes' },
  send,
})

const unanswered = (name: string, event: Outcome['event'], send: OddMessage['send']): OddMessage => ({
  name,
  outcome: { event, answer: 'no' },
  send,
})

/** A private message of the contact with this content. */
const content = (make: (stage: Stage) => proto.IMessage) => (stage: Stage) => stage.contact.send(make(stage))

const protocol = (make: (stage: Stage) => proto.Message.IProtocolMessage) =>
  content((stage) => ({ protocolMessage: make(stage) }))

/** What a person means to say to the account, in all the ways in which it can come. */
export const HEARD: readonly OddMessage[] = [
  answered('by LID, with the number', ({ contact }) => contact.send('a', { as: 'lid' })),
  answered('by number, with the LID', ({ contact }) => contact.send('a', { as: 'number' })),
  answered('from a linked device', ({ contact }) => contact.send('a', { device: 1 })),
  answered('from a linked device, by number', ({ contact }) =>
    contact.send('a', { device: 1, as: 'number' }),
  ),
  answered(
    'a longer text',
    content(() => ({ extendedTextMessage: { text: 'a' } })),
  ),
  answered(
    'a quote',
    content((stage) =>
      quoting('a', { id: 'Q', author: stage.me.jid, message: { conversation: 'something else' } }),
    ),
  ),
  answered(
    'that disappears',
    content(() => ({ ephemeralMessage: { message: { extendedTextMessage: { text: 'a' } } } })),
  ),
  answered(
    'wrapped twice',
    content(() => ({
      ephemeralMessage: { message: { ephemeralMessage: { message: { conversation: 'a' } } } },
    })),
  ),
  answered('an image with a caption', ({ contact }) =>
    contact.sendImage(Buffer.from('image'), { caption: 'c' }),
  ),
  answered('an image to be seen once', ({ contact }) =>
    contact.send(
      { viewOnceMessageV2: { message: { imageMessage: { caption: 'c', mimetype: 'image/jpeg' } } } },
      { mediaType: 'image' },
    ),
  ),
  answered('a document with a caption', ({ contact }) =>
    contact.sendDocument(Buffer.from('pdf'), { caption: 'c', fileName: 'a.pdf' }),
  ),
  answered('a voice note', ({ contact }) => contact.sendVoice(Buffer.from('ogg'))),
]

/** What is no message to the account, or not one that a person said to it now. */
export const UNHEARD: readonly OddMessage[] = [
  unanswered('in a group', 'message', ({ contact, group }) => contact.send('a', { group })),
  unanswered('in a group, by number', 'message', ({ contact, group }) =>
    contact.send('a', { group, as: 'number' }),
  ),
  unanswered('by the owner in a group', 'message', ({ phone, group }) => phone.sendToGroup(group, 'a')),
  unanswered('a status', 'channel_post', ({ contact }) =>
    contact.send('a', {
      as: 'number',
      attrs: { from: 'status@broadcast', participant: numberOf(contact) },
    }),
  ),
  unanswered('to a broadcast list', 'channel_post', ({ contact }) =>
    contact.send('a', {
      as: 'number',
      attrs: { from: '1700000000@broadcast', participant: numberOf(contact) },
    }),
  ),
  unanswered('in a newsletter', 'none', async ({ deliver, seconds }) =>
    deliver(plaintext({ from: '120363111111111111@newsletter', server_id: '1', t: seconds() })),
  ),
  unanswered('unencrypted', 'none', async ({ newcomer, deliver, seconds }) => {
    const { number = '', name } = await newcomer()
    deliver(plaintext({ from: `${number.slice(1)}@s.whatsapp.net`, notify: name, t: seconds() }))
  }),
  unanswered(
    'a reaction',
    'reaction',
    content((stage) => ({ reactionMessage: { key: keyOf(stage), text: '👍' } })),
  ),
  unanswered(
    'an encrypted reaction',
    'reaction',
    content((stage) => ({
      encReactionMessage: {
        targetMessageKey: keyOf(stage),
        encPayload: Buffer.alloc(16),
        encIv: Buffer.alloc(12),
      },
    })),
  ),
  unanswered(
    'an edit',
    'edit',
    protocol((stage) => ({
      key: keyOf(stage),
      type: T.MESSAGE_EDIT,
      editedMessage: { conversation: 'edited' },
    })),
  ),
  unanswered('an edit by the stanza', 'edit', ({ contact }) => contact.send('a', { attrs: { edit: '1' } })),
  unanswered(
    'an edit, wrapped',
    'edit',
    content((stage) => ({
      editedMessage: {
        message: {
          protocolMessage: {
            key: keyOf(stage),
            type: T.MESSAGE_EDIT,
            editedMessage: { conversation: 'edited' },
          },
        },
      },
    })),
  ),
  unanswered(
    'a message taken back',
    'service',
    protocol((stage) => ({ key: keyOf(stage), type: T.REVOKE })),
  ),
  unanswered(
    'a disappearing timer',
    'service',
    protocol(() => ({ type: T.EPHEMERAL_SETTING, ephemeralExpiration: 86_400 })),
  ),
  unanswered(
    'a number shared by the protocol',
    'service',
    protocol(() => ({ type: T.SHARE_PHONE_NUMBER })),
  ),
  unanswered(
    'keys for the app’s state, from a stranger',
    'service',
    protocol(() => ({
      type: T.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: {
        keys: [{ keyId: { keyId: Buffer.from('aa') }, keyData: { keyData: Buffer.alloc(32) } }],
      },
    })),
  ),
  unanswered(
    'a LID migration, from a stranger',
    'service',
    protocol(() => ({
      type: T.LID_MIGRATION_MAPPING_SYNC,
      lidMigrationMappingSyncMessage: { encodedMappingPayload: Buffer.alloc(4) },
    })),
  ),
  unanswered(
    'a history, from a stranger',
    'service',
    protocol(() => ({
      type: T.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: proto.Message.HistorySyncType.RECENT,
        initialHistBootstrapInlinePayload: Buffer.from('x'),
      },
    })),
  ),
  unanswered('what phones tell their own devices, from a stranger', 'service', ({ contact }) =>
    contact.send('a', { attrs: { category: 'peer' } }),
  ),
  unanswered(
    'a copy that only its sender calls one',
    'unknown',
    content(({ me }) => ({
      deviceSentMessage: { destinationJid: me.jid, message: { conversation: 'x' } },
    })),
  ),
  unanswered('a recipient attribute of a stranger', 'none', (stage) =>
    stage.contact.send('a', { attrs: { recipient: stage.me.jid } }),
  ),
  unanswered(
    'a poll',
    'service',
    content(() => ({ pollCreationMessageV3: { name: 'q', options: [{ optionName: 'a' }] } })),
  ),
  unanswered(
    'a vote',
    'callback',
    content((stage) => ({
      pollUpdateMessage: {
        pollCreationMessageKey: keyOf(stage),
        vote: { encPayload: Buffer.alloc(16), encIv: Buffer.alloc(12) },
      },
    })),
  ),
  unanswered(
    'a button pressed',
    'callback',
    content(() => ({ buttonsResponseMessage: { selectedButtonId: '1', selectedDisplayText: 'yes' } })),
  ),
  unanswered(
    'a message kept',
    'service',
    content((stage) => ({ keepInChatMessage: { key: keyOf(stage), keepType: proto.KeepType.KEEP_FOR_ALL } })),
  ),
  unanswered(
    'a message pinned',
    'service',
    content((stage) => ({
      pinInChatMessage: { key: keyOf(stage), type: proto.Message.PinInChatMessage.Type.PIN_FOR_ALL },
    })),
  ),
  unanswered(
    'a place that moves',
    'service',
    content(() => ({ liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 2, caption: 'a' } })),
  ),
  unanswered(
    'an invitation to a group',
    'membership',
    content(({ group }) => ({
      groupInviteMessage: { groupJid: group.jid, inviteCode: 'x', groupName: 'g', caption: 'come' },
    })),
  ),
  unanswered(
    'what a company’s program sends',
    'business',
    content(() => ({ listMessage: { title: 't', description: 'd' } })),
  ),
  unanswered('the key of a group alone', 'none', async ({ contact, group }) => {
    const phone = contact.devices[0]
    if (phone === undefined) throw new Error('a contact without a phone')
    return contact.send({
      senderKeyDistributionMessage: await phone.signal.senderKeys.distribution(group.jid),
    })
  }),
  unanswered('bytes that are no message', 'none', ({ contact }) =>
    contact.send(Buffer.from('ffffffffffffffffffffff', 'hex')),
  ),
  unanswered('by the owner to somebody else', 'message', ({ phone, contact }) =>
    phone.sendTo(contact, 'hi', { as: 'lid' }),
  ),
  unanswered('a history, from the owner’s phone', 'service', ({ phone }) => phone.tellHistory('recent')),
  ...(['c.us', 'bot', 'hosted', 'hosted.lid', 'msgr', 'S.WHATSAPP.NET'] as const).map((server) =>
    unanswered(
      `from somebody @${server}`,
      server.startsWith('hosted') ? 'unknown' : 'none',
      async (stage) => {
        const somebody = await stage.newcomer()
        const user = (somebody.number ?? '').slice(1)
        await somebody.send('a', { as: 'number', attrs: { from: `${user}@${server}` } })
      },
    ),
  ),
  unanswered('that can not be decrypted', 'none', async (stage) => {
    const somebody = await stage.newcomer()
    stage.deliver(garbled(stage, somebody, Buffer.alloc(64, 51)))
  }),
  unanswered('with nothing encrypted', 'none', async (stage) => {
    const somebody = await stage.newcomer()
    stage.deliver({ ...garbled(stage, somebody, Buffer.alloc(0)), content: [] })
  }),
  unanswered('a call', 'none', async ({ contact, deliver, seconds }) => {
    const from = contact.lid ?? ''
    deliver({
      tag: 'call',
      attrs: { from, id: freshId(), t: seconds() },
      content: [{ tag: 'offer', attrs: { 'call-id': freshId(), 'call-creator': from }, content: [] }],
    })
  }),
  unanswered('typing', 'none', async ({ contact }) => contact.showTyping('on')),
  unanswered('somebody taken into a group', 'none', async ({ contact, group, deliver, seconds, me }) =>
    deliver({
      tag: 'notification',
      attrs: {
        from: group.jid,
        type: 'w:gp2',
        id: freshId(),
        participant: contact.lid ?? '',
        t: seconds(),
      },
      content: [{ tag: 'add', attrs: {}, content: [{ tag: 'participant', attrs: { jid: me.lid } }] }],
    }),
  ),
  unanswered('a name changed', 'none', async ({ contact, deliver, seconds }) =>
    deliver({
      tag: 'notification',
      attrs: { from: contact.lid ?? '', type: 'picture', id: freshId(), t: seconds() },
      content: [{ tag: 'set', attrs: { id: '1' } }],
    }),
  ),
]

const plaintext = (attrs: Readonly<Record<string, string>>): BinaryNode => ({
  tag: 'message',
  attrs: { id: freshId(), type: 'text', ...attrs },
  content: [
    {
      tag: 'plaintext',
      attrs: {},
      content: proto.Message.encode({ conversation: 'plain' }).finish(),
    },
  ],
})

const garbled = ({ seconds }: Stage, { lid, name }: Contact, bytes: Uint8Array): BinaryNode => ({
  tag: 'message',
  attrs: { from: lid ?? '', id: freshId(), t: seconds(), type: 'text', notify: name },
  content: [{ tag: 'enc', attrs: { v: '2', type: 'msg' }, content: bytes }],
})
