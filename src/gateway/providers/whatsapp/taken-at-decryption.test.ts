import { AsyncLocalStorage } from 'node:async_hooks'
import { cpSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { KeyBundle } from '../../../../e2e/servers/whatsapp/phones/key-bundle.ts'
import {
  createSignalDevice,
  type Encrypted,
  type SignalDevice,
} from '../../../../e2e/servers/whatsapp/phones/signal-device.ts'
import { createLogger } from '../../../shared/log/logger.ts'
import { createBaileysLogger, loadBaileys } from './baileys.ts'
import type { LoginStore } from './login/login-store.ts'
import { linkedLogin, openLogin, tempFolder } from './login/testing/logged-in.ts'
import { type Taken, type TakenAtDecryption, takenAtDecryption } from './taken-at-decryption.ts'

const ALICE = '77770000222@lid'
const GROUP = '120363001234567890@g.us'
const SESSION = '77770000222_1.0'
/** What Alice's phone calls the device under test. */
const BOT = 'the bot'

interface Line {
  closed(): number
  /** A stanza comes; its ciphertexts in bytes of their own, as they are read off the wire. */
  comes(
    id: string,
    ...encs: readonly { readonly type: string; readonly ciphertext: Uint8Array }[]
  ): readonly Buffer[]
}

/** A connection. */
const connect = (taken: TakenAtDecryption): Line => {
  const listeners: ((stanza: BinaryNode) => void)[] = []
  let closed = 0
  taken.watch({
    prependListener: (event, listener) => {
      expect(event).toBe('CB:message')
      listeners.push(listener)
    },
    close: async () => {
      closed += 1
    },
  })
  return {
    closed: () => closed,
    comes: (id, ...encs) => {
      const contents = encs.map(({ ciphertext }) => Buffer.from(ciphertext))
      const content = encs.map(({ type }, index) => ({
        tag: 'enc',
        attrs: { type },
        content: contents[index] ?? Buffer.alloc(0),
      }))
      const from = encs.some(({ type }) => type === 'skmsg') ? GROUP : ALICE
      for (const listener of listeners) listener({ tag: 'message', attrs: { id, from }, content })
      return contents
    },
  }
}

/** A linked device, as far as it decrypts: a real login on a real disk, and Baileys' own transactions. */
const createBot = async (store: LoginStore, take: (taken: Taken) => void = () => undefined) => {
  const file = join(dirname(tempFolder()), 'log')
  const log = createLogger({ file, level: 'debug', redact: (line) => line, source: 'test' })
  onTestFinished(() => log.close())
  const baileys = await loadBaileys({ log })
  const logger = createBaileysLogger(log)
  const keys = baileys.addTransactionCapability(store.keys, logger, {
    maxCommitRetries: 1,
    delayBetweenTriesMs: 0,
  })
  const taken = takenAtDecryption(baileys, take)
  const auth = { creds: store.creds(), keys }
  const repository = taken.makeSignalRepository(auth, logger, async () => undefined)
  onTestFinished(() => repository.close?.())
  const read = (padded: Uint8Array): string =>
    baileys.proto.Message.decode(baileys.unpadRandomMax16(padded)).conversation ?? ''
  return {
    baileys,
    auth,
    logger,
    store,
    keys,
    taken,
    repository,
    /** A message comes over this connection, and is decrypted as Baileys does it. */
    receives: async (line: Line, { type, ciphertext }: Encrypted, id = 'A1'): Promise<string> => {
      const [bytes = Buffer.alloc(0)] = line.comes(id, { type, ciphertext })
      return read(await repository.decryptMessage({ jid: ALICE, type, ciphertext: bytes }))
    },
    receivesInGroup: async (line: Line, ciphertext: Uint8Array, id = 'G1'): Promise<string> => {
      const [bytes = Buffer.alloc(0)] = line.comes(id, { type: 'skmsg', ciphertext })
      return read(await repository.decryptGroupMessage({ group: GROUP, authorJid: ALICE, msg: bytes }))
    },
  }
}
type Bot = Awaited<ReturnType<typeof createBot>>

let nextPreKey = 100

/** What the server gives to whoever wants to write to the bot. */
const bundleOf = async ({ baileys, store }: Bot): Promise<KeyBundle> => {
  const pair = baileys.Curve.generateKeyPair()
  const id = nextPreKey++
  await store.keys.set({ 'pre-key': { [id]: pair } })
  const { registrationId, signedIdentityKey, signedPreKey } = store.creds()
  const { keyId, keyPair, signature } = signedPreKey
  return {
    registrationId,
    identity: signedIdentityKey.public,
    signedPreKey: { id: keyId, value: keyPair.public, signature },
    preKey: { id, value: pair.public },
  }
}

const startAlice = async (bot: Bot): Promise<SignalDevice> => {
  const alice = createSignalDevice()
  await alice.startSession(BOT, await bundleOf(bot))
  return alice
}

/** As a bundle comes from the server. */
const toBaileys = ({ baileys }: Bot, { identity, signedPreKey, preKey, registrationId }: KeyBundle) => {
  const pub = (key: Uint8Array) => Buffer.from(baileys.generateSignalPubKey(Buffer.from(key)))
  return {
    registrationId,
    identityKey: pub(identity),
    signedPreKey: {
      keyId: signedPreKey.id,
      publicKey: pub(signedPreKey.value),
      signature: Buffer.from(signedPreKey.signature),
    },
    ...(preKey === undefined ? {} : { preKey: { keyId: preKey.id, publicKey: pub(preKey.value) } }),
  }
}

const textOf = ({ message }: Taken): string => message.conversation ?? ''

const sessionIn = async (store: LoginStore): Promise<string> =>
  JSON.stringify(await store.keys.get('session', [SESSION]))

describe('a message', () => {
  test('is taken with its stanza, after it was decrypted and before its keys are written', async () => {
    const store = linkedLogin(tempFolder())
    const seen: { taken: Taken; session: Promise<string> }[] = []
    const bot = await createBot(store, (taken) => seen.push({ taken, session: sessionIn(store) }))
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    const before = await sessionIn(store)
    expect(await bot.receives(line, await alice.encrypt(BOT, { conversation: 'hello' }), 'A7')).toBe('hello')
    expect(seen).toHaveLength(1)
    expect(seen[0]?.taken).toMatchObject({
      stanza: { attrs: { id: 'A7', from: ALICE } },
      message: { conversation: 'hello' },
    })
    expect(await seen[0]?.session).toBe(before)
    expect(await sessionIn(store)).not.toBe(before)
  })

  test('is taken as it was sent: what its sender calls a copy of ours is not unwrapped', async () => {
    const seen: Taken[] = []
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => seen.push(taken))
    const alice = await startAlice(bot)
    const message = { deviceSentMessage: { destinationJid: ALICE, message: { conversation: 'x' } } }
    await bot.receives(connect(bot.taken), await alice.encrypt(BOT, message))
    expect(seen[0]?.message.deviceSentMessage?.message?.conversation).toBe('x')
    expect(seen[0]?.message.conversation).toBeNull()
  })

  test.each(['the first, which opens the session', 'a later one'])(
    'that could not be taken changes no key, and can be decrypted again on the next connection: %s',
    async (which) => {
      const store = linkedLogin(tempFolder())
      const seen: string[] = []
      let isFull = false
      const bot = await createBot(store, (taken) => {
        if (isFull) throw new Error('the disk is full')
        seen.push(textOf(taken))
      })
      const alice = await startAlice(bot)
      const line = connect(bot.taken)
      if (which === 'a later one') {
        await bot.receives(line, await alice.encrypt(BOT, { conversation: 'first' }), 'A0')
        await answer(bot, alice)
      }
      const sealed = await alice.encrypt(BOT, { conversation: 'hello' })
      expect(sealed.type).toBe(which === 'a later one' ? 'msg' : 'pkmsg')
      const before = [await sessionIn(store), await preKeys(store)]
      isFull = true
      await expect(bot.receives(line, sealed)).rejects.toThrow('not taken in')
      expect([await sessionIn(store), await preKeys(store)]).toEqual(before)
      expect(line.closed()).toBe(1)
      isFull = false
      expect(await bot.receives(connect(bot.taken), sealed)).toBe('hello')
      expect(seen.at(-1)).toBe('hello')
      expect(seen.filter((each) => each === 'hello')).toHaveLength(1)
    },
  )

  test('that comes after one that could not be taken waits with it, so that the order stays', async () => {
    const seen: string[] = []
    let failures = 1
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => {
      if (failures-- > 0) throw new Error('the disk is full')
      seen.push(textOf(taken))
    })
    const alice = await startAlice(bot)
    const [one, two] = [
      await alice.encrypt(BOT, { conversation: 'one' }),
      await alice.encrypt(BOT, { conversation: 'two' }),
    ]
    const line = connect(bot.taken)
    await expect(bot.receives(line, one, 'A1')).rejects.toThrow('not taken in')
    await expect(bot.receives(line, two, 'A2')).rejects.toThrow('not taken in')
    expect(line.closed()).toBe(1)
    const next = connect(bot.taken)
    await bot.receives(next, one, 'A1')
    await bot.receives(next, two, 'A2')
    expect(seen).toEqual(['one', 'two'])
    expect(next.closed()).toBe(0)
  })

  test('whose keys can not be written is decrypted again, and taken again for the gate to know it', async () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    const seen: string[] = []
    const full = { is: false }
    const guarded: LoginStore = {
      ...store,
      keys: {
        get: (type, ids) => store.keys.get(type, ids),
        set: (data) => {
          if (full.is) throw new Error('ENOSPC')
          return store.keys.set(data)
        },
      },
    }
    const bot = await createBot(guarded, (taken) => seen.push(textOf(taken)))
    const alice = await startAlice(bot)
    const sealed = await alice.encrypt(BOT, { conversation: 'hello' })
    const line = connect(bot.taken)
    full.is = true
    await expect(bot.receives(line, sealed)).rejects.toThrow('not taken in')
    expect(line.closed()).toBe(1)
    full.is = false
    expect(await bot.receives(connect(bot.taken), sealed)).toBe('hello')
    expect(seen).toEqual(['hello', 'hello'])
  })

  test.each(['pkmsg', 'msg', 'skmsg'] as const)(
    'is still readable where the gateway is killed right after it was taken: %s',
    async (type) => {
      const folder = tempFolder()
      const atTheKill = tempFolder()
      const bot = await createBot(linkedLogin(folder), (taken) => {
        // What is on the disk in this moment is all that a killed process leaves.
        if (textOf(taken) === 'hello') cpSync(folder, atTheKill, { recursive: true })
      })
      const alice = await startAlice(bot)
      const line = connect(bot.taken)
      const item = await alice.senderKeys.distribution(GROUP)
      await bot.repository.processSenderKeyDistributionMessage({ authorJid: ALICE, item })
      if (type !== 'pkmsg') {
        await bot.receives(line, await alice.encrypt(BOT, { conversation: 'first' }), 'A0')
        await answer(bot, alice)
      }
      const direct = type === 'skmsg' ? undefined : await alice.encrypt(BOT, { conversation: 'hello' })
      expect(direct?.type).toBe(type === 'skmsg' ? undefined : type)
      const inGroup = await alice.senderKeys.encrypt(GROUP, { conversation: 'hello' })
      await (direct ? bot.receives(line, direct) : bot.receivesInGroup(line, inGroup))

      const seen: string[] = []
      const again = await createBot(openLogin(atTheKill), (taken) => seen.push(textOf(taken)))
      const next = connect(again.taken)
      await (direct ? again.receives(next, direct) : again.receivesInGroup(next, inGroup))
      expect(seen).toEqual(['hello'])
    },
  )

  test('that comes once more is answered from memory, and taken once', async () => {
    const seen: string[] = []
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => seen.push(textOf(taken)))
    const alice = await startAlice(bot)
    const sealed = await alice.encrypt(BOT, { conversation: 'hello' })
    const item = await alice.senderKeys.distribution(GROUP)
    await bot.repository.processSenderKeyDistributionMessage({ authorJid: ALICE, item })
    const inGroup = await alice.senderKeys.encrypt(GROUP, { conversation: 'all' })
    for (const line of [connect(bot.taken), connect(bot.taken)]) {
      expect(await bot.receives(line, sealed)).toBe('hello')
      expect(await bot.receives(line, sealed)).toBe('hello')
      expect(await bot.receivesInGroup(line, inGroup)).toBe('all')
    }
    expect(seen).toEqual(['hello', 'all'])
  })

  test('that comes once more from another address is not answered from memory', async () => {
    const bot = await createBot(linkedLogin(tempFolder()))
    const alice = await startAlice(bot)
    const { type, ciphertext } = await alice.encrypt(BOT, { conversation: 'hello' })
    await bot.receives(connect(bot.taken), { type: 'pkmsg', ciphertext })
    const bytes = Buffer.from(ciphertext)
    await expect(
      bot.repository.decryptMessage({ jid: '55550000555@lid', type, ciphertext: bytes }),
    ).rejects.toThrow(/PreKey/)
  })

  test('and the key of its group that comes with it are each taken by themselves', async () => {
    const seen: Taken[] = []
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => seen.push(taken))
    const alice = await startAlice(bot)
    const senderKeyDistributionMessage = await alice.senderKeys.distribution(GROUP)
    const key = await alice.encrypt(BOT, { senderKeyDistributionMessage })
    const ciphertext = await alice.senderKeys.encrypt(GROUP, { conversation: 'hello' })
    const line = connect(bot.taken)
    const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = line.comes('G1', key, {
      type: 'skmsg',
      ciphertext,
    })
    await bot.repository.decryptMessage({ jid: ALICE, type: key.type, ciphertext: first })
    const item = seen[0]?.message.senderKeyDistributionMessage
    await bot.repository.processSenderKeyDistributionMessage({ authorJid: ALICE, item: item ?? {} })
    await bot.repository.decryptGroupMessage({ group: GROUP, authorJid: ALICE, msg: second })
    expect(seen.map(({ stanza, message }) => [stanza.attrs['id'], message.conversation])).toEqual([
      ['G1', null],
      ['G1', 'hello'],
    ])
  })

  test('brings the key of the group that it came in, and of no other that its sender names', async () => {
    const store = linkedLogin(tempFolder())
    const bot = await createBot(store)
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    await bot.receives(line, await alice.encrypt(BOT, { conversation: 'hello' }))
    const names = [GROUP, '120363009999999999@g.us', 'x'.repeat(10_000), '__proto__']
    for (const groupId of names) {
      const item = { ...(await alice.senderKeys.distribution(GROUP)), groupId }
      await bot.repository.processSenderKeyDistributionMessage({ authorJid: ALICE, item })
    }
    const kept = names.map((name) => `${name}::77770000222_1::0`)
    expect(await store.keys.get('sender-key', kept)).toEqual({})
  })

  test('in a group that could not be taken changes no key, and can be decrypted again', async () => {
    const seen: string[] = []
    let failures = 1
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => {
      if (failures-- > 0) throw new Error('the disk is full')
      seen.push(textOf(taken))
    })
    const alice = await startAlice(bot)
    const item = await alice.senderKeys.distribution(GROUP)
    await bot.repository.processSenderKeyDistributionMessage({ authorJid: ALICE, item })
    const ciphertext = await alice.senderKeys.encrypt(GROUP, { conversation: 'hello' })
    const line = connect(bot.taken)
    await expect(bot.receivesInGroup(line, ciphertext)).rejects.toThrow('not taken in')
    expect(line.closed()).toBe(1)
    expect(await bot.receivesInGroup(connect(bot.taken), ciphertext)).toBe('hello')
    expect(seen).toEqual(['hello'])
  })
})

