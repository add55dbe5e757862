import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { GatewayActivity, ToGateway } from '../shared/contracts/gateway.ts'
import type { StartMessage } from '../shared/contracts/gateway-told.ts'
import { assertNever } from '../shared/domain/assert-never.ts'
import { ClawdbotError, toErrorView } from '../shared/domain/error.ts'
import type { StreamRedactor } from '../shared/redact/redactor.ts'
import { createAskModel } from './agent/ask-model.ts'
import { MODEL_NAME_HINT, parseModelName } from './agent/model-name.ts'
import { createConversations } from './conversations/conversations.ts'
import { createProgress } from './conversations/progress.ts'
import type { Reached } from './failpoint.ts'
import { createDedupe } from './inbound/dedupe.ts'
import { createDrops } from './inbound/drops.ts'
import { openInbox } from './inbound/inbox.ts'
import { itemsWithoutRight } from './inbound/lost-rights.ts'
import { createPairing } from './inbound/pairing.ts'
import { createReceive } from './inbound/receive.ts'
import { readPeople } from './inbound/told-people.ts'
import { type Intent, openLedger } from './outbound/ledger.ts'
import { createOutbox } from './outbound/outbox.ts'
import { createOwnWords } from './outbound/own-words.ts'
import { createPrivilegedActs } from './outbound/privileged-acts.ts'
import { askerOf, recipientRefusal } from './outbound/recipient.ts'
import { loadProviders } from './start-providers.ts'
import { startTools, type ToolsSurroundings } from './start-tools.ts'

export interface GatewayOptions extends ToolsSurroundings {
  /** Takes secrets out of a text that leaves this process other than as a message. */
  readonly redact: (text: string) => string
  /** Takes secrets out of what goes into the conversation with the model: what a tool gave, and what a server said. */
  readonly redactForModel: (text: string) => string
  /** The same for what comes in pieces. */
  readonly streamRedactor: () => StreamRedactor
  readonly isLocked: () => boolean
  /** The latch was found closed in the middle of the work: this process should end. */
  readonly onLocked: () => void
  readonly reached: Reached
  readonly underTest: boolean
  readonly startedAt: number
}

export interface Gateway {
  hear(message: Exclude<ToGateway, StartMessage | { readonly type: 'stop' }>): void
  /** From now on nothing begins to leave. What the supervisor has on record already may end. */
  mute(): void
  /** Hears nothing more, ends the turns where they are, lets what is being sent end, and closes its files. */
  close(): Promise<void>
}

const newId = (): string => randomUUID()
const newShortId = (): string => randomBytes(4).toString('hex')

/** More than this is not reported again at a start; it is in the ledger all the same. */
const UNCONFIRMED_REPORTED = 200
/** The contract's limit for a detail. UTF-16 units. */
const MAX_DETAIL = 500

/**
 * What a gateway is, from top to bottom: the people it was told, the journal of what came in, the ledger of what
 * goes out, the conversations between the two, and the messengers at both ends. Everything runs when it resolves.
 * @throws ClawdbotError `store_corrupt`, `config_invalid`, or what the disk says.
 */
