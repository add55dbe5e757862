import { proto } from '@whiskeysockets/baileys'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSenderId, type SenderId } from '../../../shared/domain/identity.ts'
import type { People, ProviderPolicy } from '../../../shared/domain/people.ts'
import type { DropReason, Verdict } from '../../../shared/domain/verdict.ts'
import { decide } from '../../inbound/decide.ts'
import type { ProviderEvent } from '../../inbound/provider-event.ts'
import { normalise } from './normalise.ts'

const NUMBER = '+15550001111'
const PN = '15550001111@s.whatsapp.net'
const LID = '77770000222@lid'
const GROUP = '120363001234567890@g.us'
const self = { pn: '15550009999:7@s.whatsapp.net', lid: '99990000111:7@lid' }
const OWN_PN = '15550009999@s.whatsapp.net'
const OWN_LID = '99990000111@lid'
const Type = proto.Message.ProtocolMessage.Type

const id = (raw: string): SenderId => {
  const sender = parseSenderId('whatsapp', raw)
  if (sender === undefined) throw new Error(raw)
  return sender
}

/** Through the encoder, as everything comes. */
const decoded = (message: proto.IMessage): proto.Message =>
  proto.Message.decode(proto.Message.encode(proto.Message.fromObject(message)).finish())

type Attributes = Readonly<Record<string, string>>

const event = (
  attrs: Attributes,
  message: proto.IMessage = { conversation: 'hello' },
): ProviderEvent | undefined =>
  normalise(
    {
      stanza: { tag: 'message', attrs: { id: '3EB0A1', t: '1700000000', ...attrs } },
      message: decoded(message),
    },
    self,
    { waited: false },
  )

const heard = (attrs: Attributes, message?: proto.IMessage): ProviderEvent => {
  const made = event(attrs, message)
  if (made === undefined) throw new Error('it is no event')
  return made
}

/** Nobody is let in but by the list: one number, and the owner's own. */
const listed: People = {
  owners: new Set([id('+15550009999')]),
  configured: new Set([id(NUMBER)]),
  approved: new Set(),
  blocked: new Set(),
  accounts: new Map(),
}

const allowlist: ProviderPolicy = { dmPolicy: 'allowlist', everyone: false, silent: false, onlySelf: false }

const gate = (made: ProviderEvent, people: People = listed, policy: ProviderPolicy = allowlist): Verdict =>
  decide({ ...made, duplicate: false, backlog: false }, policy, people)

/** What the gate says to everybody whom anything at all could let in or pair. */
const mostOpen = (made: ProviderEvent): Verdict =>
  gate(made, listed, { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false })

const dropped = (reason: DropReason): Verdict => ({ kind: 'drop', reason })

