import { randomInt } from 'node:crypto'
import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Account, GroupAccount, Wire } from '../wire.ts'
import { type Addressing, jidOf } from './addresses.ts'
import type { Contact, ServedContact } from './contact.ts'

export interface GroupOptions {
  /** The digits before `@g.us`. */
  readonly id?: string
  readonly subject?: string
  readonly members: readonly Contact[]
  /** By what the group's stanzas name their authors; `lid` unless said. */
  readonly addressing?: Addressing
  /** Whether the linked account is in it; `yes` unless said. */
  readonly companion?: 'yes' | 'no'
}

export interface Group {
  /** `<digits>@g.us` */
  readonly jid: string
  readonly subject: string
  readonly addressing: Addressing
  readonly members: readonly Contact[]
  /** Takes somebody in, and tells everybody. */
  add(contact: Contact): void
  /** Puts somebody out and tells everybody; who stays writes with new keys. */
  remove(contact: Contact): void
  /** Takes the linked account in, or puts it out. */
  companion(state: 'in' | 'out'): void
}

export interface ServedGroup {
  readonly group: Group
  readonly account: GroupAccount
}

/** `served` finds what the server knows of a member. */
export const createGroup = (
  options: GroupOptions,
  wire: Wire,
  served: (contact: Contact) => ServedContact,
): ServedGroup => {
  const jid = `${options.id ?? `120363${randomInt(1e11, 1e12 - 1)}`}@g.us`
  const subject = options.subject ?? 'A group'
  const addressing = options.addressing ?? 'lid'
  let members = [...options.members]
  let hasCompanion = options.companion !== 'no'
  const created = wire.seconds()

  const addressOf = (contact: Contact): Addressing =>
    addressing === 'lid' && contact.lid !== undefined ? 'lid' : 'number'

  const announce = (act: 'add' | 'remove', participant: string): void => {
    if (!hasCompanion) return
    const by = members[0]
    wire.deliver({
      tag: 'notification',
      attrs: {
        from: jid,
        type: 'w:gp2',
        id: wire.nextId(),
        t: wire.seconds(),
        ...(by === undefined ? {} : { participant: jidOf(by, addressOf(by)) }),
      },
      content: [{ tag: act, attrs: {}, content: [{ tag: 'participant', attrs: { jid: participant } }] }],
    })
  }

  const rotate = (): void => {
    for (const member of members) for (const device of member.devices) device.rotate(jid)
  }

  const participant = (contact: Contact, index: number): BinaryNode => ({
    tag: 'participant',
    attrs: {
      jid: jidOf(contact, addressOf(contact)),
      ...(addressOf(contact) === 'lid'
        ? contact.number === undefined
          ? {}
          : { phone_number: jidOf(contact, 'number') }
        : contact.lid === undefined
          ? {}
          : { lid: contact.lid }),
      ...(index === 0 ? { type: 'superadmin' } : {}),
    },
  })

  const group: Group = {
    jid,
    subject,
    addressing,
    get members() {
      return members
    },
    add: (contact) => {
      members = [...members, contact]
      announce('add', jidOf(contact, addressOf(contact)))
    },
    remove: (contact) => {
      members = members.filter((member) => member !== contact)
      rotate()
      announce('remove', jidOf(contact, addressOf(contact)))
    },
    companion: (state) => {
      const self = addressing === 'lid' ? wire.me.lid : wire.me.jid
      if (state === 'in') {
        hasCompanion = true
        announce('add', self)
      } else {
        announce('remove', self)
        hasCompanion = false
        rotate()
      }
    },
  }

  const account: GroupAccount = {
    jid,
    get hasCompanion() {
      return hasCompanion
    },
    get members(): readonly Account[] {
      return members.map((member) => served(member).account)
    },
    metadataNode: () => ({
      tag: 'group',
      attrs: {
        id: jid.slice(0, -'@g.us'.length),
        subject,
        s_t: created,
        creation: created,
        addressing_mode: addressing === 'lid' ? 'lid' : 'pn',
        size: String(members.length + (hasCompanion ? 1 : 0)),
      },
      content: [
        ...members.map(participant),
        ...(hasCompanion
          ? [
              {
                tag: 'participant',
                attrs:
                  addressing === 'lid'
                    ? { jid: wire.me.lid, phone_number: wire.me.jid }
                    : { jid: wire.me.jid, lid: wire.me.lid },
              },
            ]
          : []),
      ],
    }),
  }
  return { group, account }
}
