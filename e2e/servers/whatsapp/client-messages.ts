import { type BinaryNode, getBinaryNodeChild, getBinaryNodeChildren } from '@whiskeysockets/baileys'
import type { LinkedDevice } from './linked-device.ts'
import { checkDeviceIdentity } from './pairing.ts'
import { bytesOf, childrenOf, deviceOf, userOf } from './stanza.ts'
import type { Account, Enc, GroupAccount, Me, Parcel } from './wire.ts'

/** A parcel and whom it is for. */
interface Addressed {
  readonly account: Account
  readonly parcel: Parcel
}

/** What becomes of a message that the client sends. */
export type Routed =
  | { readonly kind: 'accepted'; readonly parcels: readonly Addressed[] }
  /** Acknowledged with an error: nobody gets it. */
  | { readonly kind: 'refused'; readonly error: string }
  /** No correct client sends this. */
  | { readonly kind: 'malformed'; readonly why: string }

export interface Directory {
  readonly me: Me
  /** The public identity key of the account's own phone. */
  readonly accountKey: Uint8Array
  accountOf(jid: string): Account | undefined
  groupOf(jid: string): GroupAccount | undefined
}

const CHILDREN: ReadonlySet<string> = new Set([
  'enc',
  'participants',
  'device-identity',
  'tctoken',
  'meta',
  'reporting',
])

const TYPES: ReadonlySet<string> = new Set(['text', 'media', 'poll', 'reaction', 'event'])

/** Decides who gets what of a message stanza. Looks at nothing that is encrypted. */
export const routeMessage = (stanza: BinaryNode, device: LinkedDevice, directory: Directory): Routed => {
  const { id, to } = stanza.attrs
  if (!id || !to) return malformed('a message without an id or a recipient')
  if (!TYPES.has(stanza.attrs['type'] ?? '')) return malformed('a message of an unknown type')
  const odd = childrenOf(stanza).find(({ tag }) => !CHILDREN.has(tag))
  if (odd !== undefined) return malformed(`a message with <${odd.tag}>`)
  try {
    checkIdentity(stanza, device, directory)
    return to.endsWith('@g.us')
      ? toGroup(stanza, id, to, device, directory)
      : toPerson(stanza, id, to, device, directory)
  } catch (error) {
    return malformed(error instanceof Error ? error.message : String(error))
  }
}

const malformed = (why: string): Routed => ({ kind: 'malformed', why })

/** Who opens a session must show that its device belongs to the account. */
const checkIdentity = (stanza: BinaryNode, device: LinkedDevice, { accountKey }: Directory): void => {
  const all = [...encsOf(stanza), ...recipientsOf(stanza).flatMap(encsOf)]
  const shown = getBinaryNodeChild(stanza, 'device-identity')
  if (shown === undefined) {
    if (all.some(({ type }) => type === 'pkmsg')) throw new Error('a first message without a device identity')
    return
  }
  const bytes = Buffer.from(bytesOf(stanza, 'device-identity'))
  // A device shows the same to everybody, and looking at its signatures takes longer than all else here.
  if (device.shownIdentity?.equals(bytes)) return
  checkDeviceIdentity(bytes, device.registration, accountKey)
  device.shownIdentity = bytes
}

const recipientsOf = (stanza: BinaryNode): readonly BinaryNode[] =>
  getBinaryNodeChildren(getBinaryNodeChild(stanza, 'participants'), 'to')

const encsOf = (holder: BinaryNode): readonly Enc[] =>
  getBinaryNodeChildren(holder, 'enc').map(({ attrs, content }) => {
    if (!(content instanceof Uint8Array)) throw new Error('a ciphertext without bytes')
    if (attrs['v'] !== '2') throw new Error('a ciphertext of an unknown version')
    return { type: attrs['type'] ?? '', ciphertext: content }
  })

const senderAs = (to: string, { jid, lidJid }: LinkedDevice): string => (to.endsWith('@lid') ? lidJid : jid)

const toPerson = (
  stanza: BinaryNode,
  id: string,
  to: string,
  device: LinkedDevice,
  directory: Directory,
): Routed => {
  const addressed = (jid: string, encs: readonly Enc[]): Addressed => {
    const account = directory.accountOf(jid)
    if (account === undefined) throw new Error('a message to a device of nobody')
    const chat = stanza.attrs['recipient'] ?? userOf(to)
    const parcel = { id, chat, device: deviceOf(jid), to: jid, from: senderAs(jid, device), encs, stanza }
    return { account, parcel }
  }
  const target = directory.accountOf(to)
  if (target === undefined) return { kind: 'refused', error: '404' }
  // Straight to one device: what it has asked for again, and what devices of one account tell each other.
  const direct = encsOf(stanza)
  if (direct.length > 0) return { kind: 'accepted', parcels: [addressed(to, direct)] }
  const parcels = recipientsOf(stanza).map((recipient) => {
    const { jid } = recipient.attrs
    if (jid === undefined) throw new Error('a ciphertext for nobody')
    const owner = directory.accountOf(jid)
    if (owner !== target && owner?.jid !== directory.me.jid)
      throw new Error('a message with a ciphertext for a third person')
    return addressed(jid, encsOf(recipient))
  })
  if (parcels.length === 0) throw new Error('a message without a ciphertext')
  return { kind: 'accepted', parcels }
}

const toGroup = (
  stanza: BinaryNode,
  id: string,
  to: string,
  device: LinkedDevice,
  directory: Directory,
): Routed => {
  const group = directory.groupOf(to)
  if (group === undefined) return { kind: 'refused', error: '404' }
  if (!group.hasCompanion) return { kind: 'refused', error: '403' }
  const shared = encsOf(stanza)
  if (shared.length === 0) throw new Error('a group message without a ciphertext')
  const parcel = (jid: string, encs: readonly Enc[]): Parcel => ({
    id,
    chat: to,
    device: deviceOf(jid),
    to: jid,
    from: senderAs(jid, device),
    encs,
    stanza,
  })
  const { participant } = stanza.attrs
  if (participant !== undefined) {
    const account = directory.accountOf(participant)
    if (account === undefined) throw new Error('a group message for a device of nobody')
    return { kind: 'accepted', parcels: [{ account, parcel: parcel(participant, shared) }] }
  }
  // Everybody in the group gets the group's ciphertext, and before it what is for their device alone.
  const single = recipientsOf(stanza).map((recipient) => {
    const jid = recipient.attrs['jid'] ?? ''
    const account = directory.accountOf(jid)
    if (account === undefined) throw new Error('a group message for a device of nobody')
    return { account, jid, encs: encsOf(recipient) }
  })
  const self = directory.accountOf(directory.me.jid)
  const everybody = self === undefined ? group.members : [...group.members, self]
  const parcels = everybody.flatMap((account) =>
    account.devices.map((number) => {
      const own = single.find((one) => one.account === account && deviceOf(one.jid) === number)
      const jid = own?.jid ?? withDevice(account.lidJid ?? account.jid, number)
      return { account, parcel: parcel(jid, [...(own?.encs ?? []), ...shared]) }
    }),
  )
  return { kind: 'accepted', parcels }
}

const withDevice = (jid: string, device: number): string =>
  device === 0 ? jid : jid.replace('@', `:${device}@`)
