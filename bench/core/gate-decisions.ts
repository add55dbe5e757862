import { decide } from '../../src/gateway/inbound/decide.ts'
import { parseSenderId, type SenderId } from '../../src/shared/domain/identity.ts'
import type { InboundEvent } from '../../src/shared/domain/inbound.ts'
import type { People, ProviderPolicy } from '../../src/shared/domain/people.ts'
import { type Benchmark, rounded } from '../figure.ts'

const id = (text: string): SenderId => {
  const parsed = parseSenderId('telegram', text)
  if (parsed === undefined) throw new Error(`not a Telegram id: ${text}`)
  return parsed
}

const event = (sender: string, text: string): InboundEvent => ({
  provider: 'telegram',
  kind: 'message',
  direct: true,
  group: null,
  account: null,
  selfChat: false,
  sender: id(sender),
  chatId: sender,
  eventId: `telegram:${sender}`,
  sentAt: 0,
  fromSelf: false,
  fromBot: false,
  onBehalf: false,
  forwarded: false,
  attachments: [],
  text,
  claims: {},
  duplicate: false,
  backlog: false,
})

/** A mix as it comes: owner, friends, strangers with short and long texts, and things that are no messages. */
const events: readonly InboundEvent[] = [
  event('1', 'hello'),
  event('2', 'a friend writes a sentence of the usual length'),
  event('3', 'x'.repeat(4000)),
  event('4', 'stranger'),
  { ...event('5', 'edited'), kind: 'edit' },
  { ...event('6', ''), fromBot: true },
]
const policy: ProviderPolicy = { dmPolicy: 'pairing', everyone: false, silent: false, onlySelf: false }
const people: People = {
  owners: new Set([id('1')]),
  configured: new Set(Array.from({ length: 500 }, (_, index) => id(String(1000 + index)))),
  approved: new Set([id('2')]),
  blocked: new Set([id('7')]),
  accounts: new Map(),
}

export const gateDecisions: Benchmark = {
  name: 'gate',
  run: async () => {
    const rounds = 500_000
    const measure = (): number => {
      const started = performance.now()
      let accepted = 0
      for (let round = 0; round < rounds; round += 1) {
        for (const one of events) if (decide(one, policy, people).kind === 'accept') accepted += 1
      }
      if (accepted !== rounds * 2) throw new Error(`the gate accepted ${accepted}`)
      return (rounds * events.length) / ((performance.now() - started) / 1000)
    }
    measure()
    return [{ name: 'gate.decisions_per_s', value: rounded(measure(), 0), unit: '1/s', goal: 'over 500,000' }]
  },
}
