// Test support: a process that changes a login until it is killed, and says on stdout what it was told is written.
import { writeSync } from 'node:fs'
import { BufferJSON, initAuthCreds, proto } from '@whiskeysockets/baileys'
import { type LoginStore, openLoginStore } from '../login-store.ts'

const [folder = '', what = '', from = '0'] = process.argv.slice(2)

const fail = (message: string): void => {
  throw new Error(message)
}
const store: LoginStore = openLoginStore(folder, { BufferJSON, initAuthCreds, proto }, fail, 30_000)
const say = (text: string): void => void writeSync(1, `${text}\n`)

const link = (generation: number): void => {
  store.saveCreds({
    me: { id: `${generation}:7@s.whatsapp.net` },
    account: proto.ADVSignedDeviceIdentity.fromObject({ details: Buffer.from(`${generation}`) }),
  })
}

say('ready')
if (what === 'storm') {
  if (!store.isLinked()) link(1)
  for (let n = Number(from) + 1; ; n += 1) {
    // As a message does: the session and a prekey in one change.
    const bytes = Buffer.alloc(1_500, n)
    const count = Buffer.from(`${n}`)
    void store.keys.set({
      session: { count, [`chat ${n % 5}`]: bytes },
      'sender-key': { count },
      'pre-key': { [n]: { public: count, private: bytes }, [n - 1]: null },
    })
    if (n % 7 === 0) store.saveCreds({ accountSyncCounter: n })
    say(`${n}`)
  }
}
// Pairing again and again: scanned, logged in, logged out.
for (let generation = Number(from) + 1; ; generation += 1) {
  void store.keys.set({ 'lid-mapping': { generation: `${generation}` } })
  link(generation)
  say(`linked ${generation}`)
  store.saveCreds({ lastPropHash: `${generation}` })
  say(`wiping ${generation}`)
  store.wipe()
  say(`wiped ${generation}`)
}
