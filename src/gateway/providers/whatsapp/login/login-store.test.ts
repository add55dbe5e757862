import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  BufferJSON,
  encodeSignedDeviceIdentity,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
} from '@whiskeysockets/baileys'
import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  uint8Array,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasLogin, type LoginStore, wipeLogin } from './login-store.ts'
import { linkedLogin, openLogin, pairSuccess, tempFolder } from './testing/logged-in.ts'

const proofOf = ({ creds }: LoginStore): Uint8Array => encodeSignedDeviceIdentity(creds().account ?? {}, true)
const fileIn = (folder: string): string => join(folder, 'login.jsonl')
const linesIn = (folder: string): readonly string[] =>
  readFileSync(fileIn(folder), 'utf8').trimEnd().split('\n')

describe('a login that is not whole', () => {
  test('leaves nothing on the disk, whatever Baileys saves on the way', async () => {
    const folder = tempFolder()
    const store = openLogin(folder)
    await store.keys.set({ session: { a: Buffer.from('x') } })
    store.saveCreds({ routingInfo: Buffer.from('r') })
    store.saveCreds({ me: pairSuccess().me })
    expect(store.isLinked()).toBe(false)
    expect(hasLogin(folder)).toBe(false)
    expect(existsSync(folder)).toBe(false)
  })

  test('becomes one with the pairing, with all that came before', async () => {
    const folder = tempFolder()
    const store = openLogin(folder)
    await store.keys.set({ session: { a: Buffer.from('x') } })
    store.saveCreds({ routingInfo: Buffer.from('r') })
    store.saveCreds(pairSuccess())
    expect([store.isLinked(), hasLogin(folder)]).toEqual([true, true])
    const again = openLogin(folder)
    expect(again.isLinked()).toBe(true)
    expect(again.creds()).toMatchObject({ routingInfo: Buffer.from('r'), me: pairSuccess().me })
    expect(again.creds().noiseKey).toEqual(store.creds().noiseKey)
    expect(await again.keys.get('session', ['a', 'b'])).toEqual({ a: Buffer.from('x') })
  })

  test('is begun anew with other keys, and a login on the disk stays until the new one is whole', () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    const { noiseKey } = store.creds()
    store.beginAnew()
    expect(store.isLinked()).toBe(false)
    expect(store.creds().noiseKey).not.toEqual(noiseKey)
    expect(openLogin(folder).creds().noiseKey).toEqual(noiseKey)
    store.saveCreds(pairSuccess('15550002222'))
    const again = openLogin(folder)
    expect(again.creds().me?.id).toBe('15550002222:7@s.whatsapp.net')
    expect(again.creds().noiseKey).toEqual(store.creds().noiseKey)
  })
})

describe('a linked login', () => {
  test('is for the owner alone, also where its file was not', () => {
    const folder = tempFolder()
    linkedLogin(folder).close()
    expect([statSync(folder).mode & 0o777, statSync(fileIn(folder)).mode & 0o777]).toEqual([0o700, 0o600])
    chmodSync(fileIn(folder), 0o644)
    openLogin(folder)
    expect(statSync(fileIn(folder)).mode & 0o777).toBe(0o600)
  })

  test('gives Baileys one object to change in place, and writes it only when it changed', () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    const creds = store.creds()
    creds.registered = true
    store.saveCreds(creds)
    const { size } = statSync(fileIn(folder))
    store.saveCreds({ me: { ...pairSuccess().me } })
    store.saveCreds(creds)
    expect(store.creds()).toBe(creds)
    expect(statSync(fileIn(folder)).size).toBe(size)
    expect(openLogin(folder).creds().registered).toBe(true)
  })

  test('shows the same proof of the account after a restart', () => {
    const folder = tempFolder()
    const before = proofOf(linkedLogin(folder))
    expect(before.length).toBeGreaterThan(160)
    expect(Buffer.from(proofOf(openLogin(folder)))).toEqual(Buffer.from(before))
  })

  test('writes what one call changes as one line, whatever the kinds', async () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    const before = linesIn(folder).length
    await store.keys.set({
      session: { a: Buffer.from('1'), b: Buffer.from('2') },
      'pre-key': { 5: null },
      'lid-mapping': { '1555': '777' },
    })
    expect(linesIn(folder)).toHaveLength(before + 1)
    await store.keys.set({})
    await store.keys.set({ session: {} })
    expect(linesIn(folder)).toHaveLength(before + 1)
  })

  test('gives copies, which can be spoilt without harm', async () => {
    const store = linkedLogin(tempFolder())
    const given = Buffer.from('right')
    await store.keys.set({ session: { a: given }, 'device-list': { b: ['0'] } })
    given.fill(0)
    const read = async () => ({
      ...(await store.keys.get('session', ['a'])),
      ...(await store.keys.get('device-list', ['b'])),
    })
    const first = await read()
    expect(first).toEqual({ a: Buffer.from('right'), b: ['0'] })
    Object.assign(first['a'] ?? {}, { 0: 0 })
    Object.assign(first['b'] ?? {}, { 0: 'spoilt' })
    expect(await read()).toEqual({ a: Buffer.from('right'), b: ['0'] })
  })

  test('once closed says so to whoever writes', () => {
    const store = linkedLogin(tempFolder())
    store.close()
    expect(() => store.keys.set({ session: { a: Buffer.from('x') } })).toThrow(/closed/)
  })
})

