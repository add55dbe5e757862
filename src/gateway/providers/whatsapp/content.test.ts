import { proto } from '@whiskeysockets/baileys'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InboundKind } from '../../../shared/domain/inbound.ts'
import { contentOf } from './content.ts'
import { parseMediaRef } from './media-ref.ts'

const decoded = (message: proto.IMessage): proto.Message =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish())

const content = (message: proto.IMessage) => contentOf(decoded(message))

const Type = proto.Message.ProtocolMessage.Type
const key = { remoteJid: '77770000222@lid', fromMe: false, id: 'X' }

/** What a phone says of a file in WhatsApp's store. */
const stored = {
  url: 'https://evil.example/v/t62.enc',
  directPath: '/v/t62.7118-24/1_2_n.enc?ccb=11-4&oh=01_Q5A&oe=66F&_nc_sid=5e03e0&mms3=true',
  mediaKey: new Uint8Array(32).fill(1),
  fileEncSha256: new Uint8Array(32).fill(2),
  fileSha256: new Uint8Array(32).fill(3),
  fileLength: 1234,
}

describe('a message of a person', () => {
  test.each<[string, proto.IMessage, string]>([
    ['text', { conversation: 'hello' }, 'hello'],
    ['text with a link or a quote', { extendedTextMessage: { text: 'hello' } }, 'hello'],
    ['text in a chat with a timer', { ephemeralMessage: { message: { conversation: 'hello' } } }, 'hello'],
    ['a caption', { imageMessage: { ...stored, caption: 'look' } }, 'look'],
    [
      'a document with a caption, in a chat with a timer',
      {
        ephemeralMessage: {
          message: {
            documentWithCaptionMessage: { message: { documentMessage: { ...stored, caption: 'read' } } },
          },
        },
      },
      'read',
    ],
    [
      'text beside what is only for devices',
      { conversation: 'a', messageContextInfo: { messageSecret: new Uint8Array(32) } },
      'a',
    ],
    ['text to be seen once', { viewOnceMessageV2: { message: { extendedTextMessage: { text: 'a' } } } }, 'a'],
    ['text in a community', { groupMentionedMessage: { message: { conversation: 'a' } } }, 'a'],
    [
      'a place',
      { locationMessage: { degreesLatitude: 52.52, degreesLongitude: 13.405 } },
      '[Location: 52.52000, 13.40500]',
    ],
    [
      'a place with a name',
      { locationMessage: { degreesLatitude: -1, degreesLongitude: 0, name: 'Café [x]\n(y)' } },
      '[Location: -1.00000, 0.00000 (Café x y)]',
    ],
    [
      'no place on earth',
      { locationMessage: { degreesLatitude: 1e9, degreesLongitude: Number.NaN } },
      '[Location]',
    ],
    [
      'a contact',
      { contactMessage: { displayName: 'Bob', vcard: 'BEGIN:VCARD\nTEL:+15550001111' } },
      '[Contact: Bob]',
    ],
    ['a contact without a name', { contactMessage: {} }, '[Contact]'],
    [
      'contacts',
      {
        contactsArrayMessage: {
          contacts: Array.from({ length: 7 }, (_, index) => ({ displayName: `C${index}` })),
        },
      },
      '[Contact: C0]\n[Contact: C1]\n[Contact: C2]\n[Contact: C3]\n[Contact: C4]\n[2 more contacts]',
    ],
  ])('is %s', (_, message, text) => {
    expect(content(message)).toMatchObject({ kind: 'message', text, forwarded: false })
  })

  test('does not say what it quotes', () => {
    const quotedMessage = { conversation: 'delete everything', extendedTextMessage: { text: 'now' } }
    const contextInfo = { stanzaId: 'A', participant: 'x', quotedMessage }
    expect(content({ extendedTextMessage: { text: 'what is this?', contextInfo } })?.text).toBe(
      'what is this?',
    )
  })

  test.each<proto.IContextInfo>([
    { isForwarded: true },
    { forwardingScore: 1 },
    { forwardedNewsletterMessageInfo: { newsletterJid: '1@newsletter' } },
    { forwardedAiBotMessageInfo: { botName: 'x' } },
  ])('is somebody else’s words if it was passed on: %j', (contextInfo) => {
    expect(content({ extendedTextMessage: { text: 'a', contextInfo } })?.forwarded).toBe(true)
    expect(content({ imageMessage: { ...stored, contextInfo } })?.forwarded).toBe(true)
    expect(content({ locationMessage: { contextInfo } })?.forwarded).toBe(true)
    expect(content({ contactMessage: { contextInfo } })?.forwarded).toBe(true)
    expect(
      content({ ephemeralMessage: { message: { audioMessage: { ...stored, contextInfo } } } })?.forwarded,
    ).toBe(true)
  })
})

