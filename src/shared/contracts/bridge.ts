// The boundary between the window and main. The preload api, the router and the table in the docs derive from it.
import { z } from 'zod'
import { PROVIDERS } from '../domain/provider.ts'
import { type AppState, type LogLine, type StatePatch } from './app-state.ts'
import { type ArchivePayload, archiveCalls } from './archive.ts'
import { INCIDENT_STEPS } from './stop-views.ts'

const provider = z.enum(PROVIDERS)
const id = z.string().min(1).max(200)
const person = z.object({ provider, id })
const none = z.undefined()

/** What a command answers: done, or the product's own error for the screen. */
export type CommandResult =
  | { readonly ok: true; readonly note: string }
  | {
      readonly ok: false
      readonly error: { readonly code: string; readonly message: string; readonly hint: string }
    }

export interface Snapshot {
  readonly sequence: number
  readonly state: AppState
}

export interface LogSnapshot {
  readonly file: string
  readonly lines: readonly LogLine[]
}

/** One turn of a transcript, as far as incident mode shows it. */
export interface TranscriptLine {
  /** Milliseconds since the epoch; null where the line has none. */
  readonly at: number | null
  /** `user`, `assistant`, or the kind of an event. */
  readonly role: string
  readonly text: string
}

export interface TranscriptTail {
  /** How many earlier lines are not in here. */
  readonly earlier: number
  readonly lines: readonly TranscriptLine[]
}

/** What the archive answers, or the product's own error for the screen. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly error: { readonly code: string; readonly message: string; readonly hint: string }
    }

/** A turn as it goes, of the session that is watched. */
export interface TurnProgress {
  readonly session: string
  /** Names the accepted message; empty when the turn is over. */
  readonly event: string
  readonly state: 'thinking' | 'answering' | 'tool' | 'over'
  /** What has been said so far of the step that is under way, redacted; the end of it where it is long. */
  readonly text: string
  /** UTF-16 units before `text` that are left out. */
  readonly cut: number
  /** The tool that runs; empty where none does. */
  readonly tool: string
}

