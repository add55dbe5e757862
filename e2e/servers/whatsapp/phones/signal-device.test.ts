import { expect, test } from 'vitest'
import { bundleNodes, checkBundle, readBundle } from './key-bundle.ts'
import { createSignalDevice } from './signal-device.ts'

const pair = async () => {
  const [alice, bob] = [createSignalDevice(), createSignalDevice()]
  await alice.startSession('bob', bob.takeBundle())
  return { alice, bob }
}

test('two devices talk both ways, the first message opening the session', async () => {
  const { alice, bob } = await pair()
  const first = await alice.encrypt('bob', { conversation: 'hello' })
  expect(first.type).toBe('pkmsg')
  expect((await bob.decrypt('alice', first.type, first.ciphertext)).conversation).toBe('hello')
  const answer = await bob.encrypt('alice', { conversation: 'hi' })
  expect(answer.type).toBe('msg')
  expect((await alice.decrypt('bob', answer.type, answer.ciphertext)).conversation).toBe('hi')
  const second = await alice.encrypt('bob', { conversation: 'again' })
  expect(second.type).toBe('msg')
  expect((await bob.decrypt('alice', second.type, second.ciphertext)).conversation).toBe('again')
})

test('a session opens without a one-time key', async () => {
  const [alice, bob] = [createSignalDevice(), createSignalDevice()]
  await alice.startSession('bob', { ...bob.takeBundle(), preKey: undefined })
  const { type, ciphertext } = await alice.encrypt('bob', { conversation: 'hello' })
  expect((await bob.decrypt('alice', type, ciphertext)).conversation).toBe('hello')
})

test('a ciphertext is read once, and a changed one never', async () => {
  const { alice, bob } = await pair()
  const { type, ciphertext } = await alice.encrypt('bob', { conversation: 'hello' })
  const changed = Buffer.from(ciphertext)
  // Ten bytes from the end stands the inner message's check, before the numbers of the keys.
  changed[changed.length - 10] = (changed.at(-10) ?? 0) ^ 1
  await expect(bob.decrypt('alice', type, changed)).rejects.toThrow('Bad MAC')
  await bob.decrypt('alice', type, ciphertext)
  await expect(bob.decrypt('alice', type, ciphertext)).rejects.toThrow('Key used already')
})

test('a bundle survives the wire, and one with a forged signature opens nothing', async () => {
  const bob = createSignalDevice()
  const bundle = bob.takeBundle()
  const keys = { tag: 'keys', attrs: {}, content: bundleNodes(bundle) }
  expect(readBundle(keys, bundle.registrationId)).toEqual(bundle)
  const forged = { ...bundle, signedPreKey: { ...bundle.signedPreKey, signature: new Uint8Array(64) } }
  expect(() => checkBundle(forged)).toThrow('bad signature')
  await expect(createSignalDevice().startSession('bob', forged)).rejects.toThrow('bad signature')
})

test('a group message is read by who was told the key, in any order, once', async () => {
  const [alice, bob, eve] = [createSignalDevice(), createSignalDevice(), createSignalDevice()]
  const group = '1203630@g.us'
  await bob.senderKeys.learn('alice', await alice.senderKeys.distribution(group))
  const first = await alice.senderKeys.encrypt(group, { conversation: 'one' })
  const second = await alice.senderKeys.encrypt(group, { conversation: 'two' })
  expect((await bob.senderKeys.decrypt(group, 'alice', second)).conversation).toBe('two')
  expect((await bob.senderKeys.decrypt(group, 'alice', first)).conversation).toBe('one')
  await expect(bob.senderKeys.decrypt(group, 'alice', first)).rejects.toThrow('old counter')
  await expect(eve.senderKeys.decrypt(group, 'alice', second)).rejects.toThrow('No session')
  alice.senderKeys.rotate(group)
  const third = await alice.senderKeys.encrypt(group, { conversation: 'three' })
  await expect(bob.senderKeys.decrypt(group, 'alice', third)).rejects.toThrow('No session')
})