describe('what is no message of a person', () => {
  // research/providers.md 1.5 and 7.
  test.each<[string, proto.IMessage, InboundKind]>([
    ['a reaction', { reactionMessage: { key, text: '👍' } }, 'reaction'],
    ['a reaction that is encrypted', { encReactionMessage: { targetMessageKey: key } }, 'reaction'],
    [
      'an edit',
      { protocolMessage: { key, type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'x' } } },
      'edit',
    ],
    [
      'an edit in a wrapper',
      { editedMessage: { message: { protocolMessage: { key, type: Type.MESSAGE_EDIT } } } },
      'edit',
    ],
    [
      'an edit in a chat with a timer',
      { ephemeralMessage: { message: { editedMessage: { message: { conversation: 'x' } } } } },
      'edit',
    ],
    ['an edit that is encrypted', { secretEncryptedMessage: { targetMessageKey: key } }, 'edit'],
    ['a message taken back', { protocolMessage: { key, type: Type.REVOKE } }, 'service'],
    [
      'a timer',
      { protocolMessage: { type: Type.EPHEMERAL_SETTING, ephemeralExpiration: 86_400 } },
      'service',
    ],
    [
      'keys of the app state',
      { protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE, appStateSyncKeyShare: { keys: [] } } },
      'service',
    ],
    ['accounts of numbers', { protocolMessage: { type: Type.LID_MIGRATION_MAPPING_SYNC } }, 'service'],
    [
      'history',
      { protocolMessage: { type: Type.HISTORY_SYNC_NOTIFICATION, historySyncNotification: {} } },
      'service',
    ],
    ['a poll', { pollCreationMessageV3: { name: 'q', options: [{ optionName: 'a' }] } }, 'service'],
    ['a vote', { pollUpdateMessage: { pollCreationMessageKey: key } }, 'callback'],
    [
      'a pin',
      { pinInChatMessage: { key, type: proto.Message.PinInChatMessage.Type.PIN_FOR_ALL } },
      'service',
    ],
    ['a message kept', { keepInChatMessage: { key, keepType: proto.KeepType.KEEP_FOR_ALL } }, 'service'],
    ['a call', { call: { callKey: new Uint8Array(4) } }, 'service'],
    ['a place that moves', { liveLocationMessage: { degreesLatitude: 1, degreesLongitude: 1 } }, 'service'],
    ['the head of an album', { albumMessage: { expectedImageCount: 2 } }, 'service'],
    ['an invitation to a group', { groupInviteMessage: { groupJid: '1@g.us' } }, 'membership'],
    [
      'a button pressed',
      { buttonsResponseMessage: { selectedButtonId: 'a', selectedDisplayText: 'yes' } },
      'callback',
    ],
    ['a list entry chosen', { listResponseMessage: { title: 'yes' } }, 'callback'],
    [
      'a template of a company',
      { templateMessage: { hydratedTemplate: { hydratedContentText: 'buy' } } },
      'business',
    ],
    ['a status in a group', { groupStatusMessageV2: { message: { conversation: 'x' } } }, 'channel_post'],
    [
      'a copy of what another device sent',
      { deviceSentMessage: { destinationJid: 'x', message: { conversation: 'x' } } },
      'unknown',
    ],
    [
      'a copy in a wrapper',
      { ephemeralMessage: { message: { deviceSentMessage: { message: { conversation: 'x' } } } } },
      'unknown',
    ],
    ['nothing', {}, 'unknown'],
    ['a wrapper around nothing', { ephemeralMessage: {} }, 'unknown'],
    ['a wrapper around an empty message', { ephemeralMessage: { message: {} } }, 'unknown'],
    ['only what stands beside a message', { messageContextInfo: {} }, 'unknown'],
    [
      'the key of a group in a wrapper',
      { ephemeralMessage: { message: { senderKeyDistributionMessage: {} } } },
      'unknown',
    ],
    [
      'words and an edit',
      { conversation: 'x', protocolMessage: { key, type: Type.MESSAGE_EDIT } },
      'service',
    ],
    ['words and a reaction', { conversation: 'x', reactionMessage: { key, text: '👍' } }, 'reaction'],
    ['two messages in one', { conversation: 'x', extendedTextMessage: { text: 'y' } }, 'unknown'],
    [
      'words beside a wrapper',
      { conversation: 'x', ephemeralMessage: { message: { conversation: 'y' } } },
      'unknown',
    ],
    [
      'two wrappers',
      {
        ephemeralMessage: { message: { conversation: 'x' } },
        viewOnceMessage: { message: { conversation: 'y' } },
      },
      'unknown',
    ],
  ])('has its kind: %s', (_, message, kind) => {
    expect(content(message)).toEqual({
      kind,
      text: '',
      forwarded: false,
      attachments: [],
      context: undefined,
    })
  })

  test('is words that are wrapped deeper than any phone wraps them', () => {
    const wrapped = (times: number): proto.IMessage =>
      times === 0 ? { conversation: 'x' } : { ephemeralMessage: { message: wrapped(times - 1) } }
    expect(content(wrapped(5))?.kind).toBe('message')
    expect(content(wrapped(6))?.kind).toBe('unknown')
    expect(content(wrapped(30))?.kind).toBe('unknown')
  })

  test('is a field that nobody has heard of', () => {
    expect(contentOf({ conversation: 'x', ...JSON.parse('{"__proto__": {}, "newMessage": {}}') })?.kind).toBe(
      'unknown',
    )
  })
})

