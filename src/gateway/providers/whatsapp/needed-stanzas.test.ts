import { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { describe, expect, test } from 'vitest'
import { onlyNeeded } from './needed-stanzas.ts'

const GROUP = '120363001234567890@g.us'
const ALICE = '77770000222@lid'
const BOB = '88880000333@lid'

/** A socket to which Baileys listens, and what comes of a stanza. */
const socketOf = (isLinked: boolean) => {
  const socket = new EventEmitter()
  const heard: string[] = []
  for (const event of [
    'CB:notification',
    'CB:receipt',
    'CB:presence',
    'CB:chatstate',
    'CB:message',
    'CB:iq,,pair-success',
    'CB:iq,type:set,pair-device',
  ])
    socket.on(event, ({ attrs }: BinaryNode) => void heard.push(`${event} ${attrs['id'] ?? ''}`))
  onlyNeeded(socket, {
    isLinked,
    wasSent: (id) => id === 'OURS',
    acknowledge: ({ attrs }) => void heard.push(`acknowledged ${attrs['id'] ?? ''}`),
  })
  return {
    gives: (event: string, attrs: Readonly<Record<string, string>>): readonly string[] => {
      socket.emit(event, { tag: 'any', attrs: { id: 'N', ...attrs } })
      return heard.splice(0)
    },
  }
}

describe('a notification', () => {
  test.each(['encrypt', 'devices', 'privacy_token'])(
    'by which sessions begin and go on is handled: %s',
    (type) => {
      expect(socketOf(true).gives('CB:notification', { type })).toEqual(['CB:notification N'])
    },
  )

  test.each([
    'server_sync',
    'link_code_companion_reg',
    'mex',
    'newsletter',
    'w:gp2',
    'picture',
    'mediaretry',
    'account_sync',
    'anything else',
    '__proto__',
  ])('of any other kind is acknowledged, and nothing comes of it: %s', (type) => {
    for (const isLinked of [true, false])
      expect(socketOf(isLinked).gives('CB:notification', { type })).toEqual(['acknowledged N'])
  })
})

describe('a receipt', () => {
  test('that says that a message arrived, or was read, is handled', () => {
    for (const attrs of [{}, { type: 'read' }, { type: 'inactive' }])
      expect(socketOf(true).gives('CB:receipt', { from: ALICE, ...attrs })).toEqual(['CB:receipt N'])
  })

  test('that asks for a message again is handled where it was sent from here', () => {
    const { gives } = socketOf(true)
    const again = { type: 'retry', id: 'OURS' }
    expect(gives('CB:receipt', { ...again, from: ALICE })).toEqual(['CB:receipt OURS'])
    expect(gives('CB:receipt', { ...again, from: GROUP, participant: ALICE })).toEqual(['CB:receipt OURS'])
  })

  test.each([
    ['for one that never was', { id: 'MADE-UP', from: ALICE }],
    ['without an id', { id: '', from: ALICE }],
    ['for another’s device', { id: 'OURS', from: ALICE, participant: BOB }],
  ])('that asks for a message again %s begins no session', (_what, attrs) => {
    const answer = socketOf(true).gives('CB:receipt', { type: 'retry', ...attrs })
    expect(answer).toEqual([`acknowledged ${attrs.id}`])
  })
})

describe('stanzas of a linking', () => {
  test.each(['CB:iq,,pair-success', 'CB:iq,type:set,pair-device'])(
    'are heard while it is linked, and not once it is: %s',
    (event) => {
      expect(socketOf(false).gives(event, {})).toEqual([`${event} N`])
      expect(socketOf(true).gives(event, {})).toEqual([])
    },
  )
})

test('nobody’s presence and nobody’s typing is heard', () => {
  const { gives } = socketOf(true)
  expect([gives('CB:presence', {}), gives('CB:chatstate', {}), gives('CB:message', {})]).toEqual([
    [],
    [],
    ['CB:message N'],
  ])
})
