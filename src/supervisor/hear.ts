import type { FromGateway } from '../shared/contracts/gateway.ts'
import { assertNever } from '../shared/domain/assert-never.ts'
import type { ErrorView } from '../shared/domain/error.ts'
import { parseSenderId, type SenderId } from '../shared/domain/identity.ts'
import type { ProviderId } from '../shared/domain/provider.ts'
import type { GatewayActs } from './acts/gateway-acts.ts'
import type { Hands } from './assemble-hands.ts'
import type { Messengers } from './assemble-messengers.ts'
import type { SupervisorLog } from './logs/supervisor-log.ts'
import type { PairingDesk } from './pairing/pairing-desk.ts'
import type { BindDesk } from './people/bind-desk.ts'
import type { OwnerFiles } from './people/owner-files.ts'
import type { Telling } from './people/telling.ts'
import { mayNotStop } from './refusals.ts'
import type { TurnWatch } from './turns/turn-watch.ts'
import { stateAfter } from './view/app-state.ts'
import type { StateFeed } from './view/state-feed.ts'

export interface HearOptions {
  readonly feed: StateFeed
  readonly telling: Telling
  readonly files: OwnerFiles
  readonly desk: PairingDesk
  readonly acts: GatewayActs
  readonly bindings: BindDesk
  readonly messengers: Pick<Messengers, 'heard' | 'status'>
  readonly hands: Hands
  readonly turns: TurnWatch
  readonly log: SupervisorLog
  readonly saveStatus: () => void
  readonly stopFromChat: (provider: ProviderId, sender: SenderId) => void
  /** Ends the gateway as one that must not go on. */
  readonly fault: (error: ErrorView) => void
}

/** What the gateway says, each message to whom it concerns. Its word changes what is shown, and decides nothing. */
export const createHear =
  (options: HearOptions): ((message: FromGateway) => void) =>
  (message) => {
    const { feed, telling, files, desk, acts, bindings, messengers, hands, turns, log } = options
    feed.put(stateAfter(feed.state(), message))
    switch (message.type) {
      case 'ready':
        telling.ready()
        turns.ready()
        void files.refresh()
        break
      case 'ack':
        telling.acknowledged(message.revision)
        break
      case 'provider':
        files.providerReported(message.status)
        messengers.status(message.status)
        options.saveStatus()
        break
      case 'link':
        messengers.heard(message.link)
        options.saveStatus()
        break
      case 'bind':
        bindings.bind(message)
        break
      case 'pairing-ask':
        acts.paired(message)
        desk.ask(message)
        break
      case 'pairing-seen':
        desk.seen(message)
        break
      case 'activity':
        files.seen(message.activity)
        break
      case 'accepted':
        acts.accepted(message)
        hands.accepted(message)
        break
      case 'drops':
        acts.dropped(message)
        break
      case 'intent':
        acts.asked(message)
        break
      case 'outcome':
        acts.ended(message)
        break
      case 'box-ask':
        hands.asked(message)
        break
      case 'box-violation':
        hands.violated(message)
        break
      case 'approval-ask':
        hands.approvals.asked(message)
        break
      case 'approval-withdrawn':
        hands.approvals.withdrawn(message)
        break
      case 'stop-asked': {
        const sender = parseSenderId(message.provider, message.sender)
        // Only a stop is believed from a chat, and only of those whom the config names now.
        if (sender !== undefined && files.providerNow(message.provider)?.stoppers.has(sender))
          options.stopFromChat(message.provider, sender)
        else {
          log.warn('a stop was asked for by somebody who may not', { provider: message.provider })
          // A gateway that has asked is silent from then on: it believes that it is about to die. It counts as a
          // failure, so that asking changes nothing of what the owner decided and can not be done without end.
          options.fault(mayNotStop)
        }
        break
      }
      case 'fatal':
        log.error('the gateway can not go on', { message: message.message, hint: message.hint })
        break
      case 'progress':
        turns.heard(message)
        break
      case 'hello':
      case 'pong':
      case 'unconfirmed':
      case 'simulated':
        break
      default:
        assertNever(message)
    }
  }
