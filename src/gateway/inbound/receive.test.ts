import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderTold } from '../../shared/contracts/gateway-told.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { DEFAULT_RULES, nobody } from '../testing/stand-in-supervisor.ts'
import type { AcceptedItem } from './accepted-item.ts'
import { createDedupe } from './dedupe.ts'
import { createDrops } from './drops.ts'
import { type Inbox, openInbox } from './inbox.ts'
import { createPairing } from './pairing.ts'
import type { ProviderEvent } from './provider-event.ts'
import { createReceive, type Receive } from './receive.ts'
import { isStopCommand } from './stop-command.ts'
import { readPeople, type ToldPeople } from './told-people.ts'

const STARTED_AT = 5_000_300
const RESUMED_AT = 4_990_000

let folder = ''
let log: string[] = []
let refusals: string[] = []
let people: ToldPeople
let stop: () => void
let inbox: Inbox
let receive: Receive
let full = false
let heard = true

const told = (over: Partial<ProviderTold> = {}): ToldPeople =>
  readPeople({
    revision: 1,
    rules: DEFAULT_RULES,
    providers: [{ ...nobody('telegram'), owners: ['1'], approved: ['2'], ...over }],
  })

const start = (): void => {
  const dedupe = createDedupe()
  const drops = createDrops((_provider, counts) => log.push(`drops ${JSON.stringify(counts)}`) > 0)
  inbox = openInbox({ folder, dedupe, onProblem: (message) => log.push(message) })
  const pairing = createPairing({
    pending: (provider) => people.of(provider).pending,
    ask: (_askId, message) => log.push(`ask ${message.sender} answer=${message.answer}`),
    seen: () => undefined,
    created: () => undefined,
    dropped: (_provider, reason) => log.push(reason),
    now: () => STARTED_AT,
  })
  receive = createReceive({
    people: () => people,
    dedupe,
    inbox: {
      ...inbox,
      accept: (item, otherIds) => {
        if (full) throw new Error('ENOSPC')
        inbox.accept(item, otherIds)
      },
      settled: (provider, ids) => {
        if (full) throw new Error('ENOSPC')
        inbox.settled(provider, ids)
      },
    },
    pairing,
    drops,
    refused: (session, { sender, reason }) => refusals.push(`${session} ${sender} ${reason}`),
    accepted: ({ eventId, trust }) => log.push(`audit ${eventId} ${trust}`),
    bind: (provider, number, account) => log.push(`bind ${provider} ${number} ${account}`),
    stopAsked: ({ sender }) => log.push(`stop-asked ${sender} open=${inbox.openItems().length}`),
    isHeard: () => heard,
    enqueue: (item: AcceptedItem) =>
      log.push(`enqueue ${item.eventId} open=${inbox.find(item.eventId) === item}`),
    report: ({ kind, session, detail }) => log.push(`${kind} ${session} ${detail}`),
    reached: (step) => log.push(step),
    now: () => STARTED_AT + 10,
    newEntryId: () => '0000abcd',
    startedAt: STARTED_AT,
    resumedAt: RESUMED_AT,
    epoch: 'first',
  })
  stop = () => {
    drops.flush()
    pairing.close()
    inbox.close()
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'receive-'))
  log = []
  refusals = []
  full = false
  heard = true
  people = told()
  start()
})
afterEach(() => {
  stop()
  rmSync(folder, { recursive: true })
})

const event = (over: Partial<ProviderEvent> & { from?: string } = {}): ProviderEvent => {
  const { from = '2', ...rest } = over
  return {
    provider: 'telegram',
    kind: 'message',
    direct: true,
    group: null,
    account: null,
    selfChat: false,
    sender: parseSenderId('telegram', from) ?? null,
    chatId: from,
    eventId: 'telegram:9:1',
    otherIds: ['telegram:9:2:1'],
    sentAt: 5_001_000,
    fromSelf: false,
    fromBot: false,
    onBehalf: false,
    forwarded: false,
    attachments: [],
    text: 'hello',
    claims: {},
    waited: false,
    ...rest,
  }
}

