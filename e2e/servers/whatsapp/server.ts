import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { BinaryNode } from '@whiskeysockets/baileys'
import { Conditions } from '../support/conditions.ts'
import { createAccounts } from './accounts.ts'
import { type Chain, certChain, createServerKeys } from './cert-chain.ts'
import { createClient } from './client.ts'
import { type Connection, createConnection } from './connection.ts'
import { createFaultInjection } from './fault-injection.ts'
import { createFaultPlan } from './faults.ts'
import type { LinkedDevice } from './linked-device.ts'
import { startMedia } from './media.ts'
import { createPairingDesk } from './pairing-desk.ts'
import { asLid, asNumber, numberJid } from './phones/addresses.ts'
import { type Contact, createContact, type ServedContact } from './phones/contact.ts'
import { createGroup } from './phones/group.ts'
import { createOwnPhone } from './phones/own-phone.ts'
import type { WhatsAppServer, WhatsAppServerOptions } from './types.ts'
import { acceptWebSocket } from './websocket.ts'
import type { Companion, Wire } from './wire.ts'

/** How many stanzas of a client `seen` keeps: the last ones. */
const SEEN = 2_000

export type { WhatsAppServer, WhatsAppServerOptions } from './types.ts'

const seconds = (): string => String(Math.floor(Date.now() / 1000))

