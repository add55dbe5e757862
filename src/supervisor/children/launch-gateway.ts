import { type ChildProcess, spawn } from 'node:child_process'
import { Duplex, type Readable } from 'node:stream'
import { BOX_CHANNEL_FD } from '../../shared/contracts/box-frames.ts'
import type { ToGateway } from '../../shared/contracts/gateway.ts'
import type { ClawdbotError } from '../../shared/domain/error.ts'
import { inheritNothing } from '../processes/inherit-nothing.ts'
import { signalGroup } from '../processes/kill.ts'
import { processTable } from '../processes/process-table.ts'
import { RUN_ID_VARIABLE } from '../processes/run-cookie.ts'
import type { Channel } from './channel/channel.ts'
import { jsonLines } from './channel/json-lines.ts'
import { nodeIpc } from './channel/node-ipc.ts'
import { maySpawn } from './grants.ts'
import { createOutputTail } from './output-tail.ts'
import { passedOn } from './passed-on.ts'
import { whenGone } from './when-gone.ts'

export interface GatewayLaunch {
  /** The pinned Node. */
  readonly node: string
  /** The gateway's first file. */
  readonly main: string
  readonly grants: readonly string[]
  readonly cwd: string
  readonly runId: string
  readonly env: NodeJS.ProcessEnv
  /** Takes secrets out of a line of output. */
  readonly redact: (line: string) => string
  readonly onOutput: (line: string) => void
  readonly onMessage: (raw: unknown) => void
  /** At most once: it broke its contract, and is not listened to any longer. To end it is left to the caller. */
  readonly onRefused: (error: ClawdbotError) => void
  /** At most once, right after it was made: the other end of its file for sandboxes. Destroyed when it is gone. */
  readonly onBoxChannel: (channel: Duplex) => void
  /** Once, when the process is gone or could not be made, and its output has been read. */
  readonly onExit: (exit: GatewayExit) => void
}

export interface GatewayExit {
  /** “exited with code 1”, “was ended by SIGKILL”, “could not be started: …”. */
  readonly how: string
  readonly lastOutput: readonly string[]
}

export interface GatewayChild {
  /** Undefined where the process could not be made. */
  readonly pid: number | undefined
  readonly start: string
  /** False: the channel is closed, so the exit is near or past. */
  readonly send: (message: ToGateway) => boolean
  /** To the whole process group. */
  readonly signal: (signal: 'SIGTERM' | 'SIGKILL') => void
}

/** Besides, where it may start the helper that acts on the host: what the owner's own commands would know. */
const FOR_COMMANDS = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TMPDIR'] as const

const gatewayEnv = ({ env, runId, grants }: GatewayLaunch): NodeJS.ProcessEnv => {
  const more = ['NODE_EXTRA_CA_CERTS', ...(maySpawn(grants) ? FOR_COMMANDS : [])]
  return { ...passedOn(env, more), [RUN_ID_VARIABLE]: runId }
}

/**
 * A gateway is idle most of its life, and a flood of strangers must not make it grow: a small young generation,
 * a bounded heap, and one arena of malloc keep its memory where it was (bench group core, flood).
 */
const MEMORY_FLAGS: readonly string[] = ['--max-semi-space-size=2', '--max-old-space-size=512']
/** Node's remarks on what it is granted and on what libraries use would crowd the last lines before a failure. */
const QUIET_FLAGS: readonly string[] = ['ExperimentalWarning', 'PERM0002', 'DEP0040', 'DEP0169'].map(
  (warning) => `--disable-warning=${warning}`,
)
const MEMORY_ENV: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '1' }

/**
 * Starts the gateway as the leader of its own process group, with an ipc channel, one for sandboxes, and nothing else
 * of ours: no standard input, no inherited files, an environment of a few names.
 */
export const launchGateway = (
  launch: GatewayLaunch,
  channel: Channel = process.platform === 'win32' ? nodeIpc : jsonLines,
): GatewayChild => {
  const tail = createOutputTail(launch.redact, launch.onOutput)
  const args = [...MEMORY_FLAGS, ...QUIET_FLAGS, ...launch.grants, launch.main]
  const child = inheritNothing(['ignore', 'pipe', 'pipe', channel.stdio, 'pipe'], (stdio) =>
    spawn(launch.node, args, {
      cwd: launch.cwd,
      env: { ...gatewayEnv(launch), ...MEMORY_ENV, ...channel.env },
      detached: true,
      stdio,
      windowsHide: true,
    }),
  )
  const pid = child.pid
  for (const output of [child.stdout, child.stderr]) if (output !== null) readSlowly(output, tail.push)
  const end = channel.open(child, launch)
  const boxes = openBoxChannel(child, launch.onBoxChannel)
  whenGone(child, [end.close, boxes.close], (how) => launch.onExit({ how, lastOutput: tail.lines() }))
  return {
    pid,
    start: pid === undefined ? '' : startOf(pid),
    send: end.send,
    signal: (signal) => {
      // A reaped pid may be anybody's.
      if (pid !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(pid, signal)
    },
  }
}

/** What a gateway that could not be made does not have. */
const openBoxChannel = (
  child: ChildProcess,
  onBoxChannel: GatewayLaunch['onBoxChannel'],
): { readonly close: () => void } => {
  const channel: unknown = child.stdio?.[BOX_CHANNEL_FD]
  if (!(channel instanceof Duplex)) return { close: () => undefined }
  // A gateway that closed its end, or died with something unread. What becomes of it, its exit tells.
  channel.on('error', () => undefined)
  onBoxChannel(channel)
  return { close: () => void channel.destroy() }
}

/** UTF-16 units of output in a window of time (milliseconds); whoever writes more has to wait. */
const MAX_OUTPUT = 256 * 1024
const OUTPUT_WINDOW_MS = 100

/** Without an end to what is read at once, a gateway that floods its output would keep STOP from its turn. */
const readSlowly = (output: Readable, push: (chunk: string) => void): void => {
  let left = MAX_OUTPUT
  let window: NodeJS.Timeout | undefined
  output.setEncoding('utf8').on('data', (chunk: string) => {
    push(chunk)
    left -= chunk.length
    window ??= setTimeout(() => {
      window = undefined
      left = MAX_OUTPUT
      output.resume()
    }, OUTPUT_WINDOW_MS)
    if (left <= 0) output.pause()
  })
}

const startOf = (pid: number): string => {
  try {
    return processTable.read(pid)?.start ?? ''
  } catch {
    // The process is there all the same, and must not be lost for that: STOP finds it by its environment.
    return ''
  }
}