export const createGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const { start, link, log, redact, redactForModel, reached, startedAt } = options
  const now = Date.now
  const folder = join(start.stateDir, 'gateway')
  const onProblem = (message: string, error: unknown): void => log.error(message, { error })

  const report = (activity: GatewayActivity): void => {
    const detail = redact(activity.detail).slice(0, MAX_DETAIL)
    link.send({ type: 'activity', activity: { ...activity, detail } })
  }

  // Who may do what, as the supervisor told it. Nothing here looks anything up.
  let people = readPeople(start.people)
  const warnOfEntries = (): void => {
    if (people.unparsable.length > 0)
      log.warn('entries that are no sender ids grant nothing', { entries: people.unparsable.slice(0, 20) })
  }
  warnOfEntries()

  // What came in and is not done, and what was seen before.
  const dedupe = createDedupe()
  const inbox = openInbox({ folder, dedupe, onProblem })

  // What went out, and the one door.
  const isOpen = (event: string): boolean => inbox.find(event) !== undefined
  const ledger = openLedger({ folder, now, isOpen, onProblem })
  const reportUnconfirmed = ({ id, at, session, provider, chatId, ...said }: Intent): void => {
    const text = said.file === undefined ? said.text : `[File ${said.file.name}] ${said.text}`
    link.send({ type: 'unconfirmed', reply: { outboundId: id, at, session, provider, chatId, text } })
  }
  for (const intent of ledger.unconfirmed().slice(-UNCONFIRMED_REPORTED)) reportUnconfirmed(intent)
  const providers = await loadProviders({
    start,
    underTest: options.underTest,
    send: link.send,
    status: (status) => link.send({ type: 'provider', status }),
    log,
    onFault: options.onFault,
    now,
    newId,
  })
  // Nothing leaves before it is in the audit.
  const acts = createPrivilegedActs({
    ask: (intentId, intent) => link.send({ type: 'intent', intentId, intent }),
    outcome: (intentId, result, detail) => {
      link.send({ type: 'outcome', intentId, result, detail: redact(detail).slice(0, MAX_DETAIL) })
    },
  })
  const outbox = createOutbox({
    ledger,
    ask: acts.ask,
    provider: (id) => providers.of(id),
    isLocked: options.isLocked,
    refusal: (request) =>
      recipientRefusal(request, { people, item: inbox.find(request.askedBy ?? request.replyTo) }),
    onLocked: options.onLocked,
    onUnconfirmed: reportUnconfirmed,
    reached,
    now,
    newId,
  })

  // What the agent may do: the supervisor holds the sandboxes and asks the owner, the rules decide, the audit knows.
  const tools = startTools({
    ...options,
    redact: redactForModel,
    askerOf: (item) => askerOf(item, people),
    rules: () => people.rules,
    ask: acts.ask,
    send: outbox.send,
    fetchFile: async (id, ...wanted) =>
      (await providers.of(id)?.fetchFile?.(...wanted)) ?? { kind: 'failed', why: `${id} gives no files` },
  })

  // Between the two: one queue a session, one turn at a time.
  const model = parseModelName(start.model.name)
  if (model === undefined)
    throw new ClawdbotError(
      'config_invalid',
      `There is no model ${JSON.stringify(start.model.name)}.`,
      `A model is ${MODEL_NAME_HINT}.`,
    )
  const { apiKey, baseUrl, timeoutSeconds } = start.model
  const progress = createProgress({ tell: link.send, streamRedactor: options.streamRedactor })
  const conversations = createConversations({
    stateDir: start.stateDir,
    log: log.child('conversations'),
    now,
    newId: newShortId,
    newSessionId: newId,
    askModel: createAskModel({
      model,
      apiKey,
      baseUrl,
      timeoutMs: timeoutSeconds * 1000,
      redact: redactForModel,
    }),
    toolsFor: tools.toolsFor,
    takeIn: tools.takeIn,
    progress,
    send: outbox.send,
    outcomeFor: outbox.outcomeFor,
    typing: outbox.typing,
    onDone: (eventId) => {
      inbox.done(eventId)
      reached('inbox:done')
    },
    reached,
    report,
  })

  // Strangers: the supervisor is asked, and it alone knows whether a code may be told.
  const drops = createDrops((provider, counts) => link.send({ type: 'drops', provider, counts }))
  const own = createOwnWords({ send: outbox.send, people: () => people, report, log, now, newId })
  const pairing = createPairing({
    pending: (provider) => people.of(provider).pending,
    ask: (askId, { provider, sender, account, moved, claims, answer }) =>
      link.send({ type: 'pairing-ask', askId, provider, sender, account, moved, claims, answer }),
    seen: (provider, sender, count) => link.send({ type: 'pairing-seen', provider, sender, count }),
    created: (message, code) => inBackground(own.code(message, code), 'a code could not be sent'),
    dropped: (provider, reason) => drops.count(provider, reason),
    now,
  })
  const inBackground = (work: Promise<void>, problem: string): void =>
    void work.catch((error: unknown) => onProblem(problem, error))

  // What an earlier run left open goes on, but for those who lost their right meanwhile.
  const endLostRights = (why: string): void => {
    const lost = new Set(itemsWithoutRight(inbox.openItems(), people))
    for (const session of new Set([...lost].map((item) => item.session))) {
      // Where others still have their right to this session, the outbox withholds the answers one by one.
      const all = inbox.openItems().filter((item) => item.session === session)
      if (all.every((item) => lost.has(item))) conversations.abortSession(session, why)
    }
    for (const item of lost) inbox.done(item.eventId)
  }
  endLostRights('the sender lost the right to write while the gateway was off')
  for (const item of inbox.openItems().filter(({ epoch }) => epoch !== start.epoch)) {
    const { provider, sender, session } = item
    report({
      at: now(),
      kind: 'withheld',
      provider,
      sender,
      session,
      detail: 'given up: it died with the last STOP',
    })
    inbox.done(item.eventId)
  }
  conversations.recover(inbox.openItems())

  // And in: gate, journal, conversation.
  const gateLog = log.child('gate')
  const receive = createReceive({
    people: () => people,
    dedupe,
    inbox,
    pairing,
    drops,
    accepted: ({ provider, sender, session, trust, eventId, acceptedAt: at }) => {
      gateLog.info('a message was let in', { event: eventId, session, provider, trust })
      link.send({ type: 'accepted', provider, sender, session, trust, eventId, at })
    },
    bind: (provider, number, account) => link.send({ type: 'bind', provider, number, account }),
    refused: (session, refusal) => conversations.refused(session, refusal),
    stopAsked: ({ provider, sender }) => {
      link.send({ type: 'stop-asked', provider, sender })
      // The supervisor ends this process. Until it has, nothing begins to leave.
      acts.close()
    },
    isHeard: () => !link.isBehind(),
    enqueue: (item) => conversations.enqueue(item),
    report,
    reached,
    now,
    newEntryId: newShortId,
    startedAt,
    resumedAt: start.resumedAt,
    epoch: start.epoch,
  })
  for (const provider of providers.all)
    provider.start({
      receive,
      status: ({ state, detail }) => {
        log.info('provider', { provider: provider.id, state, detail })
        link.send({ type: 'provider', status: { provider: provider.id, state, detail: redact(detail) } })
      },
      // A code is shown to the owner and stands nowhere else.
      link: (shown) => link.send({ type: 'link', link: { provider: provider.id, ...shown } }),
    })

  return {
    hear: (message) => {
      switch (message.type) {
        case 'people':
          people = readPeople(message)
          warnOfEntries()
          pairing.peopleChanged()
          tools.hands.rulesChanged()
          endLostRights('the sender lost the right to write')
          link.send({ type: 'ack', revision: message.revision })
          return
        case 'pairing-answer':
          return pairing.answered(message.askId, message.outcome)
        case 'intent-answer':
          return acts.answered(message.intentId, message.answer, message.why)
        case 'box-answer':
        case 'box-gone':
          return tools.hands.hear(message)
        case 'approval-answer':
          return tools.approvals.answered(message)
        case 'watch':
          return progress.watch(message.session)
        case 'link':
          return providers.of(message.provider)?.link?.(message.act)
        case 'simulate':
          try {
            providers.simulator?.simulate(message)
          } catch (error) {
            onProblem('a message of the simulator could not be taken in', error)
            const detail = `could not be taken in: ${toErrorView(error).message}`
            report({ at: now(), kind: 'failed', provider: 'simulator', sender: null, session: null, detail })
          }
          return
        case 'notify':
          return inBackground(own.approved(message), 'somebody could not be notified')
        case 'ping': {
          const turns = conversations.turns()
          link.send({ type: 'pong', sequence: message.sequence, rssBytes: process.memoryUsage.rss(), turns })
          return
        }
        default:
          assertNever(message)
      }
    },
    mute: acts.close,
    close: async () => {
      // What has no record yet stays open, and is answered by the next run.
      acts.close()
      tools.approvals.close()
      await Promise.all(providers.all.map((provider) => provider.stop()))
      await conversations.close()
      progress.close()
      tools.hands.close()
      await outbox.idle()
      pairing.close()
      drops.flush()
      inbox.close()
      ledger.close()
    },
  }
}
