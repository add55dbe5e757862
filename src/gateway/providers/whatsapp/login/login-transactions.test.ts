import { setImmediate as nextTurn } from 'node:timers/promises'
import { addTransactionCapability, type SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'
import { expect, test } from 'vitest'
import { createBaileysLogger } from '../baileys.ts'
import { createHeardLog } from '../testing/heard-log.ts'
import type { LoginStore } from './login-store.ts'
import { linkedLogin, openLogin, tempFolder } from './testing/logged-in.ts'

const CHATS = 8
const MESSAGES = 40

/** As Baileys' socket does with the keys that it is given. */
const withTransactions = ({ keys }: LoginStore): SignalKeyStoreWithTransaction =>
  addTransactionCapability(keys, createBaileysLogger(createHeardLog().log), {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 1,
  })

const countOf = async (
  keys: Pick<SignalKeyStoreWithTransaction, 'get'>,
  type: 'session' | 'sender-key',
  id: string,
) => (await keys.get(type, [id]))[id]?.length ?? 0

const oneMore = async (keys: SignalKeyStoreWithTransaction, type: 'session' | 'sender-key', id: string) => {
  const count = await countOf(keys, type, id)
  // Others get their turn between the reading and the writing.
  await nextTurn()
  await keys.set({ [type]: { [id]: Buffer.alloc(count + 1) } })
}

test('parallel transactions of Baileys lose no update, in memory or on the disk', async () => {
  const folder = tempFolder()
  const store = linkedLogin(folder, { compactAbove: 20_000 })
  const keys = withTransactions(store)
  const chats = Array.from({ length: CHATS }, (_, index) => `1555000${index}.0`)
  await Promise.all(
    Array.from({ length: CHATS * MESSAGES }, async (_, index) => {
      const chat = chats[index % CHATS] ?? ''
      await keys.transaction(async () => {
        await oneMore(keys, 'session', chat)
        await keys.transaction(() => oneMore(keys, 'sender-key', chat), 'joins the outer one')
      }, chat)
      store.saveCreds({ nextPreKeyId: store.creds().nextPreKeyId + 1 })
    }),
  )
  for (const from of [store, openLogin(folder)]) {
    expect(from.creds().nextPreKeyId).toBe(1 + CHATS * MESSAGES)
    for (const chat of chats) {
      expect(await countOf(from.keys, 'session', chat)).toBe(MESSAGES)
      expect(await countOf(from.keys, 'sender-key', chat)).toBe(MESSAGES)
    }
  }
})

test('a transaction that fails leaves nothing of itself', async () => {
  const folder = tempFolder()
  const store = linkedLogin(folder)
  const keys = withTransactions(store)
  const failing = keys.transaction(async () => {
    await oneMore(keys, 'session', 'a')
    throw new Error('the journal is full')
  }, 'a')
  await expect(failing).rejects.toThrow('the journal is full')
  expect(await countOf(keys, 'session', 'a')).toBe(0)
  expect(await countOf(openLogin(folder).keys, 'session', 'a')).toBe(0)
})

test('a key that was used up is gone, as a transaction wants it', async () => {
  const folder = tempFolder()
  const store = linkedLogin(folder)
  const keys = withTransactions(store)
  const pair = { public: Buffer.alloc(32, 1), private: Buffer.alloc(32, 2) }
  await keys.set({ 'pre-key': { 1: pair, 2: pair } })
  await keys.transaction(async () => {
    await keys.get('pre-key', ['1'])
    await keys.set({ 'pre-key': { 1: null }, session: { a: Buffer.from('x') } })
  }, 'a')
  expect(await openLogin(folder).keys.get('pre-key', ['1', '2'])).toEqual({ 2: pair })
})
