import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys'
import type { Accounts } from './accounts.ts'
import { routeMessage } from './client-messages.ts'
import type { Connection, Hello } from './connection.ts'
import type { FaultPlan } from './faults.ts'
import type { LinkedDevice } from './linked-device.ts'
import { readRegistration } from './pairing.ts'
import type { PairingDesk } from './pairing-desk.ts'
import type { RequestContext } from './requests/request.ts'
import { answerRequest } from './requests/requests.ts'
import { childrenOf, describe, isUser, node } from './stanza.ts'
import type { Me } from './wire.ts'

/** What the server's end of one connection knows of the client, and does for it. */
export interface Client {
  begin(hello: Hello): void
  take(stanza: BinaryNode): void
  gone(): void
  /** Undefined as long as it is not logged in. */
  device(): LinkedDevice | undefined
  isActive(): boolean
  /** Another connection has logged in as the same device. */
  replaced(): void
  /** The account has unlinked the device. */
  removed(): void
}

export interface ClientOptions {
  readonly me: Me
  readonly plan: FaultPlan
  readonly desk: PairingDesk
  readonly accounts: Accounts
  readonly accountKey: Uint8Array
  readonly linked: readonly LinkedDevice[]
  readonly seconds: () => string
  readonly problem: (what: string) => void
  readonly changed: () => void
  readonly replaceOthers: (device: LinkedDevice, by: Client) => void
  readonly unlink: (device: LinkedDevice) => void
  readonly onActive: (isFirst: boolean) => void
  readonly onPresence: (type: string) => void
}