describe('who wrote a direct message', () => {
  test('is the number that the server says for this very message, and the account beside it', () => {
    expect(heard({ from: LID, sender_pn: PN, addressing_mode: 'lid', notify: 'Alice' })).toEqual({
      provider: 'whatsapp',
      kind: 'message',
      direct: true,
      group: null,
      sender: NUMBER,
      account: LID,
      chatId: LID,
      eventId: `whatsapp:+15550009999:${LID}:${LID}:3EB0A1`,
      otherIds: [],
      sentAt: 1_700_000_000_000,
      fromSelf: false,
      selfChat: false,
      fromBot: false,
      onBehalf: false,
      forwarded: false,
      text: 'hello',
      attachments: [],
      claims: { name: 'Alice' },
      waited: false,
    })
  })

  test.each<[Attributes, string, string | null, string]>([
    [{ from: PN }, NUMBER, null, PN],
    [{ from: '15550001111:3@s.whatsapp.net', sender_lid: '77770000222:3@lid' }, NUMBER, LID, PN],
    [{ from: PN, sender_lid: LID }, NUMBER, LID, PN],
    [{ from: LID }, LID, null, LID],
    [{ from: '77770000222:3@lid', sender_pn: PN }, NUMBER, LID, LID],
  ])('%j is %s, of account %s, and is answered at %s', (attrs, sender, account, chatId) => {
    expect(heard(attrs)).toMatchObject({ sender, account, chatId, direct: true, fromSelf: false })
  })

  test.each<[string, Attributes]>([
    ['the number', { from: PN }],
    ['a device of the number', { from: '15550001111:3@s.whatsapp.net' }],
    ['a LID with the number beside it', { from: '777000@lid', sender_pn: PN }],
  ])('is let in by the list as %s', (_, attrs) => {
    expect(gate(heard(attrs))).toMatchObject({ kind: 'accept', trust: 'friend', person: NUMBER })
  })

  // research/providers.md 6, for the allowlist ["+15550001111"].
  test.each([
    '15550001111@lid',
    '15550001111@s.whatsapp.net@lid',
    '15550001111@g.us',
    '15550001111@hosted',
    '15550001111_1:2@s.whatsapp.net',
    '15550001111.0:1@s.whatsapp.net',
    '1555:x@s.whatsapp.net',
    '@s.whatsapp.net',
    '15550001111@S.WHATSAPP.NET',
    '15550001111@s.whatsapp.net ',
    '115550001111@s.whatsapp.net',
    '1555000111@s.whatsapp.net',
    '0@c.us',
    'status@broadcast',
    '120363111111111111@newsletter',
    '13135550002@c.us',
    '867051314767696@bot',
    OWN_PN,
    '15550009999:3@s.whatsapp.net',
    OWN_LID,
    '99990000111:3@lid',
    '+١٥٥٥٠٠٠١١١١@s.whatsapp.net',
    '+１５５５０００１１１１@s.whatsapp.net',
    '',
  ])('is refused by the list: %j', (from) => {
    expect(gate(heard({ from }))).toMatchObject({ kind: 'drop' })
  })

  test.each([
    '15550001111@s.whatsapp.net@lid',
    '15550001111@g.us',
    '15550001111@hosted',
    '15550001111@c.us',
    '0@c.us',
    '13135550002@s.whatsapp.net',
    '867051314767696@bot',
    'status@broadcast',
    '1700000000@broadcast',
    '120363111111111111@newsletter',
    OWN_PN,
    OWN_LID,
  ])('is never answered, however open the gate: %j', (from) => {
    expect(mostOpen(heard({ from, participant: from }))).toMatchObject({ kind: 'drop' })
  })

  // Whoever could write these has the server's word for one thing and not for the other.
  test.each<[string, Attributes]>([
    ['another name that is no JID', { from: LID, sender_pn: '15550001111' }],
    ['another name of the same kind', { from: LID, sender_pn: '77770000333@lid' }],
    ['a hosted other name', { from: LID, sender_pn: '15550001111@hosted' }],
    ['our own number as the other name', { from: LID, sender_pn: OWN_PN }],
    ['our own account as the other name', { from: PN, sender_lid: OWN_LID }],
    ['an empty other name', { from: LID, sender_pn: '' }],
    ['a participant in a direct chat', { from: LID, participant: PN }],
    ['a recipient', { from: LID, sender_pn: PN, recipient: OWN_PN }],
  ])('is nobody with %s', (_, attrs) => {
    expect(heard(attrs)).toMatchObject({ sender: null, account: null, direct: false })
    expect(mostOpen(heard(attrs))).toMatchObject({ kind: 'drop' })
  })

  test('is not changed by names that belong to other places', () => {
    const attrs = {
      from: LID,
      participant_pn: PN,
      peer_recipient_pn: PN,
      recipient_pn: PN,
      peer_recipient_lid: LID,
      addressing_mode: 'pn',
    }
    expect(heard(attrs)).toMatchObject({ sender: LID, account: null })
    expect(gate(heard(attrs))).toEqual(dropped('not_allowed'))
  })

  test('is the account where the number is hidden, and no list of numbers lets it in', () => {
    expect(gate(heard({ from: LID }))).toEqual(dropped('not_allowed'))
    // openclaw #365, #415, #784: and the owner is asked about them as about everybody.
    const pairing: ProviderPolicy = { ...allowlist, dmPolicy: 'pairing' }
    expect(gate(heard({ from: LID }), listed, pairing)).toMatchObject({ kind: 'pair', person: LID })
  })

  test('is asked again about when the number belongs to another account than before', () => {
    const people: People = { ...listed, accounts: new Map([[id(NUMBER), id('55550000555@lid')]]) }
    const pairing: ProviderPolicy = { ...allowlist, dmPolicy: 'pairing' }
    expect(gate(heard({ from: LID, sender_pn: PN }), people, pairing)).toEqual({
      kind: 'pair',
      answer: true,
      person: LID,
      moved: NUMBER,
    })
  })

  test('is a bot with a number of Meta’s assistants', () => {
    expect(mostOpen(heard({ from: '13135550002@s.whatsapp.net' }))).toEqual(dropped('bot'))
  })

  test('is called what they call themselves, cut, and that is all it does', () => {
    const named = heard({ from: LID, notify: `*${'x'.repeat(500)}` })
    expect(named.claims['name']).toHaveLength(200)
    expect(heard({ from: LID, notify: NUMBER })).toMatchObject({ sender: LID, claims: { name: NUMBER } })
    expect(heard({ from: LID })).toMatchObject({ claims: {} })
  })
})

