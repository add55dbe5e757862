import type { GatewayActivity, ToGateway } from '../../shared/contracts/gateway.ts'
import { directChat } from '../../shared/domain/direct-chat.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { directSession } from '../../shared/domain/session.ts'
import type { Logger } from '../../shared/log/logger.ts'
import { standingOf } from '../inbound/decide.ts'
import type { StrangersMessage } from '../inbound/pairing.ts'
import { APPROVED_TEXT, pairingText } from '../inbound/pairing-text.ts'
import type { ToldPeople } from '../inbound/told-people.ts'
import type { Send } from './send-request.ts'

export interface OwnWordsOptions {
  readonly send: Send
  readonly people: () => ToldPeople
  readonly report: (activity: GatewayActivity) => void
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => number
  readonly newId: () => string
}

/** What Clawdbot itself says to people, through the same door as everything else. */
export interface OwnWords {
  /** Tells a stranger their code; undefined: the supervisor said that they are told nothing. */
  readonly code: (message: StrangersMessage, code: string | undefined) => Promise<void>
  /** Tells somebody that the owner has approved them. */
  readonly approved: (message: Extract<ToGateway, { type: 'notify' }>) => Promise<void>
}

export const createOwnWords = ({ send, people, report, log, now, newId }: OwnWordsOptions): OwnWords => ({
  code: async (message, code) => {
    const { provider, sender, chatId, eventId: replyTo } = message
    const session = directSession(provider, sender)
    const paired = (detail: string): void =>
      report({ at: now(), kind: 'paired', provider, sender, session: null, detail })
    if (code === undefined) return paired('asked for access; was not answered')
    const text = pairingText(code)
    const words = { session, provider, chatId, recipient: sender, text, replyTo, kind: 'pairing' } as const
    const result = await send(words)
    paired(result.kind === 'sent' ? 'asked for access; was told the code' : `asked for access; ${result.why}`)
  },
  approved: async ({ provider, sender: named }) => {
    const sender = parseSenderId(provider, named)
    const told = people().of(provider)
    const standing = sender && standingOf(provider, sender, told.policy, told.people)
    if (sender === undefined || standing === undefined) return log.warn('nobody to notify', { provider })
    const { session } = standing
    const result = await send({
      session,
      provider,
      chatId: directChat(provider, sender),
      recipient: sender,
      text: APPROVED_TEXT,
      replyTo: `notify:${newId()}`,
      kind: 'notice',
    })
    if (result.kind !== 'sent')
      report({ at: now(), kind: 'failed', provider, sender, session, detail: `not notified: ${result.why}` })
  },
})
