// From the attributes of a stanza through the whole way in: what goes into the journal, whom the owner is asked about, and what
// nobody hears of. The vectors are those of research/providers.md 6, for the list ["+15550001111"].
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ProviderTold } from '../../../shared/contracts/gateway-told.ts'
import type { AcceptedItem } from '../../inbound/accepted-item.ts'
import { createDedupe } from '../../inbound/dedupe.ts'
import { createDrops } from '../../inbound/drops.ts'
import { openInbox } from '../../inbound/inbox.ts'
import { createPairing, type StrangersMessage } from '../../inbound/pairing.ts'
import { createReceive } from '../../inbound/receive.ts'
import { readPeople } from '../../inbound/told-people.ts'
import { DEFAULT_RULES, nobody } from '../../testing/stand-in-supervisor.ts'
import { normalise } from './normalise.ts'

const NUMBER = '+15550001111'
const PN = '15550001111@s.whatsapp.net'
const LID = '77770000222@lid'
const HEIR = '88880000333@lid'
const GROUP = '120363001234567890@g.us'
const self = { pn: '15550009999:7@s.whatsapp.net', lid: '99990000111:7@lid' }
const OWN_PN = '15550009999@s.whatsapp.net'
const OWN_LID = '99990000111@lid'
const STARTED_AT = 1_700_000_000_000

type Attributes = Readonly<Record<string, string>>

interface Gate {
  /** A text comes, from there. */
  readonly comes: (attrs: Attributes, text?: string) => void
  readonly accepted: readonly AcceptedItem[]
  readonly asked: readonly StrangersMessage[]
  /** Session, sender and reason. */
  readonly refused: readonly string[]
  readonly bound: readonly string[]
}

const gate = (over: Partial<ProviderTold> = {}): Gate => {
  const folder = mkdtempSync(join(tmpdir(), 'whole-gate-'))
  const told = readPeople({
    revision: 1,
    rules: DEFAULT_RULES,
    providers: [{ ...nobody('whatsapp'), configured: [NUMBER], ...over }],
  })
  expect(told.unparsable).toEqual([])
  const [accepted, asked]: [AcceptedItem[], StrangersMessage[]] = [[], []]
  const [refused, bound]: [string[], string[]] = [[], []]
  const problems: string[] = []
  const dedupe = createDedupe()
  const drops = createDrops(() => true)
  const inbox = openInbox({ folder, dedupe, onProblem: (message) => problems.push(message) })
  const pairing = createPairing({
    pending: () => new Map(),
    ask: (_, message) => asked.push(message),
    seen: () => undefined,
    created: () => undefined,
    dropped: () => undefined,
    now: () => STARTED_AT,
  })
  const receive = createReceive({
    people: () => told,
    dedupe,
    inbox,
    pairing,
    drops,
    accepted: () => undefined,
    bind: (_, number, account) => bound.push(`${number} ${account}`),
    refused: (session, { sender, reason }) => refused.push(`${session} ${sender} ${reason}`),
    stopAsked: () => undefined,
    isHeard: () => true,
    enqueue: (item) => accepted.push(item),
    report: () => undefined,
    reached: () => undefined,
    now: () => STARTED_AT,
    newEntryId: () => '0000abcd',
    startedAt: STARTED_AT,
    resumedAt: 0,
    epoch: 'first',
  })
  onTestFinished(() => {
    drops.flush()
    pairing.close()
    inbox.close()
    rmSync(folder, { recursive: true })
    expect(problems).toEqual([])
  })
  let ids = 0
  return {
    comes: (attrs, text = 'hello') => {
      const stanza = { tag: 'message', attrs: { id: `3EB0${(ids += 1)}`, t: '1700000001', ...attrs } }
      const event = normalise({ stanza, message: { conversation: text } }, self, { waited: false })
      if (event !== undefined) receive(event)
    },
    accepted,
    asked,
    refused,
    bound,
  }
}

const OPEN = { dmPolicy: 'open', everyone: true } as const

