import { describe, expect, test } from 'vitest'
import type { ProviderEvent } from '../../inbound/provider-event.ts'
import { createIntake, type Intake } from './intake.ts'

const NOW = 1_700_000_000_000
const SECONDS = NOW / 1000
const PN = '15550001111@s.whatsapp.net'
const OWN_PN = '15550009999@s.whatsapp.net'
const OWN_LID = '99990000111@lid'

type Attributes = Readonly<Record<string, string>>
type Stanza = Parameters<Intake['arrived']>[0]

const stanza = (attrs: Attributes): Stanza => ({
  tag: 'message',
  attrs: { id: 'A1', from: PN, t: String(SECONDS), ...attrs },
})

const intakeOf = (receive?: () => never) => {
  const events: ProviderEvent[] = []
  const told: string[] = []
  let isListening = true
  const intake = createIntake({
    now: () => NOW,
    receive: (event) => {
      receive?.()
      events.push(event)
    },
    isListening: () => isListening,
    self: () => ({ id: '15550009999:7@s.whatsapp.net', lid: '99990000111:7@lid' }),
    isOwnMessage: (id) => id === 'OURS',
    taken: () => told.push('taken'),
    notTaken: (why) => told.push(why),
    onUnreadable: () => told.push('unreadable'),
  })
  return {
    intake,
    events,
    told,
    take: (one: Stanza) => intake.take({ stanza: one, message: { conversation: 'hello' } }),
    deaf: () => {
      isListening = false
    },
  }
}

describe('what was sent from here', () => {
  test.each<[string, Attributes]>([
    ['by number', { from: OWN_PN, recipient: OWN_PN }],
    ['by account', { from: OWN_LID, recipient: OWN_LID }],
    ['from another device', { from: '15550009999:2@s.whatsapp.net', recipient: PN }],
    ['in a group', { from: '120363001234567890@g.us', participant: OWN_LID }],
  ])('and comes back is no event: %s', (_, attrs) => {
    const { take, events, told } = intakeOf()
    take(stanza({ id: 'OURS', ...attrs }))
    expect([events, told]).toEqual([[], []])
  })

  test('has an id that somebody else may use: theirs is heard', () => {
    const { take, events } = intakeOf()
    take(stanza({ id: 'OURS' }))
    expect(events).toMatchObject([{ sender: '+15550001111', text: 'hello' }])
  })
})

const waited = (attrs: Attributes, when: 'before all of it had come' | 'after'): boolean | undefined => {
  const { intake, take, events } = intakeOf()
  if (when === 'after') intake.drained()
  const one = stanza(attrs)
  intake.arrived(one)
  intake.drained()
  take(one)
  return events[0]?.waited
}

describe('what had waited', () => {
  test('is what comes with the mark while what waited is still coming', () => {
    expect(waited({ offline: '0' }, 'before all of it had come')).toBe(true)
    expect(waited({}, 'before all of it had come')).toBe(false)
  })

  test('and after a break what is older than a minute', () => {
    expect(waited({ offline: '0', t: String(SECONDS - 60) }, 'after')).toBe(false)
    expect(waited({ offline: '0', t: String(SECONDS - 61) }, 'after')).toBe(true)
    expect(waited({ t: String(SECONDS - 61) }, 'after')).toBe(false)
  })
})

describe('what is not taken in', () => {
  test('is said to be, and thrown for WhatsApp to keep it', () => {
    const { take, told } = intakeOf(() => {
      throw new Error('the disk is full')
    })
    expect(() => take(stanza({}))).toThrow('the disk is full')
    expect(told).toEqual(['the disk is full'])
  })

  test('is everything once nobody listens', () => {
    const { take, events, deaf } = intakeOf()
    deaf()
    expect(() => take(stanza({}))).toThrow('nobody listens')
    expect(events).toEqual([])
  })
})