export const startWhatsAppServer = async (options: WhatsAppServerOptions = {}): Promise<WhatsAppServer> => {
  const owner = {
    number: asNumber(options.number ?? '+15550009999'),
    lid: asLid(options.lid ?? '99990000111'),
  }
  const me = { ...owner, jid: numberJid(owner), lidJid: owner.lid }
  const keys = createServerKeys()
  const plan = createFaultPlan()
  const conditions = new Conditions()
  const accounts = createAccounts()
  const served = new Map<Contact, ServedContact>()
  const problems: string[] = []
  const linked: LinkedDevice[] = []
  const open = new Map<Connection, ReturnType<typeof createClient>>()
  const seen: BinaryNode[] = []
  let connections = 0
  let nextId = 1
  // Whatever was linked to a real account before: the first device of ours is not 1.
  let nextDeviceId = 7
  let presence: string | undefined

  const changed = (): void => conditions.changed()
  const problem = (what: string): void => {
    problems.push(what)
    changed()
  }
  const currentDevice = (): LinkedDevice | undefined => linked.at(-1)

  const wire: Wire = {
    me,
    companion: currentDevice,
    linked: async (): Promise<Companion> => {
      await conditions.waitFor(
        () => currentDevice()?.hasBeenActive === true,
        'a device that is linked and ready',
      )
      const device = currentDevice()
      if (device === undefined) throw new Error('the device was unlinked in the same moment')
      return device
    },
    deliver: (stanza) => {
      // What a phone sends in the moment in which the device is unlinked is for nobody.
      currentDevice()?.queue.push(stanza)
      changed()
    },
    nextId: () => `${randomUUID().slice(0, 8)}-${nextId++}`,
    seconds,
    changed,
    problem,
  }

  const media = await startMedia()
  const { phone, account } = createOwnPhone(wire, media)
  accounts.add(account)
  const accountKeys = phone.device.signal.identity
  const chains = new Map<Chain, Uint8Array>()
  const chain = (): Uint8Array => {
    const known = chains.get(plan.chain) ?? certChain(keys, plan.chain)
    chains.set(plan.chain, known)
    return known
  }
  const clientsOf = (device: LinkedDevice) =>
    [...open.values()].filter((client) => client.device() === device)
  const unlink = (device: LinkedDevice): void => {
    const index = linked.indexOf(device)
    if (index >= 0) linked.splice(index, 1)
    device.queue.close()
    changed()
  }
  const desk = createPairingDesk({
    me,
    accountKeys,
    plan,
    refMs: options.refMs,
    nextId: () => wire.nextId(),
    nextDeviceId: () => nextDeviceId++,
    problem,
    changed,
    onLinked: (device) => {
      linked.push(device)
      changed()
    },
  })

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (plan.isUnreachable || request.url?.split('?')[0] !== '/ws/chat') {
      socket.destroy()
      return
    }
    connections += 1
    const peer = acceptWebSocket(request, socket, head, {
      onBinary: (bytes) => {
        if (!plan.isSilent) connection.receive(bytes)
      },
      onClose: () => {
        open.get(connection)?.gone()
        open.delete(connection)
        changed()
      },
      onViolation: problem,
    })
    const connection = createConnection(
      peer,
      { static: keys.static, chain },
      {
        isSilent: () => plan.isSilent,
        onStep: (step) => {
          if (!plan.takeCut(step)) return true
          connection.cut('after-sent')
          return false
        },
        onOpen: (hello) => client.begin(hello),
        onStanza: (stanza) => {
          seen.push(stanza)
          if (seen.length > SEEN) seen.shift()
          client.take(stanza)
          changed()
        },
        onViolation: (what) => {
          // A client that does not trust the certificates goes, and what it sends then is not for us.
          if (!connection.isOver) problem(what)
        },
      },
    )
    const client = createClient(connection, {
      me,
      plan,
      desk,
      accounts,
      accountKey: accountKeys.public,
      linked,
      seconds,
      problem,
      changed,
      replaceOthers: (device, by) => {
        for (const other of clientsOf(device)) if (other !== by) other.replaced()
      },
      unlink,
      onActive: (isFirst) => {
        changed()
        if (!isFirst || options.historySync !== true) return
        void (async () => {
          await phone.tellHistory('bootstrap')
          await phone.tellHistory('recent')
        })().catch((error: unknown) => problem(`the phone could not send its history: ${String(error)}`))
      },
      onPresence: (type) => {
        presence = type
      },
    })
    open.set(connection, client)
    changed()
    if (plan.takeCut('connect')) connection.cut()
  }

  const http = createServer((_request, response) => {
    response.writeHead(404).end()
  })
  http.on('upgrade', onUpgrade)
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen(0, '127.0.0.1', resolve)
  })
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no TCP address')

  return {
    url: `ws://127.0.0.1:${address.port}/ws/chat`,
    mediaUrl: media.url,
    media,
    rootKey: Buffer.from(keys.root.public).toString('hex'),
    me: owner,
    scan: (code) => desk.scan(code),
    phone,
    addContact: async (contactOptions) => {
      const contact = createContact(contactOptions, wire, media)
      const { number, lid = '' } = contact.contact
      if (number === owner.number || accounts.accountOf(lid) !== undefined) {
        throw new Error(`${contact.contact.name} is somebody else`)
      }
      // A number has one owner: whoever had it before has given it up.
      for (const before of served.keys()) if (before.number === number) before.giveUpNumber()
      served.set(contact.contact, contact)
      accounts.add(contact.account)
      return contact.contact
    },
    addGroup: (groupOptions) => {
      const { group, account: groupAccount } = createGroup(groupOptions, wire, (contact) => {
        const found = served.get(contact)
        if (found === undefined) throw new Error(`${contact.name} is not a contact of this server`)
        return found
      })
      accounts.addGroup(groupAccount)
      return group
    },
    faults: createFaultInjection(plan, {
      connections: () => [...open.keys()],
      clients: () => [...open.values()],
      unlink: () => {
        const device = currentDevice()
        if (device !== undefined) unlink(device)
      },
    }),
    connections: () => connections,
    openConnections: () => open.size,
    isActive: () => [...open.values()].some((client) => client.isActive()),
    isLinked: () => linked.length > 0,
    companion: currentDevice,
    deliver: (stanza) => {
      if (linked.length === 0) throw new Error('no device is linked to deliver to')
      wire.deliver(stanza)
    },
    pending: () => currentDevice()?.queue.pending ?? [],
    presence: () => presence,
    seen,
    unlink: () => {
      const device = currentDevice()
      if (device === undefined) throw new Error('no device is linked')
      const clients = clientsOf(device)
      unlink(device)
      for (const client of clients) client.removed()
    },
    unknown: () => problems,
    until: (condition, what, limitMs) => conditions.waitFor(condition, what, limitMs),
    stop: async () => {
      conditions.stop()
      plan.heal()
      desk.stop()
      for (const connection of open.keys()) connection.cut()
      await new Promise<void>((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      })
      await media.stop()
    },
  }
}
