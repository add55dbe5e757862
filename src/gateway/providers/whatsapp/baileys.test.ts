import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Baileys, createBaileysLogger, type KeyBundle, loadBaileys, verifyBundle } from './baileys.ts'
import { createHeardLog } from './testing/heard-log.ts'

let baileys: Baileys
beforeAll(async () => {
  baileys = await loadBaileys({ log: createHeardLog().log })
})

describe('a signature', () => {
  test('is right only if this key made it for these very bytes', () => {
    const { Curve } = baileys
    const [ours, other] = [Curve.generateKeyPair(), Curve.generateKeyPair()]
    const message = Buffer.from('the details of a certificate')
    const signature = Curve.sign(ours.private, message)
    expect(Curve.verify(ours.public, message, signature)).toBe(true)
    expect(
      Curve.verify(new Uint8Array(ours.public), new Uint8Array(message), new Uint8Array(signature)),
    ).toBe(true)
    expect(Curve.verify(other.public, message, signature)).toBe(false)
    expect(Curve.verify(ours.public, Buffer.from('other details'), signature)).toBe(false)
    expect(Curve.verify(ours.public, message, Curve.sign(other.private, message))).toBe(false)
    for (const bad of [
      Buffer.alloc(64),
      randomBytes(64),
      Buffer.alloc(0),
      signature.subarray(0, 63),
      Buffer.alloc(65),
    ])
      expect(Curve.verify(ours.public, message, bad)).toBe(false)
    for (const bad of [Buffer.alloc(0), Buffer.alloc(31), randomBytes(32), Buffer.alloc(32)])
      expect(Curve.verify(bad, message, signature)).toBe(false)
  })

  test('of a device’s keys is looked at before a session is begun with it', () => {
    const { Curve, generateSignalPubKey, signedKeyPair } = baileys
    const [theirs, servers] = [Curve.generateKeyPair(), Curve.generateKeyPair()]
    const bundleOf = (identity: typeof theirs, signer: typeof theirs): KeyBundle => {
      const signed = signedKeyPair(signer, 1)
      return {
        registrationId: 1,
        identityKey: generateSignalPubKey(identity.public),
        signedPreKey: {
          keyId: 1,
          publicKey: generateSignalPubKey(signed.keyPair.public),
          signature: signed.signature,
        },
        preKey: { keyId: 2, publicKey: generateSignalPubKey(Curve.generateKeyPair().public) },
      }
    }
    expect(() => verifyBundle(baileys, bundleOf(theirs, theirs))).not.toThrow()
    expect(() => verifyBundle(baileys, bundleOf(theirs, servers))).toThrow(/not signed/)
    const { signedPreKey, ...rest } = bundleOf(theirs, theirs)
    const unsigned = { ...rest, signedPreKey: { ...signedPreKey, signature: Buffer.alloc(0) } }
    expect(() => verifyBundle(baileys, unsigned)).toThrow(/not signed/)
  })
})

test('certificates hang from WhatsApp’s own key, unless a test names another', async () => {
  const { log } = createHeardLog()
  const own = '142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b'
  const trusted = (): string => baileys.WA_CERT_DETAILS.PUBLIC_KEY.toString('hex')
  expect(trusted()).toBe(own)
  await loadBaileys({ log, rootKey: Buffer.alloc(32, 7) })
  expect(trusted()).toBe('07'.repeat(32))
  expect(await loadBaileys({ log })).toBe(baileys)
  expect(trusted()).toBe(own)
})

test('Baileys’ own log, which goes to stdout, is off', () => {
  const { logger } = baileys.DEFAULT_CONNECTION_CONFIG
  expect([logger.level, logger.child({}).level]).toEqual(['silent', 'silent'])
})

test('of what Baileys logs, only the words of a warning are kept', () => {
  const heard = createHeardLog()
  const logger = createBaileysLogger(heard.log)
  const key = randomBytes(32)
  for (const each of [logger, logger.child({ class: 'baileys', key })]) {
    for (const level of ['trace', 'debug', 'info'] as const) each[level]({ key }, 'a handshake')
    each.warn({ key, from: '15550001111@s.whatsapp.net' }, 'could not handle a receipt')
    each.error('transaction failed, rolling back')
    each.error(new Error(`Bad MAC ${key.toString('hex')}`))
    each.warn(`Invalid entry for 15550001111@s.whatsapp.net`)
  }
  const once = ['warn: could not handle a receipt', 'error: transaction failed, rolling back']
  expect(heard.lines).toEqual([...once, ...once])
})