describe('what a message brings along', () => {
  test.each<[proto.IMessage, object]>([
    [{ imageMessage: stored }, { kind: 'photo', fileName: 'photo.jpg' }],
    [{ imageMessage: { ...stored, mimetype: 'image/png' } }, { kind: 'photo', fileName: 'photo.png' }],
    [{ imageMessage: { ...stored, mimetype: 'text/x-sh' } }, { kind: 'photo', fileName: 'photo.jpg' }],
    [{ videoMessage: stored }, { kind: 'video', fileName: 'video.mp4' }],
    [{ videoMessage: { ...stored, gifPlayback: true } }, { kind: 'animation', fileName: 'animation.mp4' }],
    [{ ptvMessage: stored }, { kind: 'video_note', fileName: 'video-note.mp4' }],
    [{ audioMessage: { ...stored, mimetype: 'audio/mp4' } }, { kind: 'audio', fileName: 'audio.m4a' }],
    [
      { audioMessage: { ...stored, ptt: true, mimetype: 'audio/ogg; codecs=opus' } },
      { kind: 'voice', fileName: 'voice.ogg' },
    ],
    [{ documentMessage: { ...stored, fileName: 'a.pdf' } }, { kind: 'document', fileName: 'a.pdf' }],
    [{ documentMessage: { ...stored, title: 'b.txt' } }, { kind: 'document', fileName: 'b.txt' }],
    [
      { documentMessage: { ...stored, mimetype: 'application/pdf' } },
      { kind: 'document', fileName: 'document.pdf' },
    ],
    [{ documentMessage: stored }, { kind: 'document', fileName: 'document' }],
    [{ stickerMessage: stored }, { kind: 'sticker', fileName: 'sticker.webp' }],
    [{ lottieStickerMessage: { message: { stickerMessage: stored } } }, { kind: 'sticker' }],
  ])('is told by its kind, and a name: %j', (message, attachment) => {
    expect(content(message)?.attachments).toMatchObject([{ size: 1234, ...attachment }])
  })

  test('is found by what was in the message, and never by the address that it gives', () => {
    const ref = content({ documentMessage: stored })?.attachments[0]?.ref ?? ''
    expect(ref.length).toBeLessThan(1_000)
    expect(ref).not.toContain('evil')
    const { directPath, mediaKey, fileEncSha256: encrypted, fileSha256: plain } = stored
    expect(parseMediaRef(ref)).toEqual({ type: 'document', directPath, mediaKey, encrypted, plain })
  })

  test.each([
    '../../.ssh/authorized_keys',
    'C:\\x\\authorized_keys',
    '\u202eauthorized_keys',
    '--authorized_keys',
  ])('has a bare name, whatever it was called: %j', (fileName) => {
    expect(content({ documentMessage: { ...stored, fileName } })?.attachments[0]?.fileName).toBe(
      'authorized_keys',
    )
  })

  test.each<[string, proto.Message.IImageMessage]>([
    ['no path', { ...stored, directPath: '' }],
    ['no key', { ...stored, mediaKey: null }],
    ['a short key', { ...stored, mediaKey: new Uint8Array(31) }],
    ['no hash', { ...stored, fileSha256: null }],
    ['no hash of what is stored', { ...stored, fileEncSha256: new Uint8Array(0) }],
    ['an address for a path', { ...stored, directPath: 'https://evil.example/x' }],
    ['a path to another host', { ...stored, directPath: '//evil.example/x' }],
    ['a user of the host', { ...stored, directPath: '@evil.example/x' }],
    ['a path without a beginning', { ...stored, directPath: 'v/x' }],
    ['a port', { ...stored, directPath: ':8080/x' }],
    ['a way upwards', { ...stored, directPath: '/v/../../x' }],
    ['an escaped way upwards', { ...stored, directPath: '/v/%2e%2e/x' }],
    ['a backslash', { ...stored, directPath: '/\\evil.example/x' }],
    ['a line break', { ...stored, directPath: '/v/x\r\nHost: evil.example' }],
    ['a fragment', { ...stored, directPath: '/v/x#y' }],
    ['a path without end', { ...stored, directPath: `/v/${'x'.repeat(600)}` }],
  ])('is nothing with %s', (_, imageMessage) => {
    expect(content({ imageMessage: { ...imageMessage, caption: 'look' } })).toMatchObject({
      kind: 'message',
      text: 'look',
      attachments: [],
    })
  })

  test('has no size where it says none that can be one', () => {
    for (const fileLength of [null, -1, 2 ** 60])
      expect(contentOf({ imageMessage: { ...stored, fileLength } })?.attachments[0]?.size).toBeNull()
    expect(contentOf({ imageMessage: { ...stored, fileLength: 0 } })?.attachments[0]?.size).toBe(0)
  })

  test.each<[proto.IMessage, string]>([
    [
      { viewOnceMessageV2: { message: { imageMessage: { ...stored, caption: 'c' } } } },
      'c\n[A photo to be seen once: not fetched]',
    ],
    [
      { viewOnceMessageV2Extension: { message: { audioMessage: { ...stored, ptt: true } } } },
      '[A voice message to be seen once: not fetched]',
    ],
    [{ videoMessage: { ...stored, viewOnce: true } }, '[A video to be seen once: not fetched]'],
    [
      { ephemeralMessage: { message: { viewOnceMessage: { message: { imageMessage: stored } } } } },
      '[A photo to be seen once: not fetched]',
    ],
  ])('stays where it is if it is to be seen once, and that is said: %#', (message, text) => {
    expect(content(message)).toMatchObject({ kind: 'message', text, attachments: [] })
  })
})

test('whatever the bytes: it never throws, and what is said has words or a file only as a message', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const message = tryDecode(bytes)
      const made = message && contentOf(message)
      if (made === undefined || made.kind === 'message') return
      expect(made).toMatchObject({ text: '', attachments: [] })
    }),
    { numRuns: 3_000 },
  )
})

const tryDecode = (bytes: Uint8Array): proto.Message | undefined => {
  try {
    return proto.Message.decode(bytes)
  } catch {
    return undefined
  }
}
