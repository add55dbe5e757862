import type { BinaryNode } from '@whiskeysockets/baileys'
import type { Contact, ContactOptions } from './contact.ts'
import type { Group, GroupOptions } from './group.ts'
import type { OwnPhone } from './own-phone.ts'

/** Who and what there is. `contact` has a number, a LID and at least two devices, and is in `group`. */
export interface Stage {
  readonly contact: Contact
  readonly group: Group
  readonly phone: OwnPhone
  /** The linked account's own addresses, without a device. */
  readonly me: { readonly jid: string; readonly lid: string }
  /** Somebody nobody has met: with a session of their own. */
  readonly newcomer: () => Promise<Contact>
  /** Puts a stanza into the queue as it is. */
  readonly deliver: (stanza: BinaryNode) => void
  /** Seconds since 1970. */
  readonly seconds: () => string
}

/** The least of a server that a stage needs. */
interface StageServer {
  readonly me: { readonly number: string; readonly lid: string }
  readonly phone: OwnPhone
  addContact(options: ContactOptions): Promise<Contact>
  addGroup(options: GroupOptions): Group
  deliver(stanza: BinaryNode): void
}

/** A contact with a number, a LID and a linked device, in a group. Their first message opens the session. */
export const createStage = async (server: StageServer, contact: ContactOptions): Promise<Stage> => {
  const actor = await server.addContact({ ...contact, devices: contact.devices ?? 2 })
  let newcomers = 0
  return {
    contact: actor,
    group: server.addGroup({ members: [actor] }),
    phone: server.phone,
    me: { jid: `${server.me.number.slice(1)}@s.whatsapp.net`, lid: server.me.lid },
    newcomer: () => {
      newcomers += 1
      return server.addContact({
        number: `+1555900${String(newcomers).padStart(4, '0')}`,
        lid: `5550000900${newcomers}@lid`,
        name: 'Nobody knows',
      })
    },
    deliver: (stanza) => server.deliver(stanza),
    seconds: () => String(Math.floor(Date.now() / 1000)),
  }
}
