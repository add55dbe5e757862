// The boundary between the supervisor and the gateway: JSON over the child's ipc channel, parsed on both sides.
import { z } from 'zod'
import { hostCommand, privilegedAct } from './acts.ts'
import { id, provider, text, time } from './gateway-scalars.ts'
import { peopleTold, startMessage } from './gateway-told.ts'
import { LINK_ACTS, providerLink, providerStatus } from './provider-status.ts'

const boxNumber = z
  .number()
  .int()
  .positive()
  .max(2 ** 31)

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
    /** Of a refusal that the rules made: one sentence for whoever asked. Empty where the audit did not take it. */
    why: z.string().max(300),
  }),
  /** A sandbox for a session: from now on its bytes travel under this number. */
  z.object({
    type: z.literal('box-answer'),
    askId: z.number().int(),
    outcome: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('ready'), box: boxNumber }),
      z.object({ kind: z.literal('refused'), why: z.string().max(500) }),
    ]),
  }),
  /** It is dead, and why, in one sentence. Its stream may have ended before. */
  z.object({ type: z.literal('box-gone'), box: boxNumber, why: z.string().max(500) }),
  /** What the owner said to a command for the host. No answer is a no. */
  z.object({
    type: z.literal('approval-answer'),
    askId: z.number().int(),
    answer: z.enum(['approved', 'denied']),
    why: z.string().max(300),
  }),
  /** Tells from now on how the turns of this session go, by `progress`; null: of none. */
  z.object({ type: z.literal('watch'), session: id.nullable() }),
  /**
   * What the owner wants of a messenger's login: `begin` shows codes to link it (or connects again where another device has
   * taken its place), `cancel` stops showing them, `unlink` logs out and forgets the login.
   */
  z.object({ type: z.literal('link'), provider, act: z.enum(LINK_ACTS) }),
  z.object({ type: z.literal('simulate'), sender: id, name: z.string().max(64), text }),
  /** Tell an approved sender that they may write now. Subject to the same outbound door. */
  z.object({ type: z.literal('notify'), provider, sender: id }),
  z.object({ type: z.literal('ping'), sequence: z.number().int() }),
  z.object({ type: z.literal('stop') }),
])
export type ToGateway = z.infer<typeof toGateway>
export type PairingOutcome = Extract<ToGateway, { type: 'pairing-answer' }>['outcome']

/** Of what a turn has said so far, its end is told. UTF-16 units. */
export const MAX_PROGRESS = 16_000

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
  z.object({ type: z.literal('link'), link: providerLink }),
  /** Somebody who is listed by number wrote, and this is their account: from now on the number stands for it. */
  z.object({ type: z.literal('bind'), provider, number: id, account: id }),
  z.object({
    type: z.literal('pairing-ask'),
    askId: z.number().int(),
    provider,
    sender: id,
    /** The account behind the sender, as the messenger asserts it; null where it asserts none. */
    account: id.nullable(),
    /** The number they write from, which was let in when it stood for another account. */
    moved: id.nullable(),
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
    /** Of a message: sent, failed, unconfirmed, withheld. Of a tool: done, failed, timed_out, aborted, withheld. */
    result: z.enum(['sent', 'failed', 'unconfirmed', 'withheld', 'done', 'timed_out', 'aborted']),
    detail: z.string().max(500),
  }),
  /** Asks for the sandbox of a session. */
  z.object({ type: z.literal('box-ask'), askId: z.number().int(), session: z.string().max(200) }),
  /** What comes out of it is not what a helper says: it has to die. */
  z.object({ type: z.literal('box-violation'), box: boxNumber, why: z.string().max(500) }),
  /** A command for the host: may it run? */
  z.object({
    type: z.literal('approval-ask'),
    askId: z.number().int(),
    provider,
    sender: id,
    session: z.string().max(200),
    command: hostCommand,
  }),
  /** Nobody waits for that answer any more. */
  z.object({ type: z.literal('approval-withdrawn'), askId: z.number().int() }),
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
  /** How a turn of the session that is watched goes, a few times a second; a later one stands for all before it. */
  z.object({
    type: z.literal('progress'),
    session: id,
    /** The message that it answers; empty when it is over. */
    event: z.string().max(200),
    state: z.enum(['thinking', 'answering', 'tool', 'over']),
    /** What the step under way has said, redacted. */
    text: z.string().max(MAX_PROGRESS),
    /** UTF-16 units before `text` that are left out. */
    cut: z.number().int().nonnegative(),
    /** The tool that runs; empty where none does. */
    tool: z.string().max(100),
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
