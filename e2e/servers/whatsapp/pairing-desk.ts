import { type BinaryNode, type KeyPair, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import { type Deferred, deferred } from '../support/deferred.ts'
import type { Connection } from './connection.ts'
import type { FaultPlan } from './faults.ts'
import { createLinkedDevice, type LinkedDevice, type Registration } from './linked-device.ts'
import { checkDeviceSignature, newRefs, pairDevice, readCode, signDevice } from './pairing.ts'
import { asNumber, lidJid, numberJid } from './phones/addresses.ts'
import { node } from './stanza.ts'
import type { Me } from './wire.ts'

/** A connection that shows codes and waits to be scanned. */
interface Pending {
  readonly connection: Connection
  readonly registration: Registration
  readonly refs: readonly string[]
  readonly end: NodeJS.Timeout
  /** The client was told of a scan; its signature is waited for. */
  scanned?: {
    readonly id: string
    readonly details: Uint8Array
    readonly done: Deferred<void>
    readonly device: number
  }
}

/** Where devices are linked: codes go out, scans come in. */
export interface PairingDesk {
  begin(connection: Connection, registration: Registration): void
  /** Whether the stanza was an answer that the desk waited for. */
  take(connection: Connection, stanza: BinaryNode): boolean
  gone(connection: Connection): void
  scan(code: string): Promise<void>
  stop(): void
}

export interface PairingDeskOptions {
  readonly me: Me
  /** Of the account's phone: what it signs devices with. */
  readonly accountKeys: KeyPair
  readonly plan: FaultPlan
  readonly refMs: number | undefined
  readonly nextId: () => string
  readonly nextDeviceId: () => number
  readonly problem: (what: string) => void
  readonly changed: () => void
  readonly onLinked: (device: LinkedDevice) => void
}

// As long as WhatsApp's own: the first code is shown longer, for whoever has to find their phone first.
const FIRST_REF_MS = 60_000
const NEXT_REF_MS = 20_000

export const createPairingDesk = (options: PairingDeskOptions): PairingDesk => {
  const { me, accountKeys, plan, nextId, problem, changed, onLinked } = options
  const pending = new Set<Pending>()
  const owner = { number: asNumber(me.number), lid: me.lid }

  const lifetime = (refs: number): number => {
    const each = plan.refMs ?? options.refMs
    return each === undefined ? FIRST_REF_MS + (refs - 1) * NEXT_REF_MS : each * refs
  }
  const drop = (entry: Pending, why: string): void => {
    pending.delete(entry)
    clearTimeout(entry.end)
    entry.scanned?.done.reject(new Error(why))
  }
  const cutAt = (entry: Pending, point: 'pair-device' | 'pair-success' | 'pair-sign'): boolean => {
    if (!plan.takeCut(point)) return false
    entry.connection.cut('after-sent')
    return true
  }

  const finish = (entry: Pending, reply: BinaryNode): void => {
    const { connection, registration, scanned } = entry
    if (scanned === undefined) return
    try {
      checkDeviceSignature(reply, registration, scanned.details, accountKeys.public)
    } catch (error) {
      problem(error instanceof Error ? error.message : String(error))
      connection.send(node('stream:error', { code: '401' }))
      connection.end()
      return drop(entry, 'the client did not sign for its device')
    }
    const addresses = { jid: numberJid(owner, scanned.device), lidJid: lidJid(owner, scanned.device) }
    onLinked(createLinkedDevice(registration, addresses, scanned.device, scanned.details, plan, nextId))
    scanned.done.resolve()
    drop(entry, 'linked')
    if (cutAt(entry, 'pair-sign')) return
    connection.send(node('stream:error', { code: '515' }))
    connection.end()
  }

  return {
    begin: (connection, registration) => {
      const refs = newRefs()
      const end = setTimeout(() => {
        connection.send(node('xmlstreamend'))
        connection.end()
      }, lifetime(refs.length))
      const entry: Pending = { connection, registration, refs, end }
      pending.add(entry)
      connection.send(pairDevice(nextId(), refs))
      cutAt(entry, 'pair-device')
    },
    take: (connection, stanza) => {
      const entry = [...pending].find((each) => each.connection === connection)
      if (entry === undefined || stanza.tag !== 'iq' || stanza.attrs['type'] !== 'result') return false
      if (stanza.attrs['id'] === entry.scanned?.id) finish(entry, stanza)
      return true
    },
    gone: (connection) => {
      for (const entry of pending) {
        if (entry.connection === connection) drop(entry, 'the connection ended before the device was linked')
      }
    },
    scan: async (code) => {
      const scanned = readCode(code)
      const entry = [...pending].find(({ refs }) => refs.includes(scanned.ref))
      if (entry === undefined) throw new Error('this code is not on show any more')
      if (entry.scanned !== undefined) throw new Error('this code was scanned already')
      const { registration, connection } = entry
      if (!scanned.noiseKey.equals(registration.noiseKey)) {
        throw new Error('the code has another noise key than the connection that shows it')
      }
      if (!scanned.identity.equals(registration.identity)) {
        throw new Error('the code has another identity than the connection that shows it')
      }
      const device = options.nextDeviceId()
      const addresses = { jid: numberJid(owner, device), lidJid: lidJid(owner, device), keyIndex: device }
      const seconds = Math.floor(Date.now() / 1000)
      const { details, pairSuccess } = signDevice(scanned, accountKeys, addresses, seconds)
      const id = nextId()
      const done = deferred<void>()
      entry.scanned = { id, details, done, device }
      connection.send(
        node('iq', { from: S_WHATSAPP_NET, type: 'set', id, t: String(seconds) }, [pairSuccess]),
      )
      cutAt(entry, 'pair-success')
      changed()
      await done.promise
    },
    stop: () => {
      for (const entry of pending) drop(entry, 'the server stopped')
    },
  }
}
