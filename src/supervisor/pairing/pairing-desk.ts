import type { FromGateway, PairingOutcome } from '../../shared/contracts/gateway.ts'
import { parseAccount, parseNumber } from '../../shared/domain/account.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import { parseSenderId, type SenderId } from '../../shared/domain/identity.ts'
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

  const decide = async (ask: Ask): Promise<PairingOutcome> => {
    const { provider, claims, answer } = ask
    const who = whoAsks(ask)
    if (who === undefined) return { kind: 'refused', why: 'sender_invalid' }
    const read = options.providerNow(provider)
    if (read === undefined || !read.enabled || !pairs(read, who)) return { kind: 'refused', why: 'policy' }
    const { sender, account, moved } = who
    const { silent } = read.policy
    return outcomeOf(
      await requestPairing(options.paths, provider, sender, claims, options.now(), {
        answer,
        silent,
        account,
        moved,
      }),
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

interface Asker {
  readonly sender: SenderId
  readonly account: SenderId | null
  readonly moved: SenderId | null
}

/** Undefined where one of the ids is none, or is of the wrong kind: an account is behind a number, a number before an account. */
const whoAsks = ({ provider, sender: id, account: behind, moved: from }: Ask): Asker | undefined => {
  const sender = parseSenderId(provider, id)
  const account = behind === null ? null : parseAccount(provider, behind)
  const moved = from === null ? null : parseNumber(provider, from)
  if (sender === undefined || account === undefined || moved === undefined) return undefined
  if (account !== null && parseNumber(provider, id) === undefined) return undefined
  return moved !== null && parseAccount(provider, id) === undefined ? undefined : { sender, account, moved }
}

/** On the owner's own number nobody is asked to wait, but for the owner whose account is another one now. */
const pairs = ({ policy, people }: ProviderPeople, { moved }: Asker): boolean =>
  policy.dmPolicy === 'pairing' && (!policy.onlySelf || (moved !== null && people.owners.has(moved)))

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
