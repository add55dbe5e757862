import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Chain } from './cert-chain.ts'
import type { QueueFaults } from './delivery-queue.ts'

/**
 * Where a connection can be cut by order:
 * - `connect`: the socket is open, nothing was said;
 * - `hello`: the client's first message is read, not answered;
 * - `server-hello`: it is answered;
 * - `login`: the handshake is over, the login not answered;
 * - `success`: the login is answered;
 * - `pair-device`: the codes to scan are sent;
 * - `pair-success`: the scan was told to the client, its signature not waited for;
 * - `pair-sign`: the client's signature is taken and the device linked, the client not told to start again;
 * - `pre-keys`: one-time keys were taken, not confirmed;
 * - `message`: the client sent a message, which is lost;
 * - `ack`: the client sent a message, which goes its way, and is not acknowledged;
 * - `receipt`: the client confirmed a message, and that is lost.
 */
export type CutPoint =
  | 'connect'
  | 'hello'
  | 'server-hello'
  | 'login'
  | 'success'
  | 'pair-device'
  | 'pair-success'
  | 'pair-sign'
  | 'pre-keys'
  | 'message'
  | 'ack'
  | 'receipt'

/**
 * What no server sends: bytes that do not decrypt, a stanza of an unknown kind, half a stanza, a WebSocket text
 * frame, bytes outside of any frame, a frame that says it is 16 MB long, a stanza without anything.
 */
export type Garbage =
  | 'undecryptable'
  | 'unknown-stanza'
  | 'half-stanza'
  | 'text'
  | 'raw'
  | 'endless'
  | 'empty'

/** What a test has ordered; the server asks here before it does something. */
export interface FaultPlan extends QueueFaults {
  /** Whether the connection is to be cut at this point; each order holds for one connection. */
  takeCut(point: CutPoint): boolean
  /** Whether this acknowledgement is to be left out. */
  takeLostAck(): boolean
  /** An error to acknowledge the next message with. */
  takeRefusal(): string | undefined
  readonly chain: Chain
  /** The reason with which logins are refused. */
  takeLoginRefusal(): string | undefined
  /** Whether connections are refused before they are any. */
  readonly isUnreachable: boolean
  /** Whether the server reads and says nothing at all. */
  readonly isSilent: boolean
  /** How long the codes of a pairing connection live, in milliseconds; undefined for the usual time. */
  readonly refMs: number | undefined
  forgeChain(chain: Chain): void
  refuseLogins(reason: string | number, times?: number): void
  cutNext(point: CutPoint, times?: number): void
  duplicateNext(count: number): void
  reorderNext(count: number): void
  delayNext(ms: number, count?: number): void
  loseNextAck(count: number): void
  refuseNextMessages(error: string | number, count?: number): void
  rotateRefs(everyMs: number): void
  setReachable(reachable: 'reachable' | 'unreachable'): void
  setSilent(silent: 'silent' | 'speaking'): void
  /** Ends all orders. What was held back to be reordered goes on. */
  heal(): void
}

export const createFaultPlan = (): FaultPlan => {
  const cuts = new Map<CutPoint, number>()
  let chain: Chain = 'honest'
  let loginRefusal: { readonly reason: string; times: number } | undefined
  let refusal: { readonly error: string; times: number } | undefined
  let duplicates = 0
  let lostAcks = 0
  let delay = { ms: 0, count: 0 }
  let toHold = 0
  let held: (() => void)[] = []
  let refMs: number | undefined
  let isUnreachable = false
  let isSilent = false

  const release = (): void => {
    const last = held.toReversed()
    held = []
    toHold = 0
    for (const send of last) send()
  }

  return {
    get chain() {
      return chain
    },
    get isUnreachable() {
      return isUnreachable
    },
    get isSilent() {
      return isSilent
    },
    get refMs() {
      return refMs
    },
    takeCut: (point) => {
      const left = cuts.get(point) ?? 0
      if (left > 0) cuts.set(point, left - 1)
      return left > 0
    },
    takeLostAck: () => lostAcks > 0 && lostAcks-- > 0,
    takeRefusal: () => {
      if (refusal === undefined || refusal.times-- <= 0) return undefined
      return refusal.error
    },
    takeLoginRefusal: () => {
      if (loginRefusal === undefined || loginRefusal.times-- <= 0) return undefined
      return loginRefusal.reason
    },
    pass: (stanza: BinaryNode, send) => {
      const twice = stanza.tag === 'message' && duplicates > 0 && duplicates-- > 0
      const go = (): void => {
        send(stanza)
        if (twice) send(stanza)
      }
      if (toHold > held.length) {
        held.push(go)
        if (held.length === toHold) release()
      } else if (delay.count > 0) {
        delay = { ...delay, count: delay.count - 1 }
        setTimeout(go, delay.ms)
      } else {
        go()
      }
    },
    forgeChain: (kind) => {
      chain = kind
    },
    refuseLogins: (reason, times = Number.POSITIVE_INFINITY) => {
      loginRefusal = { reason: String(reason), times }
    },
    cutNext: (point, times = 1) => void cuts.set(point, times),
    duplicateNext: (count) => {
      duplicates = count
    },
    reorderNext: (count) => {
      toHold = count
    },
    delayNext: (ms, count = 1) => {
      delay = { ms, count }
    },
    loseNextAck: (count) => {
      lostAcks = count
    },
    refuseNextMessages: (error, count = 1) => {
      refusal = { error: String(error), times: count }
    },
    rotateRefs: (everyMs) => {
      refMs = everyMs
    },
    setReachable: (reachable) => {
      isUnreachable = reachable === 'unreachable'
    },
    setSilent: (silent) => {
      isSilent = silent === 'silent'
    },
    heal: () => {
      cuts.clear()
      chain = 'honest'
      loginRefusal = undefined
      refusal = undefined
      duplicates = 0
      lostAcks = 0
      delay = { ms: 0, count: 0 }
      refMs = undefined
      isUnreachable = false
      isSilent = false
      release()
    },
  }
}
