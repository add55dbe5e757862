import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { PROVIDER_STATES } from '../../shared/contracts/provider-status.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { PROVIDERS } from '../../shared/domain/provider.ts'
import { readBounded, writeFileAtomic } from '../../shared/state/atomic-file.ts'
import { withFileLocks } from '../../shared/state/lock.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { isSameProcess, ownIdentity } from '../processes/process-table.ts'

const MAX_RUN_BYTES = 64 * 1024

const processSeen = z.object({ pid: z.number().int().positive(), start: z.string() })

/** `kept`: the app was quit and left its gateway running without a window; the next app takes it over. */
const SUPERVISOR_KINDS = ['app', 'cli', 'kept'] as const
export type SupervisorKind = (typeof SUPERVISOR_KINDS)[number]

const runFile = z.object({
  version: z.literal(1),
  supervisor: processSeen.extend({
    /** One that does not say is nobody's to take over. */
    kind: z.enum(SUPERVISOR_KINDS).default('cli'),
    /** The version of Clawdbot that it is; empty where an older one did not say. */
    program: z.string().max(64).default(''),
  }),
  /** The run of the gateway, in its environment as CLAWDBOT_RUN_ID; empty before the first launch. */
  runId: z.string(),
  gateway: processSeen.nullable(),
  phase: z.enum([
    'stopped',
    'starting',
    'running',
    'unresponsive',
    'stopping',
    'backing-off',
    'failed',
    'locked',
  ]),
  /** When the phase began, milliseconds since the epoch. */
  since: z.number().int(),
  /** Why it is failed or backing off; empty otherwise. */
  error: z.string(),
  providers: z.array(
    z.object({
      provider: z.enum(PROVIDERS),
      state: z.enum(PROVIDER_STATES),
      detail: z.string(),
      /** That is linked; empty where none is. */
      number: z.string().max(20).default(''),
    }),
  ),
})
/** Who supervises this state directory, and what its gateway does: `<root>/run.json`. */
export type RunFile = z.infer<typeof runFile>
export type RunStatus = Omit<RunFile, 'version' | 'supervisor'>

/** Undefined where there is none. What can not be understood is none either: every use checks the process. */
export const readRunFile = async (paths: StatePaths): Promise<RunFile | undefined> => {
  const found = await readBounded(paths.run, MAX_RUN_BYTES)
  // Not UTF-8 or too long: not written by us, and no reason to refuse every start from then on.
  if (found.kind === 'absent' || found.kind === 'unfit') return undefined
  if (found.kind === 'failed') throw unreadable(paths.run, found.why, found.cause)
  try {
    return runFile.safeParse(JSON.parse(found.text)).data
  } catch {
    // Half a file after a crash of the machine: no process of before that is alive.
    return undefined
  }
}

const unreadable = (file: string, why: string, cause: unknown): ClawdbotError =>
  new ClawdbotError(
    'store_unreadable',
    `${file} can not be read: ${why}.`,
    'Repair the file, or move it out of the way.',
    cause,
  )

/** Who wants to supervise. */
export interface Claimant {
  readonly kind: SupervisorKind
  /** The version of Clawdbot. */
  readonly program: string
}

/** Does the process that wrote this still supervise? */
export const isSupervised = (run: RunFile): boolean => isSameProcess(run.supervisor.pid, run.supervisor.start)

export interface Claim {
  /** What the supervisor before this one left, for finding its orphans. */
  readonly previous: RunFile | undefined
  readonly write: (status: RunStatus) => Promise<void>
  /** Gives the state directory free. To be called when the gateway is dead. */
  readonly release: () => Promise<void>
}

const NAMELESS: Claimant = { kind: 'cli', program: '' }

const whatToDo = ({ kind }: RunFile['supervisor']): string =>
  kind === 'kept'
    ? 'The app was quit and left it running: start the app to take it back, or end that process.'
    : 'Use the one that runs, or end it first. `clawdbot status` shows what it does.'

const idle = (now: number): RunStatus => ({
  runId: '',
  gateway: null,
  phase: 'stopped',
  since: now,
  error: '',
  providers: [],
})

/**
 * Makes this process the one supervisor of the state directory, until it ends.
 * @throws ClawdbotError `already_running` if another living process is.
 */
export const claimStateDir = async (
  paths: StatePaths,
  now: number,
  claimant: Claimant = NAMELESS,
): Promise<Claim> =>
  withFileLocks([paths.run], async () => {
    const previous = await readRunFile(paths)
    const self = { ...ownIdentity(), ...claimant }
    if (previous !== undefined && isSupervised(previous)) {
      throw new ClawdbotError(
        'already_running',
        `Clawdbot already runs for ${paths.root}, as process ${previous.supervisor.pid}.`,
        whatToDo(previous.supervisor),
      )
    }
    const write = (status: RunStatus): Promise<void> => {
      const file: RunFile = { version: 1, supervisor: self, ...status }
      return writeFileAtomic(paths.run, `${JSON.stringify(file, null, 2)}\n`)
    }
    // The gateway of before stays named until it is known to be dead.
    await write({ ...idle(now), runId: previous?.runId ?? '', gateway: previous?.gateway ?? null })
    return { previous, write, release: () => rm(paths.run, { force: true }) }
  })