export const createClient = (connection: Connection, options: ClientOptions): Client => {
  const { me, plan, desk, accounts, linked, seconds, problem } = options
  let device: LinkedDevice | undefined
  let isActive = false

  const cutAt = (point: Parameters<FaultPlan['takeCut']>[0]): boolean => {
    if (!plan.takeCut(point)) return false
    connection.cut('after-sent')
    return true
  }
  const endWith = (stanza: BinaryNode): void => {
    connection.send(stanza)
    connection.end()
  }
  const leave = (): void => {
    if (isActive) device?.queue.close()
    isActive = false
    device = undefined
  }

  const login = ({ noiseKey, payload }: Hello): void => {
    const refusal = plan.takeLoginRefusal()
    if (refusal !== undefined) return endWith(node('failure', { reason: refusal }))
    const found = linked.find(({ id }) => id === payload.device)
    const isGood =
      found?.registration.noiseKey.equals(noiseKey) === true && `+${String(payload.username)}` === me.number
    if (!isGood) return endWith(node('failure', { reason: '401' }))
    device = found
    options.replaceOthers(found, client)
    connection.send(
      node('success', {
        t: seconds(),
        lid: found.lidJid,
        props: '1',
        companion_enc_static: '',
        location: 'loc',
      }),
    )
    if (cutAt('success')) return
    // Where to go the next time: the client says it before its first byte then.
    connection.send(
      node('ib', {}, [node('edge_routing', {}, [node('routing_info', {}, Buffer.from(seconds()))])]),
    )
  }

  const activate = (): void => {
    if (device === undefined || isActive) return
    isActive = true
    const isFirst = !device.hasBeenActive
    device.hasBeenActive = true
    device.queue.open((stanza) => connection.send(stanza))
    options.onActive(isFirst)
  }

  const requestContext = (asking: LinkedDevice): RequestContext => ({
    me,
    device: asking,
    linked,
    accountOf: (jid) => accounts.accountOf(jid),
    groupOf: (jid) => accounts.groupOf(jid),
    groups: accounts.groups,
    activate,
    unlink: () => {
      options.unlink(asking)
      leave()
      connection.end()
    },
    problem,
    seconds,
  })

  const request = (iq: BinaryNode, asking: LinkedDevice): void => {
    const { id, to = S_WHATSAPP_NET } = iq.attrs
    if (id === undefined) return problem(`a request without an id: ${describe(iq)}`)
    const fail = (code: number, text: string): void =>
      connection.send(
        node('iq', { from: to, type: 'error', id }, [node('error', { code: String(code), text })]),
      )
    try {
      const answer = answerRequest(iq, requestContext(asking))
      if (answer === undefined) {
        problem(`unknown request ${describe(iq)}`)
        return fail(501, 'feature-not-implemented')
      }
      if (answer.kind === 'error') return fail(answer.code, answer.text)
      if (answer.kind === 'result') {
        if (answer.cut !== undefined && cutAt(answer.cut)) return
        connection.send(node('iq', { from: to, type: 'result', id }, answer.content))
      }
      answer.afterwards?.()
    } catch (error) {
      problem(`bad request ${describe(iq)}: ${error instanceof Error ? error.message : String(error)}`)
      fail(400, 'bad-request')
    }
  }

  const message = (stanza: BinaryNode, from: LinkedDevice): void => {
    if (cutAt('message')) return
    const { id = '', to = '' } = stanza.attrs
    const ack = { class: 'message', id, from: to, t: seconds() }
    const refusal = plan.takeRefusal()
    if (refusal !== undefined) return connection.send(node('ack', { ...ack, error: refusal }))
    const routed = routeMessage(stanza, from, {
      me,
      accountKey: options.accountKey,
      accountOf: (jid) => accounts.accountOf(jid),
      groupOf: (jid) => accounts.groupOf(jid),
    })
    if (routed.kind === 'malformed') {
      problem(`${routed.why}: ${describe(stanza)}`)
      return connection.send(node('ack', { ...ack, error: '479' }))
    }
    if (routed.kind === 'refused') return connection.send(node('ack', { ...ack, error: routed.error }))
    const cutBeforeAck = plan.takeCut('ack')
    const isAckLost = plan.takeLostAck()
    for (const { account, parcel } of routed.parcels) account.take(parcel)
    if (cutBeforeAck) return connection.cut('after-sent')
    if (!isAckLost) connection.send(node('ack', ack))
  }

  const receipt = (stanza: BinaryNode, from: LinkedDevice): void => {
    const { id, to = '', type, participant } = stanza.attrs
    if (!id || !to) return problem(`a receipt without an id or a recipient: ${describe(stanza)}`)
    if (type !== 'retry') {
      if (cutAt('receipt')) return
      from.queue.settle(stanza)
    }
    const about = participant ?? to
    const account = accounts.accountOf(about)
    if (account === undefined && isUser(about)) problem(`a receipt for nobody: ${describe(stanza)}`)
    account?.receipt(stanza)
    connection.send(
      node('ack', {
        class: 'receipt',
        id,
        from: to,
        ...(type === undefined ? {} : { type }),
        ...(participant === undefined ? {} : { participant }),
      }),
    )
  }

  const take = (stanza: BinaryNode, from: LinkedDevice): void => {
    const [child] = childrenOf(stanza)
    switch (stanza.tag) {
      case 'iq':
        return request(stanza, from)
      case 'message':
        return message(stanza, from)
      case 'receipt':
        return receipt(stanza, from)
      case 'ack':
        if (stanza.attrs['class'] === 'message' && cutAt('receipt')) return
        from.queue.settle(stanza)
        return
      case 'chatstate':
        if (child === undefined) return problem(`a chat state without a state: ${describe(stanza)}`)
        accounts.accountOf(stanza.attrs['to'] ?? '')?.chatState(child.tag)
        return
      case 'presence':
        if (stanza.attrs['type'] !== 'subscribe') options.onPresence(stanza.attrs['type'] ?? 'named')
        return
      case 'ib':
        if (getBinaryNodeChild(stanza, 'offline_batch') !== undefined) return from.queue.batchWanted()
        if (getBinaryNodeChild(stanza, 'unified_session') !== undefined) return
        return problem(`unknown stanza ${describe(stanza)}`)
      default:
        return problem(`unknown stanza ${describe(stanza)}`)
    }
  }

  const client: Client = {
    begin: (hello) => {
      if (cutAt('login')) return
      if (!hello.payload.devicePairingData) return login(hello)
      try {
        desk.begin(connection, readRegistration(hello))
      } catch (error) {
        problem(error instanceof Error ? error.message : String(error))
        endWith(node('failure', { reason: '400' }))
      }
    },
    take: (stanza) => {
      if (desk.take(connection, stanza)) return
      if (device !== undefined) return take(stanza, device)
      // What a client says after it was told that its device is linked, and before it starts again.
      if (stanza.tag === 'ib' || stanza.tag === 'presence') return
      const { id, xmlns } = stanza.attrs
      // While codes are shown, too, a client asks whether anybody is there.
      if (id !== undefined && xmlns === 'w:p')
        return connection.send(node('iq', { from: S_WHATSAPP_NET, type: 'result', id }))
      problem(`before the login: ${describe(stanza)}`)
    },
    gone: () => {
      leave()
      desk.gone(connection)
    },
    device: () => device,
    isActive: () => isActive,
    replaced: () => {
      leave()
      endWith(node('stream:error', {}, [node('conflict', { type: 'replaced' })]))
    },
    removed: () => {
      leave()
      endWith(node('stream:error', { code: '401' }, [node('conflict', { type: 'device_removed' })]))
    },
  }
  return client
}