/** Of messages that were skipped. */
const keysIn = async (store: LoginStore): Promise<number> =>
  (await sessionIn(store)).match(/"[0-9]+":"[A-Za-z0-9+/=]{44}"/g)?.length ?? 0

describe('a conversation', () => {
  test('keeps no more keys of messages that did not come than Signal allows, and goes on', async () => {
    const store = linkedLogin(tempFolder())
    const bot = await createBot(store)
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    for (let round = 1; round <= 3; round += 1) {
      for (let skipped = 0; skipped < 900; skipped += 1) await alice.encrypt(BOT, { conversation: 'x' })
      const late = await alice.encrypt(BOT, { conversation: 'late' })
      expect(await bot.receives(line, await alice.encrypt(BOT, { conversation: 'now' }), `A${round}`)).toBe(
        'now',
      )
      expect(await bot.receives(line, late, `L${round}`)).toBe('late')
      expect(await keysIn(store)).toBeLessThanOrEqual(2_000)
    }
    expect(await keysIn(store)).toBeGreaterThan(1_900)
  })

  test('does not grow with every answer, however long it lasts', async () => {
    const store = linkedLogin(tempFolder())
    const bot = await createBot(store)
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    const sizes: number[] = []
    for (let turn = 0; turn < 40; turn += 1) {
      const sealed = await alice.encrypt(BOT, { conversation: `${turn}` })
      expect(await bot.receives(line, sealed, `A${turn}`)).toBe(`${turn}`)
      await answer(bot, alice)
      sizes.push((await sessionIn(store)).length)
    }
    expect(sizes.at(-1)).toBeLessThan(1.2 * (sizes[10] ?? 0))
  })
})

