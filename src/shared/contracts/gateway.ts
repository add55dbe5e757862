// The boundary between the supervisor and the gateway: JSON over the child's ipc channel, parsed on both sides.
import { z } from 'zod'
import { LOG_LEVELS } from '../domain/log-level.ts'
import { DM_POLICIES } from '../domain/people.ts'
import { PROVIDERS } from '../domain/provider.ts'

const provider = z.enum(PROVIDERS)
/** Milliseconds since the epoch, up to the last one that is a date: a later one would break whoever shows it. */
const time = z.number().int().nonnegative().max(8.64e15)
/** Ids are parsed again into SenderId on arrival; here they are only bounded. */
const id = z.string().min(1).max(200)
/** Of one message. No messenger of ours takes more than 4096 UTF-16 units in one. */
const text = z.string().max(8 * 1024)

const providerTold = z.object({
  provider,
  dmPolicy: z.enum(DM_POLICIES),
  everyone: z.boolean(),
  silent: z.boolean(),
  owners: z.array(id),
  configured: z.array(id),
  approved: z.array(id),
  blocked: z.array(id),
  /** Who may stop everything from a chat. They have to be let in besides. */
  stoppers: z.array(id),
  /** Who is waiting now, so that a flood of strangers costs no round trip. */
  pending: z.array(z.object({ id, createdAt: time })),
})

/** Everything about people and policies; sent at start and again, whole, at each change. */
const peopleTold = z.object({ revision: z.number().int(), providers: z.array(providerTold) })

const modelTold = z.object({
  /** `anthropic/<model>`, `openai/<model>`, `openai-compatible/<model>` or `offline/obedient`. */
  name: z.string(),
  apiKey: z.string().optional(),
  /** Loopback or the owner's own server for `openai-compatible`; for the others only under the test flag. */
  baseUrl: z.string().optional(),
  /** A turn that takes longer is aborted. Seconds. */
  timeoutSeconds: z.number().positive(),
})

/** What the gateway is told when it starts. It looks nothing up by itself. */
const startMessage = z.object({
  type: z.literal('start'),
  runId: z.string(),
  stateDir: z.string(),
  logFile: z.string(),
  logLevel: z.enum(LOG_LEVELS),
  model: modelTold,
  telegram: z
    .object({
      botToken: z.string(),
      /** Loopback only, and only under the test flag. */
      apiRoot: z.string().optional(),
    })
    .nullable(),
  simulator: z.boolean(),
  people: peopleTold,
  /** Which lockdown ended last. What was accepted under another died with a STOP: it is not run, and not answered. */
  epoch: z.string().max(200),
  /** When that was; 0 where there was none. A stop that waited at the messenger since before it is over. */
  resumedAt: time,
  /** Every secret value in use, for the redactor. */
  secrets: z.array(z.string()),
  /** Node's own permission flags that this process runs under, for the first log line. */
  grants: z.array(z.string()),
})

export const toGateway = z.discriminatedUnion('type', [
  startMessage,
  peopleTold.extend({ type: z.literal('people') }),
  z.object({
    type: z.literal('pairing-answer'),
    askId: z.number().int(),
    /** `created` with `reply` true is the only case in which a stranger is told a code. */
    outcome: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('created'), code: z.string(), reply: z.boolean() }),
      z.object({ kind: z.literal('seen') }),
      z.object({ kind: z.literal('full') }),
      z.object({ kind: z.literal('refused'), why: z.string() }),
    ]),
  }),
  /** Durable in the audit: the act may happen. Refused: it must not. */
  z.object({
    type: z.literal('intent-answer'),
    intentId: z.number().int(),
    answer: z.enum(['recorded', 'refused']),
  }),
  z.object({ type: z.literal('simulate'), sender: id, name: z.string().max(64), text }),
  /** Tell an approved sender that they may write now. Subject to the same outbound door. */
  z.object({ type: z.literal('notify'), provider, sender: id }),
  z.object({ type: z.literal('ping'), sequence: z.number().int() }),
  z.object({ type: z.literal('stop') }),
])
export type ToGateway = z.infer<typeof toGateway>
export type StartMessage = z.infer<typeof startMessage>
export type PeopleTold = z.infer<typeof peopleTold>
export type ProviderTold = z.infer<typeof providerTold>
export type PairingOutcome = Extract<ToGateway, { type: 'pairing-answer' }>['outcome']

export const PROVIDER_STATES = [
  'off',
  'connecting',
  'connected',
  'retrying',
  'refused',
  'conflict',
  'failed',
] as const

