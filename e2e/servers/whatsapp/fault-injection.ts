import { randomBytes } from 'node:crypto'
import { type BinaryNode, encodeBinaryNode } from '@whiskeysockets/baileys'
import type { Chain } from './cert-chain.ts'
import type { Client } from './client.ts'
import type { Connection } from './connection.ts'
import type { CutPoint, FaultPlan, Garbage } from './faults.ts'
import { node } from './stanza.ts'

/** The ways in which a test can make the server fail. What is said of "now" is done to every connection there is. */
export interface FaultInjection {
  /** Cuts the socket, now. */
  drop(): void
  /** Another device has taken over (440), now: the client must not fight it. */
  replaced(): void
  /** The account has unlinked the device (401 `device_removed`), now; it can not log in again. */
  removed(): void
  /** The client is told to start again (515), now. */
  restart(): void
  /** Ends the stream with any code, and with what is in it; now. */
  streamError(code: string | number, content?: readonly BinaryNode[]): void
  /** Ends the stream without a reason (428), now. */
  endStream(): void
  /** Cuts the next `times` connections that come to this point. */
  cutNext(point: CutPoint, times?: number): void
  /** The next messages come twice. */
  duplicateNext(count: number): void
  /** The next stanzas are held until all are there, and come last first. */
  reorderNext(count: number): void
  /** The next stanzas come later; what follows them overtakes them. */
  delayNext(ms: number, count?: number): void
  /** Answers logins with `failure`: 401 logged out, 403 banned, 405 too old, 503 busy; the next `times`, or until `heal`. */
  refuseLogins(reason: string | number, times?: number): void
  forgeChain(chain: Chain): void
  /** Sends what no server sends, now. */
  garbage(kind: Garbage): void
  /** Codes of connections that begin from now on live so long, each; then the server ends the connection. */
  rotateRefs(everyMs: number): void
  /** The next messages go their way, but the client is not told. */
  loseNextAck(count: number): void
  /** The next messages are acknowledged with an error, and nobody gets them. */
  refuseNextMessages(error: string | number, count?: number): void
  /** Drops all connections and lets nobody in, until `heal`: the network is away. */
  unreachable(): void
  /** Reads nothing and says nothing, until `heal`: the network is dead and nobody was told. */
  silent(): void
  /** Ends all orders. */
  heal(): void
}

export const createFaultInjection = (
  plan: FaultPlan,
  server: {
    readonly connections: () => readonly Connection[]
    readonly clients: () => readonly Client[]
    readonly unlink: () => void
  },
): FaultInjection => {
  const endWith = (stanza: BinaryNode): void => {
    for (const connection of server.connections()) {
      connection.send(stanza)
      connection.end()
    }
  }
  const drop = (): void => {
    for (const connection of server.connections()) connection.cut()
  }
  return {
    drop,
    replaced: () => {
      for (const client of server.clients()) client.replaced()
    },
    removed: () => {
      const clients = server.clients()
      server.unlink()
      for (const client of clients) client.removed()
    },
    restart: () => endWith(node('stream:error', { code: '515' })),
    streamError: (code, content = []) => endWith(node('stream:error', { code: String(code) }, [...content])),
    endStream: () => endWith(node('xmlstreamend')),
    cutNext: (point, times) => plan.cutNext(point, times),
    duplicateNext: (count) => plan.duplicateNext(count),
    reorderNext: (count) => plan.reorderNext(count),
    delayNext: (ms, count) => plan.delayNext(ms, count),
    refuseLogins: (reason, times) => plan.refuseLogins(reason, times),
    forgeChain: (chain) => plan.forgeChain(chain),
    garbage: (kind) => {
      for (const connection of server.connections()) sendGarbage(connection, kind)
    },
    rotateRefs: (everyMs) => plan.rotateRefs(everyMs),
    loseNextAck: (count) => plan.loseNextAck(count),
    refuseNextMessages: (error, count) => plan.refuseNextMessages(error, count),
    unreachable: () => {
      plan.setReachable('unreachable')
      drop()
    },
    silent: () => plan.setSilent('silent'),
    heal: () => {
      // What was swallowed is missing on both sides: no such connection can go on.
      if (plan.isSilent) drop()
      plan.heal()
    },
  }
}

const sendGarbage = (connection: Connection, kind: Garbage): void => {
  switch (kind) {
    case 'undecryptable':
      return connection.sendBytes(randomBytes(64), 'framed')
    case 'unknown-stanza':
      return connection.send(node('nonsense', { id: 'x', type: 'set' }, [node('more', {}, randomBytes(20))]))
    case 'half-stanza':
      return connection.sendBytes(
        encodeBinaryNode(node('message', { from: '1@lid' }, 'text')).subarray(0, 6),
        'sealed',
      )
    case 'empty':
      return connection.sendBytes(Buffer.alloc(0), 'sealed')
    case 'text':
      return connection.sendBytes(Buffer.from('hello'), 'text')
    case 'raw':
      return connection.sendBytes(randomBytes(32), 'raw')
    case 'endless':
      return connection.sendBytes(Buffer.of(0xff, 0xff, 0xff, 0), 'binary')
  }
}
