// The boundary between the supervisor and the gateway: JSON over the child's ipc channel, parsed on both sides.
import { z } from 'zod'
import { APPROVE_MODES, SANDBOX_MODES, TOOLS } from '../domain/hands.ts'
import { LOG_LEVELS } from '../domain/log-level.ts'
import { DM_POLICIES } from '../domain/people.ts'
import { PROVIDERS } from '../domain/provider.ts'
import { MAX_COMMAND, MAX_PATH } from './helper.ts'

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
  onlySelf: z.boolean(),
  owners: z.array(id),
  configured: z.array(id),
  approved: z.array(id),
  blocked: z.array(id),
  /** Of numbers on these lists, the account that each stands for. */
  accounts: z.array(z.object({ id, account: id })),
  /** Who may stop everything from a chat. They have to be let in besides. */
  stoppers: z.array(id),
  /** Who is waiting now, so that a flood of strangers costs no round trip. */
  pending: z.array(z.object({ id, createdAt: time })),
})

const idsByProvider = z.partialRecord(provider, z.array(id))

/** `HandsRules` of domain/hands.ts as told; ids are parsed again on arrival. */
const rulesTold = z.object({
  readOnly: z.boolean(),
  sandbox: z.object({
    mode: z.enum(SANDBOX_MODES),
    tools: z.object({ allow: z.array(z.string()), deny: z.array(z.string()) }),
  }),
  elevated: z.object({
    enabled: z.boolean(),
    approve: z.enum(APPROVE_MODES),
    allowFrom: idsByProvider,
  }),
  allowTo: idsByProvider.optional(),
})

/** Everything about people, policies and rules; sent at start and again, whole, at each change. */
const peopleTold = z.object({
  revision: z.number().int(),
  providers: z.array(providerTold),
  rules: rulesTold,
})

const modelTold = z.object({
  /** `anthropic/<model>`, `openai/<model>`, `openai-compatible/<model>` or `offline/obedient`. */
  name: z.string(),
  apiKey: z.string().optional(),
  /** Loopback or the owner's own server for `openai-compatible`; for the others only under the test flag. */
  baseUrl: z.string().optional(),
  /** A turn that takes longer is aborted. Seconds. */
  timeoutSeconds: z.number().positive(),
})

/** What the owner may want of a messenger's login. */
const LINK_ACTS = ['begin', 'cancel', 'unlink'] as const
export type LinkAct = (typeof LINK_ACTS)[number]

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
  /** It connects once it is linked; until somebody asks to link it, nothing of it is loaded. */
  whatsapp: z
    .object({
      /** Where it keeps its login. */
      folder: z.string(),
      /** The servers of the tests, on this machine, and only under the test flag. */
      test: z
        .object({
          /** ws: of the chat server. */
          url: z.string(),
          /** The public key, in hex, that its certificates hang from. */
          rootKey: z.string(),
          /** http: where media are fetched; absent: nowhere. */
          mediaUrl: z.string().optional(),
        })
        .optional(),
    })
    .nullable(),
  simulator: z.boolean(),
  people: peopleTold,
  /** Which lockdown ended last. What was accepted under another died with a STOP: it is not run, and not answered. */
  epoch: z.string().max(200),
  /** When that was; 0 where there was none. A stop that waited at the messenger since before it is over. */
  resumedAt: time,
  /** Present only while this process may start others: where commands and file tools act on the host. */
  host: z
    .object({
      /** The pinned Node and the first file of the host helper. */
      node: z.string(),
      helper: z.string(),
      workspace: z.string(),
    })
    .nullable(),
  /** Every secret value in use, for the redactor. */
  secrets: z.array(z.string()),
  /** Node's own permission flags that this process runs under, for the first log line. */
  grants: z.array(z.string()),
})

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
export type StartMessage = z.infer<typeof startMessage>
export type PeopleTold = z.infer<typeof peopleTold>
export type RulesTold = z.infer<typeof rulesTold>
export type ProviderTold = z.infer<typeof providerTold>
export type PairingOutcome = Extract<ToGateway, { type: 'pairing-answer' }>['outcome']

/** Of what a turn has said so far, its end is told. UTF-16 units. */
export const MAX_PROGRESS = 16_000

export const PROVIDER_STATES = [
  'off',
  'connecting',
  'connected',
  'retrying',
  'unlinked',
  'linking',
  'logged_out',
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

/** How the link of a messenger stands that is linked to a phone. */
const providerLink = z.object({
  provider,
  /** A code for the phone to scan; whoever scans it links their own account. It is shown and never logged or kept. */
  code: z.object({ text: z.string().max(1_000), until: time }).nullable(),
  /** The account that is linked; null where none is. */
  self: z
    .object({
      /** `+` and digits. */
      number: z.string().max(20),
      /** The account's own id; empty where the messenger has not said. */
      account: z.string().max(40),
      /** What it calls itself. */
      name: z.string().max(200),
    })
    .nullable(),
})
export type ProviderLink = z.infer<typeof providerLink>

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

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A message that is about to leave. No text: its hash stands for it. */
const messageAct = z.object({
  act: z.literal('message.send'),
  outboundId: id,
  provider,
  chatId: id,
  /** Whose chat that is, by the name that the lists know. */
  recipient: id,
  session: z.string().max(200),
  /** `answer`, `pairing`, `notice` or `message` (the tool `send`). */
  purpose: z.string().max(32),
  /** What it answers. */
  replyTo: z.string().max(200),
  part: z.number().int().positive(),
  parts: z.number().int().positive(),
  /** UTF-16 units. */
  length: z.number().int().nonnegative(),
  /** SHA-256 of the text in UTF-8, hex. */
  textSha256: sha256,
  /** Of a file, to which the text is the caption: its length, and the SHA-256 of its bytes. */
  fileBytes: z.number().int().nonnegative().exactOptional(),
  fileSha256: sha256.exactOptional(),
})

/** A tool that is about to act. `send` is a message besides. No arguments: their hash stands for them. */
const toolAct = z.object({
  act: z.literal('tool.run'),
  tool: z.enum(TOOLS),
  place: z.enum(['sandbox', 'host', 'messenger']),
  provider,
  sender: id,
  session: z.string().max(200),
  /** The message that led to it. */
  eventId: z.string().max(200),
  callId: z.string().max(200),
  /** UTF-16 units of the arguments as JSON. */
  length: z.number().int().nonnegative(),
  /** SHA-256 of the arguments as JSON; of a command for the host, of `hostCommandText`. */
  argsSha256: sha256,
  /** The owner's approval that it rests on; null where none was asked for. */
  approval: z.number().int().nullable(),
})

/** A privileged act that is about to happen. */
const privilegedAct = z.discriminatedUnion('act', [messageAct, toolAct])
export type PrivilegedAct = z.infer<typeof privilegedAct>
export type MessageAct = z.infer<typeof messageAct>
export type ToolAct = z.infer<typeof toolAct>

/** A command that wants to run on the host, exactly. */
const hostCommand = z.object({
  command: z.string().min(1).max(MAX_COMMAND),
  cwd: z.string().max(MAX_PATH),
  env: z.record(z.string().max(100), z.string().max(4096)),
})
export type HostCommand = z.infer<typeof hostCommand>

/** What an approval binds: this text, hashed, is the same for two commands only if they are the same. */
export const hostCommandText = ({ command, cwd, env }: HostCommand): string =>
  JSON.stringify([command, cwd, Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))])

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
