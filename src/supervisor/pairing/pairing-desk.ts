import type { FromGateway, PairingOutcome } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { noteAttempts, type RequestOutcome, requestPairing } from '../../shared/state/pairing-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { ProviderPeople } from '../people/read-provider.ts'

/** Asks that wait for the disk. A flood is not queued without end: whoever comes later is not answered. */
const MAX_WAITING = 64

type Ask = Extract<FromGateway, { type: 'pairing-ask' }>
type Seen = Extract<FromGateway, { type: 'pairing-seen' }>

export interface PairingDesk {
  readonly ask: (ask: Ask) => void
  readonly seen: (seen: Seen) => void
}

export interface PairingDeskOptions {
  readonly paths: StatePaths
  readonly now: () => number
  /** The provider as it is now, whatever the gateway believes. */
  readonly providerNow: (provider: ProviderId) => ProviderPeople | undefined
  readonly answer: (askId: number, outcome: PairingOutcome) => void
  /** The stores changed, or turned out to be unreadable. */
  readonly changed: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Where the gateway asks for a stranger's pairing request. It is checked again here, written, and only then
 * answered, one at a time: the gateway itself can write no store.
 */
export const createPairingDesk = (options: PairingDeskOptions): PairingDesk => {
  let waiting = 0
  let last: Promise<void> = Promise.resolve()
  const enqueue = (work: () => Promise<void>): boolean => {
    if (waiting >= MAX_WAITING) return false
    waiting += 1
    last = last
      .then(work)
      .catch(options.onError)
      .finally(() => {
        waiting -= 1
      })
    return true
  }

  const decide = async ({ provider, sender, claims, answer }: Ask): Promise<PairingOutcome> => {
    const id = parseSenderId(provider, sender)
    if (id === undefined) return { kind: 'refused', why: 'sender_invalid' }
    const read = options.providerNow(provider)
    if (read === undefined || !read.enabled || read.policy.dmPolicy !== 'pairing') {
      return { kind: 'refused', why: 'policy' }
    }
    const { silent } = read.policy
    return outcomeOf(
      await requestPairing(options.paths, provider, id, claims, options.now(), { answer, silent }),
    )
  }

  return {
    ask(ask) {
      const queued = enqueue(async () => {
        try {
          options.answer(ask.askId, await decide(ask))
        } catch (error) {
          options.answer(ask.askId, { kind: 'refused', why: toErrorView(error).code })
          options.onError(error)
        }
        options.changed()
      })
      if (!queued) options.answer(ask.askId, { kind: 'full' })
    },
    seen({ provider, sender, count }) {
      const id = parseSenderId(provider, sender)
      // A count that finds no room is lost: it is shown, and decides nothing.
      if (id === undefined) return
      enqueue(async () => {
        await noteAttempts(options.paths, provider, id, count, options.now())
        options.changed()
      })
    },
  }
}

const outcomeOf = (outcome: RequestOutcome): PairingOutcome => {
  switch (outcome.kind) {
    case 'created':
      return { kind: 'created', code: outcome.request.code, reply: outcome.reply }
    case 'refused':
      return { kind: 'refused', why: outcome.why }
    case 'seen':
    case 'full':
      return { kind: outcome.kind }
    default:
      return assertNever(outcome)
  }
}
