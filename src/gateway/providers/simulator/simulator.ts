import { parseSenderId } from '../../../shared/domain/identity.ts'
import type { Provider, ProviderHandlers } from '../provider.ts'

export interface SimulatorOptions {
  /** Shows a text to the person who is played. False if nobody can be shown anything. */
  readonly show: (message: { at: number; sender: string; messageId: string; text: string }) => boolean
  readonly now: () => number
  readonly newId: () => string
}

/** What the owner types as somebody else. */
interface SimulatedPerson {
  readonly sender: string
  readonly name: string
  readonly text: string
}

export interface Simulator extends Provider {
  /** A person of the simulator writes. It goes the way of every other message. */
  simulate(person: SimulatedPerson): void
}

/** Long enough to try what a long text does, short enough for one message of the channel. UTF-16 units. */
const MAX_TEXT = 4096

/** A messenger without an account or a network: its people are played by the owner, from the app. */
export const createSimulator = (options: SimulatorOptions): Simulator => {
  let handlers: ProviderHandlers | undefined
  return {
    id: 'simulator',
    maxTextLength: MAX_TEXT,
    start: (given) => {
      handlers = given
      given.status({ state: 'connected', detail: '' })
    },
    stop: () => {
      handlers = undefined
      return Promise.resolve()
    },
    simulate: ({ sender, name, text }) =>
      handlers?.receive({
        provider: 'simulator',
        kind: 'message',
        direct: true,
        group: null,
        sender: parseSenderId('simulator', sender) ?? null,
        account: null,
        chatId: sender,
        eventId: `simulator:${options.newId()}`,
        otherIds: [],
        sentAt: options.now(),
        fromSelf: false,
        selfChat: false,
        fromBot: false,
        onBehalf: false,
        forwarded: false,
        text,
        attachments: [],
        claims: name === '' ? {} : { name },
        waited: false,
      }),
    send: (chatId, text) => {
      if (parseSenderId('simulator', chatId) === undefined)
        return Promise.resolve({ kind: 'failed', why: 'there is no such person' })
      const messageId = options.newId()
      const shown = options.show({ at: options.now(), sender: chatId, messageId, text })
      return Promise.resolve(
        shown ? { kind: 'sent', messageId } : { kind: 'failed', why: 'the app does not listen' },
      )
    },
  }
}