export const EXPORT_FORMATS = ['markdown', 'html', 'jsonl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
/** `keep`: as it stands in the transcript, secrets and all. The file says which it was. */
const EXPORT_SECRETS = ['redact', 'keep'] as const
export type ExportSecrets = (typeof EXPORT_SECRETS)[number]

/** `once`: this command, this time. `session`: the same text in the same session is not asked about again. */
const APPROVAL_ANSWERS = ['once', 'session', 'deny'] as const
export type ApprovalAnswer = (typeof APPROVAL_ANSWERS)[number]

/** Whose number is linked. */
export const NUMBER_USES = ['own', 'separate'] as const

const output = <T>() => z.custom<T>()
const query = <I extends z.ZodType, T>(input: I) => ({ kind: 'query', input, output: output<T>() }) as const
const command = <I extends z.ZodType>(input: I) =>
  ({ kind: 'command', input, output: output<CommandResult>() }) as const
/** A call of the archive, as the window may make it. */
const archived = <I extends z.ZodType, O extends z.ZodType>({
  input,
}: {
  readonly input: I
  readonly output: O
}) => query<I, Answer<z.infer<O>>>(input)
const event = <T>() => ({ kind: 'event', output: output<T>() }) as const

/** What the window may ask main, once. Inputs are parsed by main. A command changes something, a query does not. */
export const calls = {
  'state.get': query<typeof none, Snapshot>(none),
  'logs.follow': query<typeof none, LogSnapshot>(none),
  'gateway.start': command(none),
  'gateway.stop': command(none),
  'gateway.restart': command(none),
  'lockdown.stop': command(none),
  'lockdown.resume': command(
    z.object({
      reason: z.string().trim().min(3).max(500),
      /** The owner's word for what nobody can look at. What is known to live is refused all the same. */
      unknowns: z.enum(['refuse', 'accept']),
    }),
  ),
  /** Ticks a step of the incident's checklist, or takes the tick back. */
  'incident.tick': command(z.object({ step: z.enum(INCIDENT_STEPS), done: z.boolean() })),
  /** The log as it was kept at the stop. */
  'incident.log': query<typeof none, LogSnapshot>(none),
  /** The end of the transcript of one of the incident's sessions. */
  'incident.transcript': query<z.ZodObject<{ sessionId: typeof id }>, TranscriptTail>(
    z.object({ sessionId: id }),
  ),
  /** Writes the bundle where the owner says. */
  'incident.bundle': command(z.object({ transcripts: z.boolean() })),
  /** Shows the evidence in the system's file manager. */
  'incident.reveal': command(none),
  /** Verifies the whole chain again. */
  'audit.verify': command(none),
  /** The owner's word about a command for the host; `sha256` is of the text that was shown. */
  'approval.answer': command(
    z.object({
      id: z.number().int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      answer: z.enum(APPROVAL_ANSWERS),
    }),
  ),
  'readonly.set': command(z.object({ on: z.boolean() })),
  /** Docker's id. */
  'sandbox.kill': command(z.object({ container: z.string().regex(/^[0-9a-f]{12,64}$/) })),
  /** Docker's own inspection, as JSON text. */
  'sandbox.inspect': query<z.ZodObject<{ container: z.ZodString }>, string>(
    z.object({ container: z.string().regex(/^[0-9a-f]{12,64}$/) }),
  ),
  /** Begins; the state shows how it goes. */
  'sandbox.build': command(none),
  'pairing.approve': command(person.extend({ code: z.string().length(8) })),
  'pairing.deny': command(person),
  'pairing.undo': command(z.object({ decision: id })),
  /** Begins to link a messenger to a phone; `use` says whose number it will be. The state shows how it goes. */
  'messenger.link': command(z.object({ provider, use: z.enum(NUMBER_USES) })),
  /** Connects again where another device has taken its place. */
  'messenger.reconnect': command(z.object({ provider })),
  'messenger.cancelLink': command(z.object({ provider })),
  /** Logs out at the messenger and forgets the login. */
  'messenger.unlink': command(z.object({ provider })),
  /** Whose number it is that is linked. */
  'messenger.setUse': command(z.object({ provider, use: z.enum(NUMBER_USES) })),
  'people.block': command(person),
  'people.unblock': command(person),
  'people.revoke': command(person),
  'simulator.say': command(
    z.object({ sender: id, name: z.string().max(64), text: z.string().min(1).max(4096) }),
  ),
  'archive.sessions': archived(archiveCalls.sessions),
  'archive.session': archived(archiveCalls.session),
  'archive.search': archived(archiveCalls.search),
  'archive.page': archived(archiveCalls.page),
  'archive.seek': archived(archiveCalls.seek),
  'archive.find': archived(archiveCalls.find),
  'archive.raw': archived(archiveCalls.raw),
  'archive.watch': archived(archiveCalls.watch),
  'archive.logOpen': archived(archiveCalls.logOpen),
  'archive.logPage': archived(archiveCalls.logPage),
  'archive.logSeek': archived(archiveCalls.logSeek),
  'archive.logFind': archived(archiveCalls.logFind),
  'archive.logClose': archived(archiveCalls.logClose),
  /** Throws the index away and makes it anew from the files. */
  'archive.rebuild': command(none),
  /** Starts the archive again, where it has given up. */
  'archive.restart': command(none),
  /** Writes one transcript where the owner says. */
  'sessions.export': command(
    z.object({
      ref: z.string().min(1).max(1_000),
      format: z.enum(EXPORT_FORMATS),
      secrets: z.enum(EXPORT_SECRETS),
    }),
  ),
  /** Writes the rows of the open log view where the owner says. */
  'logs.export': command(z.object({ view: z.number().int().nonnegative(), secrets: z.enum(EXPORT_SECRETS) })),
  /** Tells how the turns of this session go, by `turn.progress`; null: of none. */
  'turn.watch': command(z.object({ session: z.string().min(1).max(300).nullable() })),
  'config.open': command(none),
} as const

/** What main tells the window. */
export const events = {
  'state.patch': event<StatePatch>(),
  'logs.lines': event<{ readonly lines: readonly LogLine[]; readonly dropped: number }>(),
  'archive.grown': event<ArchivePayload<'grown'>>(),
  'archive.log': event<ArchivePayload<'log'>>(),
  'turn.progress': event<TurnProgress>(),
  /** A native notification was clicked: go to this screen. */
  navigate: event<{ readonly screen: string }>(),
} as const

type Calls = typeof calls
type Events = typeof events
export type CallChannel = keyof Calls
export type EventChannel = keyof Events
export type InputOf<K extends CallChannel> = z.infer<Calls[K]['input']>
export type OutputOf<K extends CallChannel> = z.infer<Calls[K]['output']>
export type PayloadOf<K extends EventChannel> = z.infer<Events[K]['output']>

export const isCallChannel = (channel: string): channel is CallChannel => Object.hasOwn(calls, channel)
export const isEventChannel = (channel: string): channel is EventChannel => Object.hasOwn(events, channel)

/** What the preload puts on `window.clawdbot`: calls go up, events come down. */
export interface BridgeApi {
  readonly call: <K extends CallChannel>(channel: K, input: InputOf<K>) => Promise<OutputOf<K>>
  readonly on: <K extends EventChannel>(channel: K, listener: (payload: PayloadOf<K>) => void) => () => void
}