/** One of each kind that rc14 knows, as it gives them. */
const ONE_OF_EACH: { readonly [T in keyof SignalDataTypeMap]: SignalDataTypeMap[T] } = {
  'pre-key': { public: Buffer.alloc(32, 1), private: new Uint8Array(32).fill(2) },
  session: new Uint8Array([123, 34, 0, 255]),
  'sender-key': Buffer.from('[]'),
  'sender-key-memory': { '15550001111:3@s.whatsapp.net': true, '777@lid': false },
  'app-state-sync-key': proto.Message.AppStateSyncKeyData.create({
    keyData: Buffer.alloc(32, 7),
    fingerprint: { rawId: 1, currentIndex: 2, deviceIndexes: [0, 1] },
    timestamp: 1_700_000_000_000,
  }),
  'app-state-sync-version': {
    version: 3,
    hash: Buffer.alloc(128, 9),
    indexValueMap: { '12==': { valueMac: Buffer.alloc(32, 4) } },
  },
  'lid-mapping': '777',
  'device-list': ['0', '3'],
  tctoken: { token: Buffer.from('t'), timestamp: '1700000000' },
  'identity-key': Buffer.alloc(33, 5),
}

const isType = (type: string): type is keyof SignalDataTypeMap => type in ONE_OF_EACH

test.each(Object.keys(ONE_OF_EACH).filter(isType))(
  'a %s comes back as Baileys gave it, also after a restart',
  async (type) => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    await store.keys.set({ [type]: { one: ONE_OF_EACH[type] } })
    for (const from of [store, openLogin(folder)]) {
      const { one } = await from.keys.get(type, ['one'])
      expect(asPlain(one)).toEqual(asPlain(ONE_OF_EACH[type]))
    }
  },
)

/** A Buffer and a Uint8Array of the same bytes are the same here. */
const asPlain = (value: unknown): unknown =>
  value instanceof proto.Message.AppStateSyncKeyData
    ? proto.Message.AppStateSyncKeyData.encode(value).finish().toString()
    : JSON.stringify(value, BufferJSON.replacer)

describe('a login that is gone', () => {
  test('has left the disk: the file, and what a crash left of a replacement', () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    writeFileSync(`${fileIn(folder)}.new`, 'keys')
    store.wipe()
    expect(readdirSync(folder)).toEqual([])
    expect([store.isLinked(), hasLogin(folder)]).toEqual([false, false])
    store.wipe()
    store.saveCreds(pairSuccess('15550002222'))
    expect(openLogin(folder).creds().me?.id).toBe('15550002222:7@s.whatsapp.net')
  })

  test('can be removed when it can not be read any more', () => {
    const folder = tempFolder()
    linkedLogin(folder).close()
    writeFileSync(fileIn(folder), 'spoilt\n')
    wipeLogin(folder)
    expect(readdirSync(folder)).toEqual([])
    wipeLogin(folder)
  })

  test('keeps nothing that its socket still has to say', async () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    const { keys } = store
    store.wipe()
    await keys.set({ session: { a: Buffer.from('of the old identity') } })
    store.saveCreds(pairSuccess())
    expect(await store.keys.get('session', ['a'])).toEqual({})
    expect(await openLogin(folder).keys.get('session', ['a'])).toEqual({})
  })
})

const ids = constantFrom('a', '15550001111.3', 'constructor', '__proto__', '12')
const types = constantFrom('session', 'sender-key', 'identity-key')
const put = record({ type: types, id: ids, bytes: uint8Array({ maxLength: 60 }) })
const step = oneof(
  record({ do: constant('set'), values: array(put, { maxLength: 4 }) }),
  record({ do: constant('remove'), values: array(record({ type: types, id: ids }), { maxLength: 2 }) }),
  record({ do: constant('count'), to: integer({ min: 0, max: 9 }) }),
  record({ do: constant('clear') }),
  record({ do: constant('reopen') }),
)

const dataOf = (values: readonly { type: string; id: string; bytes?: Uint8Array }[]): SignalDataSet =>
  Object.fromEntries(
    values.map(({ type }) => [
      type,
      Object.fromEntries(
        values.filter((each) => each.type === type).map(({ id, bytes }) => [id, bytes ?? null]),
      ),
    ]),
  )

test('any changes, restarts and compactions come to what a Map would hold', async () => {
  let compactions = 0
  await assert(
    asyncProperty(array(step, { maxLength: 60 }), async (steps) => {
      const folder = tempFolder()
      let store = linkedLogin(folder, { compactAbove: 3_000 })
      const model = new Map<string, readonly number[]>()
      let counted = 0
      for (const each of steps) {
        const { size } = statSync(fileIn(folder))
        if (each.do === 'set') {
          await store.keys.set(dataOf(each.values))
          for (const { type, id, bytes } of each.values) model.set(`${type} ${id}`, [...bytes])
        } else if (each.do === 'remove') {
          await store.keys.set(dataOf(each.values))
          for (const { type, id } of each.values) model.delete(`${type} ${id}`)
        } else if (each.do === 'count') {
          counted = each.to
          store.saveCreds({ accountSyncCounter: each.to })
        } else if (each.do === 'clear') {
          await store.keys.clear?.()
          model.clear()
        } else {
          store.close()
          store = openLogin(folder, { compactAbove: 3_000 })
        }
        if (statSync(fileIn(folder)).size < size) compactions += 1
        for (const type of ['session', 'sender-key', 'identity-key'] as const) {
          const found = await store.keys.get(type, [
            'a',
            '15550001111.3',
            'constructor',
            '__proto__',
            '12',
            'no',
          ])
          for (const [id, bytes] of Object.entries(found))
            expect([...bytes]).toEqual(model.get(`${type} ${id}`))
          const expected = [...model.keys()].filter((key) => key.startsWith(`${type} `))
          expect(Object.keys(found)).toHaveLength(expected.length)
        }
        expect(store.creds().accountSyncCounter).toBe(counted)
      }
      store.close()
    }),
  )
  expect(compactions).toBeGreaterThan(0)
})