describe('a message of an accepted sender', () => {
  test('is in the journal before the conversation hears of it', () => {
    receive(event())
    expect(log).toEqual([
      'inbound:received',
      'inbox:before',
      'inbox:after',
      'audit telegram:9:1 friend',
      'enqueue telegram:9:1 open=true',
      'accepted telegram:dm:2 from the friend',
    ])
  })

  test('is taken once, whatever name it comes under, also after a restart', () => {
    receive(event())
    receive(event())
    receive(event({ eventId: 'telegram:9:77' }))
    stop()
    start()
    receive(event({ otherIds: [] }))
    receive(event({ eventId: 'telegram:9:78' }))
    expect(log.filter((line) => line.startsWith('enqueue'))).toHaveLength(1)
    expect(inbox.openItems()).toHaveLength(1)
  })

  test('from before the start is accepted, and once', () => {
    receive(event({ sentAt: 1_000 }))
    receive(event({ sentAt: 1_000 }))
    expect(log.filter((line) => line.startsWith('enqueue'))).toHaveLength(1)
  })

  test('that can not be written is not taken: the provider hears the error and keeps the message', () => {
    full = true
    expect(() => receive(event())).toThrow('ENOSPC')
    full = false
    receive(event())
    expect(log.filter((line) => line.startsWith('enqueue'))).toHaveLength(1)
  })

  test('is not taken while the supervisor hears of nothing, for it could not go into the audit', () => {
    heard = false
    expect(() => receive(event())).toThrow('could not go into the audit')
    expect(inbox.openItems()).toEqual([])
    heard = true
    receive(event())
    expect(inbox.openItems()).toHaveLength(1)
  })
})

const stops = (): number => log.filter((line) => line.startsWith('stop-asked')).length
const enqueued = (): number => log.filter((line) => line.startsWith('enqueue')).length

describe('the command to stop', () => {
  beforeEach(() => {
    people = told({ stoppers: ['2'] })
  })

  test('goes to the supervisor before the disk, and nowhere else', () => {
    receive(event({ text: ' /Stop\n' }))
    expect(log).toEqual([
      'inbound:received',
      'stop-asked 2 open=0',
      'audit telegram:9:1 friend',
      'accepted telegram:dm:2 asked to stop everything',
    ])
    expect(inbox.openItems()).toEqual([])
  })

  test('is heeded once, whatever name it comes under, also after a restart', () => {
    receive(event({ text: '/stop' }))
    receive(event({ text: '/stop', eventId: 'telegram:9:77' }))
    stop()
    start()
    receive(event({ text: '/stop', otherIds: [] }))
    expect(inbox.openItems()).toEqual([])
    receive(event({ text: '/stop', eventId: 'telegram:9:78' }))
    expect([stops(), enqueued()]).toEqual([1, 0])
  })

  test('is heeded on a full disk, and by a supervisor that seems to hear nothing', () => {
    full = true
    heard = false
    expect(() => receive(event({ text: '/stop' }))).toThrow('ENOSPC')
    expect(stops()).toBe(1)
  })

  test.each([
    ['somebody else who is let in', { from: '1' }, 1],
    ['a stranger', { from: '3' }, 0],
    ['who only passes it on', { forwarded: true }, 1],
    ['in an edit', { kind: 'edit' as const }, 0],
    ['in a group', { direct: false }, 0],
    ['for somebody else', { onBehalf: true }, 0],
    ['with other words', { text: 'please /stop' }, 1],
    ['to another account', { text: '/stop@other_bot', selfName: 'our_bot' }, 1],
  ])('is an ordinary message, or none, from %s', (_what, over, taken) => {
    receive(event({ text: '/stop', ...over }))
    expect([stops(), enqueued()]).toEqual([0, taken])
  })

  test('of a stopper who is not let in is nothing', () => {
    people = told({ approved: [], stoppers: ['2'], dmPolicy: 'allowlist' })
    receive(event({ text: '/stop' }))
    expect(log).toEqual(['inbound:received'])
  })

  test('may be addressed to us by name', () => {
    receive(event({ text: '/stop@Our_Bot', selfName: 'our_bot' }))
    expect([stops(), enqueued()]).toEqual([1, 0])
  })

  test.each([
    ['that waited since before the owner resumed is over', { waited: true, sentAt: RESUMED_AT - 1 }, 0],
    ['that waited, but was written after that, is heeded', { waited: true, sentAt: RESUMED_AT }, 1],
    ['that comes while we listen is heeded, whatever the clocks say', { waited: false, sentAt: 1 }, 1],
  ])('%s', (_what, over, count) => {
    receive(event({ text: '/stop', ...over }))
    expect([stops(), enqueued()]).toEqual([count, 0])
    expect(inbox.openItems()).toEqual([])
  })

  test('has no counterpart: no text of anybody, the owner included, resumes anything', () => {
    people = told({ stoppers: ['1', '2'] })
    const words = fc.constantFrom('/resume', 'RESUME', '/start', '/unlock', '/stop off', 'resume', '/unstop')
    let id = 0
    fc.assert(
      fc.property(fc.oneof(words, fc.string({ minLength: 1 })), fc.constantFrom('1', '2'), (text, from) => {
        if (text.trim() === '' || isStopCommand(text, undefined)) return
        log = []
        id += 1
        receive(event({ text, from, eventId: `telegram:9:r${id}`, otherIds: [] }))
        // All that leaves the gate: steps, the verdict, and an ordinary message.
        expect(log.map((line) => line.split(' ')[0])).toEqual([
          'inbound:received',
          'inbox:before',
          'inbox:after',
          'audit',
          'enqueue',
          'accepted',
        ])
      }),
      { numRuns: 100 },
    )
  })
})

