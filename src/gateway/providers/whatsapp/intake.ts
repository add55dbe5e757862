import type { Contact } from '@whiskeysockets/baileys'
import { toErrorView } from '../../../shared/domain/error.ts'
import type { ProviderEvent } from '../../inbound/provider-event.ts'
import { ownNames } from './addressing.ts'
import { parseUserJid } from './identity.ts'
import { normalise } from './normalise.ts'
import type { Taken } from './taken-at-decryption.ts'

export interface IntakeOptions {
  readonly now: () => number
  /** The gate and its journal; throws if the message could not be kept. */
  readonly receive: (event: ProviderEvent) => void
  readonly isListening: () => boolean
  readonly self: () => Pick<Contact, 'id' | 'lid'> | undefined
  /** Was it sent from here? */
  readonly isOwnMessage: (id: string) => boolean
  readonly taken: () => void
  readonly notTaken: (why: string) => void
  readonly onUnreadable: (error: unknown) => void
}

export interface Intake {
  /** @throws what is not taken in; WhatsApp then still has it. */
  readonly take: (taken: Taken) => void
  /** It has come, and is not decrypted yet. */
  readonly arrived: (stanza: Taken['stanza']) => void
  /** What had waited at WhatsApp before this gateway came has come. */
  readonly drained: () => void
}

/** A message that is not older is not called late for a short break of the network. Milliseconds. */
const RECENT_MS = 60_000

/** From what was decrypted to the gate. */
export const createIntake = (options: IntakeOptions): Intake => {
  let isDrained = false
  const early = new WeakSet<Taken['stanza']>()

  const hasWaited = (stanza: Taken['stanza']): boolean => {
    if (stanza.attrs['offline'] === undefined) return false
    return early.has(stanza) || options.now() - Number(stanza.attrs['t'] ?? 0) * 1000 > RECENT_MS
  }

  const read = (taken: Taken): ProviderEvent | undefined => {
    const me = options.self()
    if (me === undefined) throw new Error('a message came before the login')
    const self = { pn: me.id, lid: me.lid }
    if (isEcho(taken.stanza, self, options.isOwnMessage)) return undefined
    try {
      return normalise(taken, self, { waited: hasWaited(taken.stanza) })
    } catch (error) {
      // It would be none the next time either, and would keep all the others from being heard.
      options.onUnreadable(error)
      return undefined
    }
  }

  return {
    take: (taken) => {
      if (!options.isListening()) throw new Error('nobody listens any more')
      const event = read(taken)
      if (event === undefined) return
      try {
        options.receive(event)
      } catch (error) {
        options.notTaken(toErrorView(error).message)
        throw error
      }
      options.taken()
    },
    arrived: (stanza) => {
      if (!isDrained) early.add(stanza)
    },
    drained: () => {
      isDrained = true
    },
  }
}

/** Our own words, come back to us, are nobody's message: in the chat with ourselves the agent would answer itself for ever. */
const isEcho = (
  { attrs }: Taken['stanza'],
  self: Parameters<typeof ownNames>[0],
  isOwnMessage: (id: string) => boolean,
): boolean => {
  if (!isOwnMessage(attrs['id'] ?? '')) return false
  const own = ownNames(self)
  const author = parseUserJid(attrs['participant'] ?? attrs['from'] ?? '')
  return author !== undefined && (author.id === own?.number || author.id === own?.account)
}
