// Test support: the gateway's other end, with the real rules of pairing and nothing on disk.
import type { FromGateway, PairingOutcome, ToGateway } from '../../shared/contracts/gateway.ts'
import type {
  PeopleTold,
  ProviderTold,
  RulesTold,
  StartMessage,
} from '../../shared/contracts/gateway-told.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { type PairingRequest, upsertRequest } from '../../shared/domain/pairing.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { decideReply, type ReplyRecord } from '../../shared/domain/reply-limits.ts'

type Sort = FromGateway['type']
type Of<T extends Sort> = Extract<FromGateway, { type: T }>

export const nobody = (provider: ProviderId): ProviderTold => ({
  provider,
  dmPolicy: 'pairing',
  everyone: false,
  silent: false,
  onlySelf: false,
  owners: [],
  configured: [],
  approved: [],
  blocked: [],
  accounts: [],
  stoppers: [],
  pending: [],
})

/** The defaults of the config. */
export const DEFAULT_RULES: RulesTold = {
  readOnly: false,
  sandbox: { mode: 'non-main', tools: { allow: [], deny: [] } },
  elevated: { enabled: false, approve: 'always', allowFrom: {} },
}

export class StandInSupervisor {
  /** Everything that the gateway has said, in order. */
  readonly heard: FromGateway[] = []
  readonly #tell: (message: ToGateway) => void
  readonly #waiting = new Set<() => void>()
  readonly #requests = new Map<ProviderId, readonly PairingRequest[]>()
  #replies: readonly ReplyRecord[] = []
  #people: readonly ProviderTold[]
  #rules = DEFAULT_RULES
  #revision = 1
  #codes = 0
  #audit: 'recorded' | 'refused' | 'never' = 'recorded'
  readonly #unanswered: number[] = []

  constructor(people: readonly ProviderTold[], tell: (message: ToGateway) => void) {
    this.#people = people
    this.#tell = tell
  }

  get told(): PeopleTold {
    return { revision: this.#revision, providers: [...this.#people], rules: this.#rules }
  }

  hear(message: FromGateway): void {
    this.heard.push(message)
    if (message.type === 'pairing-ask')
      this.#tell({ type: 'pairing-answer', askId: message.askId, outcome: this.#desk(message) })
    if (message.type === 'intent') this.#intent(message.intentId)
    this.changed()
  }

  /** How intents are answered from now on. Those that were not answered are answered now, unless by `never`. */
  audit(answers: 'recorded' | 'refused' | 'never'): void {
    this.#audit = answers
    for (const intentId of this.#unanswered.splice(0)) this.#intent(intentId)
  }

  /** Something happened that a predicate may ask about. */
  changed(): void {
    for (const look of this.#waiting) look()
  }

  of<T extends Sort>(type: T): readonly Of<T>[] {
    return this.heard.filter((message): message is Of<T> => message.type === type)
  }

  waitFor(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** Tells changed people and resolves when they are in force. */
  async change(provider: ProviderId, over: Partial<ProviderTold>): Promise<void> {
    this.#people = this.#people.map((told) => (told.provider === provider ? { ...told, ...over } : told))
    await this.#told()
  }

  /** The same for changed rules. */
  async rule(over: Partial<RulesTold>): Promise<void> {
    this.#rules = { ...this.#rules, ...over }
    await this.#told()
  }

  async #told(): Promise<void> {
    this.#revision += 1
    const revision = this.#revision
    this.#tell({ type: 'people', ...this.told })
    await this.waitFor(() => this.of('ack').some((ack) => ack.revision === revision))
  }

  activities(kind: Of<'activity'>['activity']['kind']): readonly Of<'activity'>['activity'][] {
    return this.of('activity')
      .map(({ activity }) => activity)
      .filter((activity) => activity.kind === kind)
  }

  #intent(intentId: number): void {
    if (this.#audit === 'never') this.#unanswered.push(intentId)
    else this.#tell({ type: 'intent-answer', intentId, answer: this.#audit, why: '' })
  }

  #desk(ask: Of<'pairing-ask'>): PairingOutcome {
    const sender = parseSenderId(ask.provider, ask.sender)
    if (sender === undefined) return { kind: 'refused', why: 'no sender' }
    const now = Date.now()
    const { requests, result } = upsertRequest(
      this.#requests.get(ask.provider) ?? [],
      sender,
      ask.claims,
      now,
      () => `ABCDEFG${'23456789'[this.#codes++ % 8] ?? '2'}`,
    )
    this.#requests.set(ask.provider, requests)
    if (result.kind !== 'created') return { kind: result.kind }
    const reply = decideReply(this.#replies, sender, now)
    this.#replies = reply.records
    return { kind: 'created', code: result.request.code, reply: ask.answer && reply.kind === 'reply' }
  }
}

/** A start message with everything switched off but what is given. */
export const startMessage = (
  stateDir: string,
  people: PeopleTold,
  over: Partial<StartMessage> = {},
): StartMessage => ({
  type: 'start',
  runId: 'test-run',
  stateDir,
  logFile: `${stateDir}/gateway.log`,
  logLevel: 'debug',
  model: { name: 'offline/obedient', timeoutSeconds: 60 },
  telegram: null,
  whatsapp: null,
  simulator: false,
  people,
  epoch: 'first',
  resumedAt: 0,
  host: null,
  secrets: [],
  grants: [],
  ...over,
})
