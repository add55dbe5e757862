import {
  type BinaryNode,
  encodeBigEndian,
  generateSignalPubKey,
  getBinaryNodeChild,
  getBinaryNodeChildren,
} from '@whiskeysockets/baileys'
import type { LinkedDevice, SignedPreKey } from '../linked-device.ts'
import { bundleNodes, isSignedBy } from '../phones/key-bundle.ts'
import { bigEndian, bytesOf, childrenOf, deviceOf, node } from '../stanza.ts'
import type { Answer, RequestContext, RequestFamily } from './request.ts'

/** The keys of Signal: one's own go up, those of others are given out. */
export const encrypt: RequestFamily = (iq, context) => {
  const [child] = childrenOf(iq)
  const { type } = iq.attrs
  if (type === 'get' && child?.tag === 'count') {
    const value = String(context.device.preKeys.length)
    return { kind: 'result', content: [node('count', { value })] }
  }
  if (type === 'get' && child?.tag === 'digest') return digest(context.device)
  if (type === 'get' && child?.tag === 'key') return bundles(child, context)
  if (type === 'set' && getBinaryNodeChild(iq, 'list') !== undefined) return upload(iq, context)
  if (type === 'set' && child?.tag === 'rotate') return rotate(child, context)
  return undefined
}

const digest = ({ registration, preKeys, signedPreKey }: LinkedDevice): Answer => ({
  kind: 'result',
  content: [
    node('digest', {}, [
      node('registration', {}, encodeBigEndian(registration.registrationId, 4)),
      node('type', {}, Buffer.of(5)),
      node('identity', {}, registration.identity),
      node('skey', {}, [node('id', {}, encodeBigEndian(signedPreKey.id, 3))]),
      node(
        'list',
        {},
        preKeys.map(({ id }) => node('id', {}, encodeBigEndian(id, 3))),
      ),
    ]),
  ],
})

const readSignedPreKey = (skey: BinaryNode | undefined, { registration }: LinkedDevice): SignedPreKey => {
  const key = {
    id: bigEndian(bytesOf(skey, 'id', 3)),
    value: bytesOf(skey, 'value', 32),
    signature: bytesOf(skey, 'signature', 64),
  }
  if (!isSignedBy(registration.identity, generateSignalPubKey(key.value), key.signature)) {
    throw new Error('a signed prekey that the device did not sign')
  }
  return key
}

const upload = (iq: BinaryNode, { device }: RequestContext): Answer => {
  const { identity, registrationId } = device.registration
  if (!Buffer.from(identity).equals(bytesOf(iq, 'identity', 32))) {
    throw new Error('prekeys for another identity than the one that was linked')
  }
  if (bigEndian(bytesOf(iq, 'registration', 4)) !== registrationId) {
    throw new Error('prekeys for another registration than the one that was linked')
  }
  device.signedPreKey = readSignedPreKey(getBinaryNodeChild(iq, 'skey'), device)
  const keys = getBinaryNodeChildren(getBinaryNodeChild(iq, 'list'), 'key')
  if (keys.length === 0) throw new Error('an upload of no prekeys')
  for (const key of keys) {
    const preKey = { id: bigEndian(bytesOf(key, 'id', 3)), value: bytesOf(key, 'value', 32) }
    // Who was not told that an upload arrived may send the same keys again.
    if (!device.preKeys.some(({ id }) => id === preKey.id)) device.preKeys.push(preKey)
  }
  return { kind: 'result', cut: 'pre-keys' }
}

const rotate = (child: BinaryNode, { device }: RequestContext): Answer => {
  device.signedPreKey = readSignedPreKey(getBinaryNodeChild(child, 'skey'), device)
  return { kind: 'result' }
}

const bundles = (child: BinaryNode, context: RequestContext): Answer => {
  const users = getBinaryNodeChildren(child, 'user').map((user) => {
    const { jid } = user.attrs
    if (jid === undefined) throw new Error('a query for the keys of nobody')
    return (
      bundleOf(jid, context) ??
      node('user', { jid }, [node('error', { code: '404', text: 'item-not-found' })])
    )
  })
  return { kind: 'result', content: [node('list', {}, users)] }
}

const bundleOf = (jid: string, context: RequestContext): BinaryNode | undefined => {
  const { linked, me } = context
  const account = context.accountOf(jid)
  if (account === undefined) return undefined
  const own = account.jid === me.jid ? linked.find(({ id }) => id === deviceOf(jid)) : undefined
  if (own === undefined) return account.bundleNode(deviceOf(jid), jid)
  const bundle = own.takeBundle()
  return node('user', { jid }, [
    node('registration', {}, encodeBigEndian(bundle.registrationId, 4)),
    ...bundleNodes(bundle),
  ])
}
