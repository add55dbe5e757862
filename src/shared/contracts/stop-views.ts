// What the owner's screens show of STOP and its incidents. The supervisor makes it, main passes it on, the renderer draws it.
import type { ErrorView } from '../domain/error.ts'

export interface LockdownView {
  readonly at: number
  readonly by: string
  readonly reason: string
  /** The name of its folder under `incidents/`; empty where the latch does not say. */
  readonly incident: string
  /** Null while the stop is under way, and where nothing is known of how it went. */
  readonly result: StopResultView | null
}

/** What should be dead and is not, or what nobody could prove dead. */
export type Survivor =
  | { readonly kind: 'process'; readonly pid: number; readonly command: string }
  | { readonly kind: 'container'; readonly id: string; readonly name: string }

/** All times are milliseconds from the act. */
export interface StopResultView {
  /** Null: there is no latch on disk. */
  readonly latchMs: number | null
  /** When every container was frozen; null where there was none, or one could not be. */
  readonly frozenMs: number | null
  /** When no process of the gateway was left; null if one is. */
  readonly deadMs: number | null
  /** When no container of ours was left; null where there was none, or one is. */
  readonly containersDeadMs: number | null
  /** When both lists were read again and found empty, or given up. */
  readonly verifiedMs: number
  /** Processes. */
  readonly killed: number
  readonly containers: { readonly found: number; readonly frozen: number; readonly dead: number }
  readonly survivors: readonly Survivor[]
  readonly latchError: ErrorView | null
  /** Why nobody can say whether containers live. Null where Docker answered, or provably does not run. */
  readonly containersError: ErrorView | null
  /** Why the stop is not in the audit, or why its evidence could not be kept. */
  readonly recordError: ErrorView | null
  readonly steps: readonly { readonly at: number; readonly what: string }[]
}

/** Is it certain? The latch is on disk, and processes and containers were looked for and none was found. */
export const isProvenStopped = (result: StopResultView): boolean =>
  result.latchError === null && result.containersError === null && result.survivors.length === 0

export const INCIDENT_STEPS = ['stop', 'logs', 'sessions', 'secrets', 'rules'] as const
export type IncidentStep = (typeof INCIDENT_STEPS)[number]

/** A secret that the gateway could have given away, and how it is replaced. No part of it is in here. */
export interface ReachableSecret {
  /** E.g. “Telegram bot token”. */
  readonly name: string
  /** Where it is set: “telegram.botToken in clawdbot.json”. */
  readonly where: string
  /** What somebody who has it could do. */
  readonly reach: string
  /** How it is replaced, in one or two sentences. */
  readonly how: string
}

/** A conversation that was open at the stop, or used shortly before. No text of it. */
export interface IncidentSession {
  readonly key: string
  readonly sessionId: string
  readonly updatedAt: number
  /** A message was accepted and not answered yet. */
  readonly midTurn: boolean
}

/** The last lockdown as something to work through: kept until the owner resumes. */
export interface IncidentView {
  readonly id: string
  /** The folder with the evidence. */
  readonly folder: string
  readonly files: number
  readonly logLines: number
  readonly logWarnings: number
  /** Of the first line kept, milliseconds since the epoch; null where there is none. */
  readonly logFrom: number | null
  readonly sessions: readonly IncidentSession[]
  readonly secrets: readonly ReachableSecret[]
  /** When each step was ticked, milliseconds since the epoch; null: still to do. */
  readonly done: Readonly<Record<IncidentStep, number | null>>
  /** Evidence that can not be read or whose hashes do not fit. */
  readonly error: ErrorView | null
}

/** A lockdown that has ended. */
export interface PastLockdown {
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly incident: string
  readonly resumedAt: number
  readonly resumedBy: string
  readonly resumeReason: string
}