const copy = (
  destinationJid: string,
  message: proto.IMessage = { conversation: 'note' },
): proto.IMessage => ({
  deviceSentMessage: { destinationJid, message },
})

describe('what the owner writes on their own phone', () => {
  test.each([
    [OWN_PN, OWN_PN],
    [OWN_LID, OWN_LID],
    [OWN_PN, OWN_LID],
  ])('to themselves is heard: from %s to %s', (from, recipient) => {
    const made = heard({ from, recipient }, copy(recipient))
    expect(made).toMatchObject({
      kind: 'message',
      direct: true,
      fromSelf: true,
      selfChat: true,
      sender: '+15550009999',
      account: OWN_LID,
      chatId: recipient,
      text: 'note',
    })
    expect(gate(made)).toMatchObject({ kind: 'accept', trust: 'owner', session: 'main' })
    expect(gate(made, { ...listed, owners: new Set() })).toEqual(dropped('own_message'))
  })

  test.each<[string, Attributes, proto.IMessage]>([
    ['to a contact', { from: OWN_PN, recipient: LID, peer_recipient_pn: PN }, copy(LID)],
    ['to a group', { from: GROUP, participant: OWN_PN }, { conversation: 'x' }],
    ['to a group, as a copy', { from: OWN_PN, recipient: GROUP }, copy(GROUP)],
    ['to themselves without a copy', { from: OWN_PN, recipient: OWN_PN }, { conversation: 'x' }],
    ['to themselves, the copy says to another', { from: OWN_PN, recipient: OWN_PN }, copy(LID)],
    ['to another, the copy says to themselves', { from: OWN_PN, recipient: LID }, copy(OWN_PN)],
    ['without a recipient', { from: OWN_PN }, copy(OWN_PN)],
    ['on this very device', { from: self.pn, recipient: OWN_PN }, copy(OWN_PN)],
    [
      'in an empty copy',
      { from: OWN_PN, recipient: OWN_PN },
      { deviceSentMessage: { destinationJid: OWN_PN } },
    ],
    ['in a copy within a copy', { from: OWN_PN, recipient: OWN_PN }, copy(OWN_PN, copy(OWN_PN))],
    [
      'an edit of a note',
      { from: OWN_PN, recipient: OWN_PN },
      copy(OWN_PN, { protocolMessage: { type: Type.MESSAGE_EDIT, editedMessage: { conversation: 'x' } } }),
    ],
    [
      'as a device to a device',
      { from: OWN_PN, category: 'peer' },
      { protocolMessage: { type: Type.APP_STATE_SYNC_KEY_SHARE } },
    ],
  ])('wakes nobody otherwise: %s', (_, attrs, message) => {
    const made = heard(attrs, message)
    expect(made.fromSelf).toBe(true)
    expect(mostOpen(made)).toMatchObject({ kind: 'drop' })
  })

  test('is not claimed by a stranger who wraps a message as the owner’s own', () => {
    const made = heard({ from: LID, sender_pn: '15550002222@s.whatsapp.net' }, copy(OWN_PN))
    expect(made).toMatchObject({
      kind: 'unknown',
      fromSelf: false,
      selfChat: false,
      sender: '+15550002222',
      text: '',
    })
    expect(mostOpen(made)).toEqual(dropped('not_a_message'))
  })
})

const context = (contextInfo: proto.IContextInfo): proto.IMessage => ({
  extendedTextMessage: { text: 'hello', contextInfo },
})