/** What the rules refuse whatever the policy is. */
const NEVER = [
  '15550001111@s.whatsapp.net@lid',
  '15550001111@g.us',
  '15550001111@hosted',
  '15550001111@hosted.lid',
  '15550001111_1:2@s.whatsapp.net',
  '15550001111.0:1@s.whatsapp.net',
  '1555:x@s.whatsapp.net',
  '@s.whatsapp.net',
  '15550001111@S.WHATSAPP.NET',
  '15550001111@s.whatsapp.net ',
  'evil\n15550001111@s.whatsapp.net',
  '0@c.us',
  '13135550002@c.us',
  '13135550002@s.whatsapp.net',
  '867051314767696@bot',
  'status@broadcast',
  '1700000000@broadcast',
  '120363111111111111@newsletter',
  OWN_PN,
  '15550009999:3@s.whatsapp.net',
  OWN_LID,
  '99990000111:3@lid',
  '+١٥٥٥٠٠٠١١١١@s.whatsapp.net',
  '+１５５５０００１１１１@s.whatsapp.net',
  '__proto__',
  '*',
  '',
]

describe('what is no person', () => {
  test.each(NEVER)('is heard by nobody, and the owner is asked about nobody: %j', (from) => {
    for (const policy of [{ dmPolicy: 'pairing' }, { dmPolicy: 'allowlist' }, OPEN] as const)
      for (const attrs of [
        { from },
        { from, sender_pn: PN },
        { from, sender_lid: LID },
        { from, participant: PN },
      ]) {
        const { comes, accepted, asked } = gate(policy)
        comes(attrs)
        expect({ policy, attrs, accepted, asked }).toEqual({ policy, attrs, accepted: [], asked: [] })
      }
  })

  test('is a group, a status or a channel either, whoever of them writes there', () => {
    for (const from of [GROUP, 'status@broadcast', '120363111111111111@newsletter']) {
      const { comes, accepted, asked } = gate(OPEN)
      comes({ from, participant: PN })
      comes({ from, participant: LID, participant_pn: PN, sender_pn: PN })
      expect([accepted, asked]).toEqual([[], []])
    }
  })
})

describe('the list ["+15550001111"]', () => {
  test.each<[string, Attributes]>([
    ['15550001111@s.whatsapp.net', { from: PN }],
    ['15550001111:3@s.whatsapp.net', { from: '15550001111:3@s.whatsapp.net' }],
    ['a LID with the number beside it', { from: LID, sender_pn: PN }],
    [
      'a device of a LID with that of the number',
      { from: '77770000222:3@lid', sender_pn: '15550001111:3@s.whatsapp.net' },
    ],
  ])('lets in %s', (_, attrs) => {
    const { comes, accepted, asked } = gate({ dmPolicy: 'allowlist' })
    comes(attrs)
    expect(accepted).toMatchObject([{ sender: NUMBER, session: `whatsapp:dm:${NUMBER}`, trust: 'friend' }])
    expect(asked).toEqual([])
  })

  test.each([
    ['15550001111@lid', '15550001111@lid'],
    ['115550001111@s.whatsapp.net', '+115550001111'],
    ['1555000111@s.whatsapp.net', '+1555000111'],
    ['5550001111@s.whatsapp.net', '+5550001111'],
  ])('does not let in %s, who is somebody else: %s', (from, person) => {
    const listed = gate({ dmPolicy: 'allowlist' })
    listed.comes({ from })
    expect([listed.accepted, listed.asked]).toEqual([[], []])
    const pairing = gate()
    pairing.comes({ from })
    expect(pairing.accepted).toEqual([])
    expect(pairing.asked).toMatchObject([
      { sender: person, account: null, moved: null, chatId: from, answer: true },
    ])
    const open = gate(OPEN)
    open.comes({ from })
    expect(open.accepted).toMatchObject([
      { sender: person, trust: 'guest', session: `whatsapp:dm:${person}` },
    ])
  })

  test('lets in nobody for what they call themselves', () => {
    const { comes, accepted } = gate({ dmPolicy: 'allowlist' })
    for (const notify of [NUMBER, PN, '*', 'owner']) comes({ from: HEIR, notify })
    expect(accepted).toEqual([])
  })
})