const providerStatus = z.object({
  provider,
  state: z.enum(PROVIDER_STATES),
  /** One sentence for the owner: what is wrong and what to do; empty when connected. */
  detail: z.string().max(500),
})
export type ProviderStatus = z.infer<typeof providerStatus>

/** A reply whose send began and whose end nobody knows. It is shown, and never sent again on a guess. */
const unconfirmedReply = z.object({
  outboundId: id,
  at: time,
  session: id,
  provider,
  chatId: id,
  text,
})
export type UnconfirmedReply = z.infer<typeof unconfirmedReply>

/** Something the owner may want to know happened. No message text. */
const activity = z.object({
  at: time,
  kind: z.enum(['accepted', 'answered', 'dropped', 'paired', 'failed', 'unconfirmed', 'withheld']),
  provider,
  sender: z.string().max(200).nullable(),
  session: z.string().max(200).nullable(),
  /** A drop reason, or one sentence; never the text of a message. */
  detail: z.string().max(500),
})
export type GatewayActivity = z.infer<typeof activity>

/** A privileged act that is about to happen. No message text: its hash stands for it. */
const privilegedAct = z.object({
  act: z.literal('message.send'),
  outboundId: id,
  provider,
  chatId: id,
  session: z.string().max(200),
  /** `answer`, `pairing` or `notice`. */
  purpose: z.string().max(32),
  /** What it answers. */
  replyTo: z.string().max(200),
  part: z.number().int().positive(),
  parts: z.number().int().positive(),
  /** UTF-16 units. */
  length: z.number().int().nonnegative(),
  /** SHA-256 of the text in UTF-8, hex. */
  textSha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type PrivilegedAct = z.infer<typeof privilegedAct>

export const fromGateway = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), runId: z.string(), pid: z.number().int() }),
  /** Told everything, providers started: the supervisor's state becomes running. */
  z.object({ type: z.literal('ready'), runId: z.string() }),
  z.object({
    type: z.literal('pong'),
    sequence: z.number().int(),
    rssBytes: z.number().int(),
    /** Turns running or queued now. */
    turns: z.number().int(),
  }),
  z.object({ type: z.literal('ack'), revision: z.number().int() }),
  z.object({ type: z.literal('provider'), status: providerStatus }),
  z.object({
    type: z.literal('pairing-ask'),
    askId: z.number().int(),
    provider,
    sender: id,
    claims: z.record(z.string().max(32), z.string().max(200)),
    /** False for backlog: the request is queued, the stranger is not answered. */
    answer: z.boolean(),
  }),
  /** More messages from somebody who waits already, gathered over a moment. */
  z.object({ type: z.literal('pairing-seen'), provider, sender: id, count: z.number().int().positive() }),
  z.object({ type: z.literal('activity'), activity }),
  /** Asks that an act be written into the audit before it happens; `intent-answer` says whether it may. */
  z.object({ type: z.literal('intent'), intentId: z.number().int(), intent: privilegedAct }),
  /** How an act ended that was recorded. */
  z.object({
    type: z.literal('outcome'),
    intentId: z.number().int(),
    result: z.enum(['sent', 'failed', 'unconfirmed', 'withheld']),
    detail: z.string().max(500),
  }),
  /** The gate let a message in. Refusals come as `drops`, strangers as `pairing-ask`. */
  z.object({
    type: z.literal('accepted'),
    provider,
    sender: id,
    session: z.string().max(200),
    trust: z.enum(['owner', 'friend', 'guest']),
    eventId: z.string().max(200),
    at: time,
  }),
  /** Somebody of the `stoppers` has written /stop. */
  z.object({ type: z.literal('stop-asked'), provider, sender: id }),
  /** Messages dropped since the last report, by reason: a flood is one line, not a flood of lines. */
  z.object({
    type: z.literal('drops'),
    provider,
    counts: z.record(z.string().max(60), z.number().int().nonnegative()),
  }),
  z.object({ type: z.literal('unconfirmed'), reply: unconfirmedReply }),
  /** What the simulator's people see. */
  z.object({
    type: z.literal('simulated'),
    at: time,
    sender: id,
    messageId: z.string().max(1000),
    text,
  }),
  z.object({
    type: z.literal('fatal'),
    code: z.string().max(64),
    message: z.string().max(4096),
    hint: z.string().max(4096),
  }),
])
export type FromGateway = z.infer<typeof fromGateway>