describe('a message that the gate turns away', () => {
  test.each([
    ['of somebody blocked', { blocked: ['2'] }, {}, 'telegram:dm:2 2 blocked'],
    ['of a friend whose right was revoked', { approved: [] }, {}, 'telegram:dm:2 2 not_paired'],
    [
      'the same under an allowlist',
      { approved: [], dmPolicy: 'allowlist' },
      {},
      'telegram:dm:2 2 not_allowed',
    ],
    ['where nobody gets in', { dmPolicy: 'disabled' }, {}, 'telegram:dm:2 2 disabled'],
    ['of the owner there', { dmPolicy: 'disabled' }, { from: '1' }, 'main 1 disabled'],
    [
      'of a former friend, passed on',
      { approved: [] },
      { forwarded: true },
      'telegram:dm:2 2 forwarded_by_stranger',
    ],
  ] satisfies [string, Partial<ProviderTold>, object, string][])(
    'is told to the conversation that it would have been in: %s',
    (_what, over, message, refusal) => {
      people = told(over)
      receive(event(message))
      expect(refusals).toEqual([refusal])
    },
  )

  test.each([
    ['an edit', { kind: 'edit' as const }],
    ['words in a group', { direct: false }],
    ['a robot', { fromBot: true }],
    ['our own echo', { fromSelf: true }],
    ['somebody else’s name', { onBehalf: true }],
    ['nobody', { sender: null }],
    ['no words', { text: ' ' }],
  ])('is told to none where it was no message of theirs to us: %s', (_what, over) => {
    people = told({ blocked: ['2'] })
    receive(event(over))
    expect(refusals).toEqual([])
  })

  test('is told once, however often it is delivered', () => {
    people = told({ blocked: ['2'] })
    receive(event({}))
    receive(event({}))
    expect(refusals).toHaveLength(1)
  })

  test('is told to no conversation of whoever had the number before', () => {
    const number = '+15550001111'
    people = readPeople({
      revision: 1,
      rules: DEFAULT_RULES,
      providers: [
        {
          ...nobody('whatsapp'),
          owners: [number],
          accounts: [{ id: number, account: '77770000222@lid' }],
        },
      ],
    })
    const heir = { sender: parseSenderId('whatsapp', number) ?? null }
    const account = parseSenderId('whatsapp', '88880000333@lid') ?? null
    receive({ ...event({ provider: 'whatsapp' }), ...heir, account })
    expect(refusals).toEqual(['whatsapp:dm:88880000333@lid 88880000333@lid not_paired'])
  })

  test('and one that gets in, to none', () => {
    receive(event({}))
    expect(refusals).toEqual([])
  })
})

describe('a message of a stranger', () => {
  test('becomes a question to the supervisor and nothing on disk', () => {
    receive(event({ from: '3' }))
    expect(log).toEqual(['inbound:received', 'ask 3 answer=true'])
    expect(inbox.openItems()).toEqual([])
  })

  test.each([
    ['sent in an earlier second than our start', { sentAt: 4_999_000 }, false],
    ['sent in the second of our start, by a clock of whole seconds', { sentAt: 5_000_000 }, true],
    ['that had waited at the provider', { waited: true }, false],
  ])('%s: answered is %s', (_what, over, answer) => {
    receive(event({ from: '3', ...over }))
    expect(log.at(-1)).toBe(`ask 3 answer=${answer}`)
  })

  test('twice is not two messages', () => {
    receive(event({ from: '3' }))
    receive(event({ from: '3' }))
    stop()
    expect(log.at(-1)).toBe('drops {"duplicate":1}')
    start()
  })

  test('who is approved between two messages gets in with the second', () => {
    receive(event({ from: '3' }))
    people = told({ approved: ['3'] })
    receive(event({ from: '3', eventId: 'telegram:9:2', otherIds: [] }))
    expect(log.at(-1)).toBe('accepted telegram:dm:3 from the friend')
  })
})