describe('what is not taken', () => {
  test('is what did not come as a message of a connection', async () => {
    const seen: Taken[] = []
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => seen.push(taken))
    const alice = await startAlice(bot)
    const { type, ciphertext } = await alice.encrypt(BOT, { conversation: 'hello' })
    await bot.repository.decryptMessage({ jid: ALICE, type, ciphertext: Buffer.from(ciphertext) })
    expect(seen).toEqual([])
  })

  test('is what can not be decrypted: Baileys hears why, and no key and no connection changes', async () => {
    const store = linkedLogin(tempFolder())
    const seen: Taken[] = []
    const bot = await createBot(store, (taken) => seen.push(taken))
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    await bot.receives(line, await alice.encrypt(BOT, { conversation: 'first' }), 'A0')
    // Of another identity: by itself Baileys would forget the session before it has looked at what came.
    const mallory = await startAlice(bot)
    const forged = await mallory.encrypt(BOT, { conversation: 'hello' })
    const ciphertext = Buffer.from(forged.ciphertext)
    ciphertext[ciphertext.length - 10] = (ciphertext.at(-10) ?? 0) ^ 1
    const before = [await sessionIn(store), await preKeys(store), await identityOf(store)]
    await expect(bot.receives(line, { ...forged, ciphertext })).rejects.toThrow('Bad MAC')
    expect([await sessionIn(store), await preKeys(store), await identityOf(store)]).toEqual(before)
    expect([seen.length, line.closed()]).toEqual([1, 0])
    expect(await bot.receives(line, await alice.encrypt(BOT, { conversation: 'second' }), 'A2')).toBe(
      'second',
    )
  })
})