describe('a message in a group', () => {
  test('has its author and its chat, and is nobody’s direct chat', () => {
    const made = heard({ from: GROUP, participant: '77770000222:4@lid', participant_pn: PN })
    expect(made).toMatchObject({
      kind: 'message',
      direct: false,
      sender: NUMBER,
      account: LID,
      chatId: GROUP,
      eventId: `whatsapp:+15550009999:${GROUP}:${LID}:3EB0A1`,
      group: { mentions: [], mentionsSelf: false, repliesToSelf: false },
    })
    expect(mostOpen(made)).toEqual(dropped('not_direct'))
  })

  test('has no author where the participant is none, or contradicts itself', () => {
    expect(heard({ from: GROUP })).toMatchObject({ sender: null })
    expect(heard({ from: GROUP, participant: '15550001111@hosted' })).toMatchObject({ sender: null })
    expect(heard({ from: GROUP, participant: LID, participant_pn: OWN_PN })).toMatchObject({ sender: null })
    // In a group the server says it by these names only.
    expect(heard({ from: GROUP, participant: LID, sender_pn: PN })).toMatchObject({
      sender: LID,
      account: null,
    })
  })

  test.each([OWN_PN, OWN_LID, self.pn])('says that it mentions us as %s', (jid) => {
    const made = heard({ from: GROUP, participant: LID }, context({ mentionedJid: [PN, jid, 'x', PN] }))
    expect(made.group).toEqual({
      mentions: [NUMBER, parsed(jid)],
      mentionsSelf: true,
      repliesToSelf: false,
    })
  })

  test('says that it quotes us, and of whom it quotes nothing else counts', () => {
    const quote = (participant: string) =>
      heard(
        { from: GROUP, participant: LID },
        context({ stanzaId: '3EB0', participant, quotedMessage: { conversation: 'my own words' } }),
      )
    expect(quote(OWN_LID).group?.repliesToSelf).toBe(true)
    expect(quote(PN)).toMatchObject({ sender: LID, text: 'hello', group: { repliesToSelf: false } })
    expect(
      heard({ from: GROUP, participant: LID }, context({ participant: OWN_LID })).group?.repliesToSelf,
    ).toBe(false)
  })

  test('mentions no more than fifty by name, and us however late', () => {
    const many = Array.from({ length: 80 }, (_, index) => `${15_550_100_000 + index}@s.whatsapp.net`)
    const made = heard({ from: GROUP, participant: LID }, context({ mentionedJid: [...many, OWN_LID] }))
    expect(made.group?.mentions).toHaveLength(50)
    expect(made.group?.mentionsSelf).toBe(true)
  })

  test('is no event at all if it only brings the key of the group', () => {
    const key = { groupId: GROUP, axolotlSenderKeyDistributionMessage: Uint8Array.of(51, 8, 1) }
    const from = { from: GROUP, participant: LID }
    expect(event(from, { senderKeyDistributionMessage: key })).toBeUndefined()
    expect(event(from, { senderKeyDistributionMessage: key, messageContextInfo: {} })).toBeUndefined()
    expect(heard(from, { senderKeyDistributionMessage: key, conversation: 'x' })).toMatchObject({ text: 'x' })
  })
})

const parsed = (jid: string): string => (jid.includes('lid') ? OWN_LID : `+${jid.split(/[:@]/)[0] ?? ''}`)