describe('a number and its account', () => {
  test('are held together by the first message that is let in, once it is in the journal', () => {
    const { comes, accepted, bound } = gate()
    comes({ from: LID, sender_pn: PN })
    expect(accepted).toHaveLength(1)
    expect(bound).toEqual([`${NUMBER} ${LID}`])
  })

  test('are not held together by anybody who is not let in, nor by a guest', () => {
    const strangers = gate({ configured: [] })
    strangers.comes({ from: LID, sender_pn: PN })
    expect(strangers.asked).toMatchObject([{ sender: NUMBER, account: LID, moved: null }])
    const guests = gate({ ...OPEN, configured: [] })
    guests.comes({ from: LID, sender_pn: PN })
    expect(guests.accepted).toMatchObject([{ sender: LID, session: `whatsapp:dm:${LID}`, trust: 'guest' }])
    expect([strangers.bound, guests.bound]).toEqual([[], []])
  })

  const accounts = [{ id: NUMBER, account: LID }]

  test('make one person, who is answered where they wrote from', () => {
    const { comes, accepted, bound } = gate({ accounts })
    comes({ from: LID, sender_pn: PN })
    comes({ from: PN, sender_lid: LID })
    comes({ from: '15550002222@s.whatsapp.net', sender_lid: LID })
    expect(accepted.map(({ sender, session, chatId }) => [sender, session, chatId])).toEqual([
      [NUMBER, `whatsapp:dm:${NUMBER}`, LID],
      [NUMBER, `whatsapp:dm:${NUMBER}`, PN],
      [NUMBER, `whatsapp:dm:${NUMBER}`, '15550002222@s.whatsapp.net'],
    ])
    expect(bound).toEqual([])
  })

  test('of somebody else ask the owner again, and leave no trace in the conversation of who had the number', () => {
    const { comes, accepted, asked, refused } = gate({ accounts })
    comes({ from: HEIR, sender_pn: PN })
    expect(accepted).toEqual([])
    expect(asked).toMatchObject([{ sender: HEIR, account: null, moved: NUMBER, chatId: HEIR }])
    expect(refused).toEqual([`whatsapp:dm:${HEIR} ${HEIR} not_paired`])
  })

  test('of the owner, given to somebody else, give them nothing: no conversation, no word in it, no stop', () => {
    const { comes, accepted, asked, refused } = gate({
      configured: [],
      owners: [NUMBER],
      stoppers: [NUMBER],
      accounts,
    })
    comes({ from: HEIR, sender_pn: PN })
    comes({ from: HEIR, sender_pn: PN }, '/stop')
    expect(accepted).toEqual([])
    expect(asked).toMatchObject([{ sender: HEIR, moved: NUMBER }])
    expect(new Set(refused)).toEqual(new Set([`whatsapp:dm:${HEIR} ${HEIR} not_paired`]))
  })

  test('are blocked together', () => {
    for (const blocked of [[NUMBER], [LID]]) {
      const { comes, accepted, asked, refused } = gate({ accounts, blocked })
      comes({ from: LID, sender_pn: PN })
      comes({ from: '15550002222@s.whatsapp.net', sender_lid: LID })
      expect([accepted, asked]).toEqual([[], []])
      expect(refused).toEqual(Array(2).fill(`whatsapp:dm:${NUMBER} ${NUMBER} blocked`))
    }
  })
})

describe('the owner’s own number', () => {
  test('hears nobody, asks nobody, and notes nobody who writes to it', () => {
    for (const policy of [{ dmPolicy: 'pairing' }, { dmPolicy: 'allowlist' }, OPEN] as const) {
      const { comes, accepted, asked, refused } = gate({
        ...policy,
        onlySelf: true,
        owners: ['+15550009999'],
      })
      for (const from of [PN, LID, HEIR]) comes({ from })
      comes({ from: LID, sender_pn: PN })
      expect([accepted, asked, refused]).toEqual([[], [], []])
    }
  })
})