describe('the keys of a conversation', () => {
  test('of a message that leaves are written before it can leave, whatever else is under way', async () => {
    const bot = await createBot(linkedLogin(tempFolder()))
    const alice = await startAlice(bot)
    await bot.receives(connect(bot.taken), await alice.encrypt(BOT, { conversation: 'first' }))
    const before = await sessionIn(bot.store)
    // Baileys encrypts within one transaction from the first query to the last byte on the wire.
    await bot.keys.transaction(async () => {
      await bot.repository.encryptMessage({ jid: ALICE, data: Buffer.from('x') })
      expect(await sessionIn(bot.store)).not.toBe(before)
    }, 'a whole send')
  })

  test('survive that a message comes while one is sent to the same person', async () => {
    const bot = await createBot(linkedLogin(tempFolder()))
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    await bot.receives(line, await alice.encrypt(BOT, { conversation: 'first' }), 'A0')
    await answer(bot, alice)
    const incoming = await alice.encrypt(BOT, { conversation: 'meanwhile' })
    const sent = await bot.keys.transaction(async () => {
      const sealed = await seal(bot, 'sent')
      // From outside, as it comes from the network.
      await outsideOf(() => bot.receives(line, incoming, 'A1'))
      return sealed
    }, 'a whole send')
    // Another bot, so that nothing is answered from memory: the key of what came is gone, and so nothing is taken twice.
    const seen: Taken[] = []
    const again = await createBot(bot.store, (taken) => seen.push(taken))
    expect(await again.receives(connect(again.taken), incoming, 'A1')).toBe('')
    expect(seen).toEqual([])
    const next = await seal(bot, 'next')
    expect((await alice.decrypt(BOT, sent.type, sent.ciphertext)).conversation).toBe('sent')
    expect((await alice.decrypt(BOT, next.type, next.ciphertext)).conversation).toBe('next')
  })

  test('survive a crowd: everything both ways at once, each message read once', async () => {
    const seen: string[] = []
    const bot = await createBot(linkedLogin(tempFolder()), (taken) => seen.push(textOf(taken)))
    const alice = await startAlice(bot)
    const line = connect(bot.taken)
    await bot.receives(line, await alice.encrypt(BOT, { conversation: 'first' }), 'A0')
    await answer(bot, alice)
    const names = Array.from({ length: 40 }, (_, index) => `m${index}`)
    const incoming = []
    for (const name of names) incoming.push(await alice.encrypt(BOT, { conversation: name }))
    const outgoing = names.map((name) => bot.keys.transaction(() => seal(bot, name), `send ${name}`))
    const received = incoming.map((sealed, index) => bot.receives(line, sealed, `B${index}`))
    expect(await Promise.all(received)).toEqual(names)
    expect(seen).toEqual(['first', ...names])
    const read = []
    for (const { type, ciphertext } of await Promise.all(outgoing))
      read.push((await alice.decrypt(BOT, type, ciphertext)).conversation)
    expect(new Set(read)).toEqual(new Set(names))
  })

  test('are not begun with a device whose keys it has not signed, and nobody else is kept waiting', async () => {
    const bot = await createBot(linkedLogin(tempFolder()))
    const alice = createSignalDevice()
    const bundle = alice.takeBundle()
    const forged = {
      ...bundle,
      signedPreKey: { ...bundle.signedPreKey, signature: new Uint8Array(64) },
    }
    await bot.repository.injectE2ESession({ jid: ALICE, session: toBaileys(bot, forged) })
    expect(await bot.repository.validateSession(ALICE)).toMatchObject({ exists: false })
    await expect(seal(bot, 'x')).rejects.toThrow('No sessions')
    await bot.repository.injectE2ESession({ jid: ALICE, session: toBaileys(bot, bundle) })
    const { type, ciphertext } = await seal(bot, 'hello')
    expect((await alice.decrypt(BOT, type, ciphertext)).conversation).toBe('hello')
  })
})

const seal = async ({ baileys, repository }: Bot, conversation: string): Promise<Encrypted> =>
  repository.encryptMessage({ jid: ALICE, data: Buffer.from(baileys.encodeWAMessage({ conversation })) })

/** The bot answers, so that Alice knows that the session stands, and sends `msg` from now on. */
const answer = async (bot: Bot, alice: SignalDevice): Promise<void> => {
  const { type, ciphertext } = await seal(bot, 'answer')
  await alice.decrypt(BOT, type, ciphertext)
}

const preKeys = async (store: LoginStore): Promise<readonly string[]> => {
  const ids = Array.from({ length: nextPreKey }, (_, id) => String(id))
  return Object.keys(await store.keys.get('pre-key', ids))
}

const identityOf = async (store: LoginStore): Promise<string> =>
  JSON.stringify(await store.keys.get('identity-key', [SESSION]))

/** In no transaction, whatever this is called from. */
const outsideOf = AsyncLocalStorage.snapshot()
