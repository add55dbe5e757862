import { EventEmitter } from 'node:events'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { handleMessagesInTurn } from './message-turns.ts'

/** What Baileys is given of a message. */
const handed = (stanza: BinaryNode): BinaryNode | undefined => {
  const socket = new EventEmitter()
  const given: BinaryNode[] = []
  socket.on('CB:message', (each: BinaryNode) => void given.push(each))
  handleMessagesInTurn(
    socket,
    () => false,
    (error) => {
      throw error
    },
  )
  socket.emit('CB:message', stanza)
  return given[0]
}

const child = (tag: string, content: Uint8Array | string): BinaryNode => ({ tag, attrs: {}, content })

const message = (...content: BinaryNode[]): BinaryNode => ({
  tag: 'message',
  attrs: { id: 'A1', from: '77770000222@lid', offline: '0' },
  content,
})

const encrypted = child('enc', Buffer.alloc(64))

test('of a message what is encrypted is handled, and what says how it is', () => {
  const aside = child('device-identity', Buffer.alloc(8))
  const given = handed(message(aside, encrypted))
  expect(given).toEqual({
    tag: 'message',
    attrs: { id: 'A1', from: '77770000222@lid' },
    content: [aside, encrypted],
  })
})

test.each([
  ['in plain text', child('plaintext', Buffer.alloc(8))],
  ['longer than any person’s', child('enc', Buffer.alloc(512 * 1024 + 1))],
  ['longer, and beside it', child('verified_name', Buffer.alloc(512 * 1024 + 1))],
])('what is %s is not looked at', (_what, odd) => {
  expect(handed(message(odd, encrypted))?.content).toEqual([encrypted])
  expect(handed(message(odd))?.content).toEqual([])
})

test('no more of one message is decrypted than the two parts of one in a group, twice over', () => {
  const many = Array.from({ length: 1_000 }, () => encrypted)
  expect(handed(message(...many))?.content).toHaveLength(4)
})

test('a message without anything in it stays as it is', () => {
  const { content: _, ...empty } = message()
  expect(handed(empty)).toEqual({ tag: 'message', attrs: { id: 'A1', from: '77770000222@lid' } })
})