describe('what surrounds a message', () => {
  test.each([
    ['1700000000', 1_700_000_000_000],
    ['0', 0],
    [undefined, 0],
    ['', 0],
    ['-5', 0],
    ['1e9', 0],
    ['0x10', 0],
    ['99999999999', 0],
    ['1700000000.5', 0],
  ])('its time %j is %d', (t, sentAt) => {
    const attrs: Attributes = { from: LID, id: 'A', ...(t === undefined ? {} : { t }) }
    const stanza = { tag: 'message', attrs }
    expect(
      normalise({ stanza, message: decoded({ conversation: 'x' }) }, self, { waited: true }),
    ).toMatchObject({
      sentAt,
      waited: true,
    })
  })

  test('makes an edit of it whatever is in it', () => {
    for (const edit of ['1', '7', '8', ''])
      expect(mostOpen(heard({ from: PN, edit }))).toEqual(dropped('not_a_message'))
  })

  test('makes it a matter of devices whatever is in it', () => {
    expect(mostOpen(heard({ from: PN, category: 'peer' }))).toEqual(dropped('not_a_message'))
  })

  test('gives it an id of its own: of us, of the chat, of the author and of what the author calls it', () => {
    const ids = [
      { from: PN },
      { from: LID },
      { from: PN, id: 'B' },
      { from: PN, id: 'A:B' },
      { from: PN, id: 'ü' },
      { from: PN, id: 'x'.repeat(500) },
      { from: PN, id: '' },
      { from: GROUP, participant: PN },
      { from: GROUP, participant: LID },
      { from: `${'9'.repeat(5_000)}@g.us`, participant: PN },
    ].map((attrs) => heard(attrs).eventId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const eventId of ids) expect(eventId).toMatch(/^whatsapp:[!-~]{1,190}$/)
    expect(heard({ from: '15550001111:3@s.whatsapp.net' }).eventId).toBe(heard({ from: PN }).eventId)
  })

  test('is heard by nobody if the login itself has no number of its form', () => {
    for (const pn of ['', '99990000111:7@lid', '15550009999@hosted'])
      expect(
        normalise(
          {
            stanza: { tag: 'message', attrs: { from: PN, id: 'A', t: '1' } },
            message: { conversation: 'x' },
          },
          { pn, lid: undefined },
          { waited: false },
        ),
      ).toMatchObject({ kind: 'unknown', sender: null, direct: false })
  })
})

const attributes = fc.dictionary(
  fc.constantFrom(
    'from',
    'participant',
    'recipient',
    'sender_pn',
    'sender_lid',
    'participant_pn',
    'participant_lid',
    'peer_recipient_pn',
    'addressing_mode',
    'id',
    't',
    'notify',
    'category',
    'edit',
    '__proto__',
  ),
  fc.oneof(
    fc.constantFrom(
      PN,
      LID,
      OWN_PN,
      OWN_LID,
      self.pn,
      self.lid,
      GROUP,
      'status@broadcast',
      '15550001111@hosted',
    ),
    fc.constantFrom('15550001111@lid', '15550001111@s.whatsapp.net@lid', '15550001111@g.us', '1', 'peer', ''),
    fc.string(),
  ),
)

const contents = fc.oneof(
  fc.constantFrom<proto.IMessage>(
    { conversation: 'hello' },
    copy(OWN_PN),
    copy(LID),
    { senderKeyDistributionMessage: { groupId: GROUP } },
    {},
  ),
  fc.uint8Array({ maxLength: 300 }).map((bytes): proto.IMessage => {
    try {
      return proto.Message.decode(bytes)
    } catch {
      return {}
    }
  }),
)

/** What is not as it must be of somebody who was let in. */
const wrongWith = (made: ProviderEvent, attrs: Attributes, message: proto.IMessage): readonly string[] => {
  const { from = '', sender_pn: pn, sender_lid: lid, recipient = '' } = attrs
  const own = new Set([OWN_PN, OWN_LID])
  const copied = message.deviceSentMessage?.destinationJid ?? undefined
  const facts: Readonly<Record<string, boolean>> = made.selfChat
    ? {
        'our own phone': own.has(from),
        'to ourselves': own.has(recipient),
        'a copy that says so': copied === OWN_PN,
        'our own name': made.sender === '+15550009999',
      }
    : {
        'somebody else': !made.fromSelf && !own.has(from),
        'to us alone': attrs['recipient'] === undefined,
        'no copy': copied === undefined,
        'a person': [PN, LID, '15550001111@lid'].includes(from),
        'the number only where the server says it': (made.sender === NUMBER) === (from === PN || pn === PN),
        'or the account': made.sender === NUMBER || made.sender === from,
        'an account that the server says': made.account === null || [from, lid].includes(made.account),
        'answered where it came from': made.chatId === from,
      }
  return Object.keys(facts).filter((fact) => facts[fact] !== true)
}

test('whatever the stanza and the bytes: it never throws, and nobody is let in but whom `from` names', () => {
  fc.assert(
    fc.property(attributes, contents, (attrs, message) => {
      const made = normalise({ stanza: { tag: 'message', attrs }, message }, self, { waited: false })
      if (made === undefined || mostOpen(made).kind === 'drop') return
      expect(wrongWith(made, attrs, message)).toEqual([])
    }),
    { numRuns: 5_000 },
  )
})
