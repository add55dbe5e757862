import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderTold } from '../../shared/contracts/gateway.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import type { AcceptedItem } from './accepted-item.ts'
import { createDedupe } from './dedupe.ts'
import { createDrops } from './drops.ts'
import { type Inbox, openInbox } from './inbox.ts'
import { createPairing } from './pairing.ts'
import type { ProviderEvent } from './provider-event.ts'
import { createReceive, type Receive } from './receive.ts'
import { readPeople, type ToldPeople } from './told-people.ts'

const STARTED_AT = 5_000_300

let folder = ''
let log: string[] = []
let people: ToldPeople
let stop: () => void
let inbox: Inbox
let receive: Receive
let full = false

const told = (over: Partial<ProviderTold> = {}): ToldPeople =>
  readPeople({
    revision: 1,
    providers: [
      {
        provider: 'telegram',
        dmPolicy: 'pairing',
        everyone: false,
        silent: false,
        owners: ['1'],
        configured: [],
        approved: ['2'],
        blocked: [],
        pending: [],
        ...over,
      },
    ],
  })

const start = (): void => {
  const dedupe = createDedupe()
  const drops = createDrops((_provider, counts) => log.push(`drops ${JSON.stringify(counts)}`))
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
    },
    pairing,
    drops,
    enqueue: (item: AcceptedItem) =>
      log.push(`enqueue ${item.eventId} open=${inbox.find(item.eventId) === item}`),
    report: ({ kind, session, detail }) => log.push(`${kind} ${session} ${detail}`),
    reached: (step) => log.push(step),
    now: () => STARTED_AT + 10,
    newEntryId: () => '0000abcd',
    startedAt: STARTED_AT,
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
    sender: parseSenderId('telegram', from) ?? null,
    chatId: from,
    eventId: 'telegram:9:1',
    otherIds: ['telegram:9:2:1'],
    sentAt: 5_001_000,
    fromSelf: false,
    fromBot: false,
    onBehalf: false,
    forwarded: false,
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
