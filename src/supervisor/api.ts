// What the app and the cli hold in their hands: one object, the owner's.

import type { NumberUse, StatePatch } from '../shared/contracts/app-state.ts'
import type {
  ApprovalAnswer,
  LogSnapshot,
  Snapshot,
  TranscriptTail,
  TurnProgress,
} from '../shared/contracts/bridge.ts'
import type { IncidentStep, StopResultView } from '../shared/contracts/stop-views.ts'
import type { ProviderId } from '../shared/domain/provider.ts'
import type { OnQuit } from '../shared/state/config/schema.ts'
import type { StatePaths } from '../shared/state/state-dir.ts'
import type { ArchiveClient } from './archive/archive-client.ts'
import type { ExportDesk } from './archive/export-desk.ts'
import type { Decisions } from './decisions/decisions.ts'
import type { LogBatch } from './logs/tail-log.ts'
import type { SupervisorKind } from './run/run-file.ts'
import type { Unknowns } from './stop/survivors.ts'

export type OwnNumberUse = Exclude<NumberUse, 'unknown'>

export interface SupervisorOptions {
  readonly paths: StatePaths
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** As what it shows in run.json; `cli` where it is not said. */
  readonly runsAs?: SupervisorKind
  /** The version of Clawdbot, for the same file. */
  readonly program?: string
  /** Sentences for the owner about this machine, e.g. that Chromium's own sandbox is off. */
  readonly notes?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** From 0 up to 1. */
  readonly random?: () => number
  /** Each line that the gateway prints, redacted. */
  readonly onOutput?: (line: string) => void
}

/**
 * Commands throw a ClawdbotError that says what to do; those about people answer with a sentence, and only when
 * it is true: on disk, and acknowledged by the gateway or the gateway dead.
 */
export interface Supervisor extends Decisions, ExportDesk {
  /** Resolves when the start has begun; the state shows how it goes. Errors: `locked_down`. */
  readonly start: () => Promise<void>
  /** Resolves when the gateway is gone. */
  readonly stop: () => Promise<void>
  /** Resolves when the new gateway is ready. Errors: `locked_down`, or why it is not. */
  readonly restart: () => Promise<void>
  /** STOP. Never throws: what could not be done is in the result. `by` ends “stopped by”. */
  readonly lockdown: (by: string, reason: string) => Promise<StopResultView>
  /**
   * Ends the lockdown and starts nothing. Errors: `latch_unwritable`, `audit_unwritable`, `audit_broken`, and
   * `locked_down` where something survived that has to be ended first, or, without `accept`, where nobody can look.
   */
  readonly resume: (reason: string, unknowns?: Unknowns) => Promise<void>
  /** Of the incident that is open; errors: `incident_unknown`. */
  readonly tickIncident: (step: IncidentStep, done: boolean) => Promise<void>
  readonly incidentLog: () => Promise<LogSnapshot>
  readonly incidentTranscript: (sessionId: string) => Promise<TranscriptTail>
  /** Resolves with a sentence that says what was written. */
  readonly writeIncidentBundle: (target: string, what: { readonly transcripts: boolean }) => Promise<string>
  /**
   * Begins to link a messenger to a phone, and starts the gateway where none runs. Errors: `locked_down`,
   * `link_impossible` where the messenger is linked already, is none that is linked, or is switched off.
   */
  readonly linkMessenger: (provider: ProviderId, use: OwnNumberUse) => Promise<string>
  /** Connects again where another device has taken its place. Errors: as above. */
  readonly reconnectMessenger: (provider: ProviderId) => Promise<string>
  readonly cancelLink: (provider: ProviderId) => Promise<string>
  /** Resolves when the login is gone. Errors: `link_impossible`, `gateway_not_running`. */
  readonly unlinkMessenger: (provider: ProviderId) => Promise<string>
  /** Whose number it is that is linked; resolves when the gateway acts on it. */
  readonly setNumberUse: (provider: ProviderId, use: OwnNumberUse) => Promise<string>
  /** Errors: `approval_unknown` where nobody waits for it, or the text is another one. */
  readonly answerApproval: (id: number, sha256: string, answer: ApprovalAnswer) => Promise<string>
  /** Resolves when it holds, for the running gateway too. Errors: `read_only` where only the config can. */
  readonly setReadOnly: (on: boolean) => Promise<string>
  /** Errors: `sandbox_unknown`, `docker_unreachable`. */
  readonly killSandbox: (container: string) => Promise<string>
  /** Docker's own words, as JSON. Same errors. */
  readonly inspectSandbox: (container: string) => Promise<string>
  /** Begins to build the image; the state shows how it goes. */
  readonly buildSandboxImage: () => Promise<string>
  /** Resolves with a sentence when the whole chain is in order. Errors: `audit_broken`. */
  readonly verifyAudit: () => Promise<string>
  /** What was said and done, to be read and searched, while the gateway is dead too. */
  readonly archive: Pick<ArchiveClient, 'ask' | 'on' | 'restart'>
  /** The owner's word about what quitting does; `stop` while there is no valid config. */
  readonly onQuit: () => OnQuit
  /** The machine slept: no silence counts that nobody lived through. */
  readonly woke: () => void
  /** One more sentence about what this machine takes away from the promises. */
  readonly addNote: (sentence: string) => void
  /** Somebody of the simulator says something. Errors: `gateway_not_running`, `sender_invalid`. */
  readonly simulate: (sender: string, name: string, text: string) => Promise<void>
  /** Whose turns are told as they go, whatever gateway runs; null: nobody's. */
  readonly watchTurn: (session: string | null) => void
  readonly onTurnProgress: (listener: (progress: TurnProgress) => void) => () => void
  readonly snapshot: () => Snapshot
  readonly subscribe: (listener: (patch: StatePatch) => void) => () => void
  readonly followLogs: (listener: (batch: LogBatch) => void) => Promise<LogFollow>
  /** Stops the gateway, gently first, and gives the state directory free. */
  readonly close: () => Promise<void>
}

interface LogFollow {
  readonly snapshot: LogSnapshot
  readonly stop: () => void
}
