// Test support: logins as a pairing leaves them, in folders of their own.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as baileys from '@whiskeysockets/baileys'
import { onTestFinished } from 'vitest'
import { type LoginStore, openLoginStore } from '../login-store.ts'

export const tempFolder = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'clawdbot-login-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return join(root, 'whatsapp')
}

/** What it complains about fails the test, unless `problems` is there to take it. */
export const openLogin = (
  folder: string,
  options: { compactAbove?: number; problems?: string[] } = {},
): LoginStore => {
  const onProblem = (message: string, error: unknown): void => {
    if (options.problems === undefined) throw new Error(message, { cause: error })
    options.problems.push(message)
  }
  const store = openLoginStore(folder, baileys, onProblem, options.compactAbove)
  onTestFinished(() => store.close())
  return store
}

/** What WhatsApp says of us when a phone has scanned the code. */
export const pairSuccess = (number = '15550009999') => ({
  me: { id: `${number}:7@s.whatsapp.net`, lid: '99990000111:7@lid', name: 'Claw' },
  account: accountOf(number),
  platform: 'android',
})

const accountOf = (number: string) =>
  baileys.proto.ADVSignedDeviceIdentity.fromObject({
    details: Buffer.from(number),
    accountSignatureKey: Buffer.alloc(32, 1),
    accountSignature: Buffer.alloc(64, 2),
    deviceSignature: Buffer.alloc(64, 3),
  })

export const linkedLogin = (folder: string, options: { compactAbove?: number } = {}): LoginStore => {
  const store = openLogin(folder, options)
  store.saveCreds(pairSuccess())
  return store
}
