import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import type { CommandEnd, HelperRequest } from '../shared/contracts/helper.ts'
import { commandEnvironment } from './environment.ts'
import { createOutputKeeper, type OutputName } from './keep-output.ts'
import { Refusal } from './refusal.ts'
import type { SystemCalls } from './system-calls.ts'
import { KILL_WITHIN_MS, type Order, REPORT_FD, type Report, report } from './warden.ts'

export type BashRequest = Extract<HelperRequest, { readonly op: 'bash' }>

export interface Command {
  /** The process that everything of this command descends from. */
  readonly warden: number | undefined
  readonly abort: () => void
  readonly pause: () => void
  readonly resume: () => void
  /** Rejects where it could not begin. */
  readonly over: Promise<CommandOver>
}

interface CommandOver {
  /**
   * `gone`: nothing of it is left. `orphaned`: its warden was killed, and what is left has come to the warden's parent.
   * `unclean`: something of it can not be killed.
   */
  readonly left: 'gone' | 'orphaned' | 'unclean'
  readonly end: CommandEnd
}

export interface CommandOptions {
  /** The arguments of Node that make a warden. */
  readonly wardenArgs: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly commandId: string
  readonly calls: SystemCalls | undefined
  /** Where it starts, as a path for chdir(2): that of an open folder. */
  readonly cwd: string
  readonly now: () => number
  readonly send: (name: OutputName, bytes: Uint8Array) => void
}

/** How much longer than the kill itself a warden may take before it counts as broken, on a busy machine. Milliseconds. */
const WARDEN_GRACE_MS = 1_000
/** How long after the last process the outputs may still be open: somebody outside may have been handed them. */
const LAST_OUTPUT_MS = 500
const MAX_REPORT = 64 * 1024

/** Starts a command under a warden of its own. Throws a Refusal for an environment that it may not have. */
export const startCommand = (request: BashRequest, options: CommandOptions): Command => {
  const env = commandEnvironment(options.env, request.env, options.commandId)
  const startedAt = options.now()
  const keeper = createOutputKeeper(request.keepBytes, options.send)
  const outputs = [openOutput(options.calls), openOutput(options.calls)] as const
  const warden = spawn(process.execPath, options.wardenArgs, {
    cwd: options.cwd,
    env: options.env,
    // A group of its own: a signal to the gateway's whole group would take the warden and leave what it watches over.
    // The end of its input, which comes with the helper's, is what ends both.
    detached: true,
    stdio: ['pipe', outputs[0].theirs, outputs[1].theirs, 'pipe'],
  })
  const stdin = warden.stdin ?? fail('a warden has no input')
  const [stdout, stderr] = [outputs[0].ours(warden.stdout), outputs[1].ours(warden.stderr)]
  let why: 'timeout' | 'abort' | undefined
  let limit: NodeJS.Timeout | undefined

  const stop = (because: 'timeout' | 'abort'): void => {
    if (why !== undefined) return
    why = because
    clearTimeout(timeout)
    stdin.destroy()
    limit = setTimeout(() => warden.kill('SIGKILL'), KILL_WITHIN_MS + WARDEN_GRACE_MS)
  }
  const timeout = setTimeout(() => stop('timeout'), request.timeoutMs)

  stdin.on('error', () => {
    // It died before it was told anything: its exit says so.
  })
  const told: Order = { command: request.command, env }
  stdin.write(`${JSON.stringify(told)}\n`)
  stdout.on('data', (bytes: Buffer) => keeper.push('stdout', bytes))
  stderr.on('data', (bytes: Buffer) => keeper.push('stderr', bytes))
  const words = readReport(warden.stdio[REPORT_FD])

  const gone = Promise.all([exitOf(warden), ...[stdout, stderr].map(endOf)])
  warden.once('exit', () => {
    setTimeout(() => [stdout, stderr].forEach((output) => output.destroy()), LAST_OUTPUT_MS)
  })

  const over = async (): Promise<CommandOver> => {
    try {
      await gone
    } finally {
      clearTimeout(timeout)
      clearTimeout(limit)
    }
    const said = words()
    if (said?.kind === 'failed') throw new Refusal('failed', `the shell could not be started: ${said.why}`)
    const killed = why !== undefined || said === undefined
    return {
      left: said === undefined ? 'orphaned' : said.clean ? 'gone' : 'unclean',
      end: {
        exitCode: killed ? null : said.exitCode,
        signal: killed ? constants.signals.SIGKILL : signalNumber(said.signal),
        timedOut: why === 'timeout',
        aborted: why === 'abort',
        durationMs: Math.round(options.now() - startedAt),
        dropped: keeper.finish(),
      },
    }
  }

  return {
    warden: warden.pid,
    abort: () => stop('abort'),
    pause: () => [stdout, stderr].forEach((output) => output.pause()),
    resume: () => [stdout, stderr].forEach((output) => output.resume()),
    over: over(),
  }
}

interface Output {
  readonly theirs: number | 'pipe'
  /** Once the child has the other end. */
  readonly ours: (given: Readable | null) => Readable
}

const openOutput = (calls: SystemCalls | undefined): Output => {
  if (calls === undefined) return { theirs: 'pipe', ours: (given) => given ?? fail('a warden has no output') }
  const { read, write } = calls.pipe()
  return {
    theirs: write,
    ours: () => {
      closeSync(write)
      return new Socket({ fd: read, readable: true, writable: false })
    },
  }
}

const fail = (why: string): never => {
  throw new Error(why)
}

/** Rejects where there never was a process. */
const exitOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('error', (error) => {
      if (child.pid === undefined) reject(error)
    })
    // After its report has been read.
    child.once('close', () => resolve())
  })

const endOf = (output: Readable): Promise<void> =>
  new Promise((resolve) => {
    output.on('error', () => {
      // It was closed by us, because somebody else holds it open.
    })
    output.once('close', () => resolve())
  })

const readReport = (stream: unknown): (() => Report | undefined) => {
  let text = ''
  if (isReadable(stream)) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      if (text.length < MAX_REPORT) text += piece
    })
  }
  return () => {
    try {
      return report.parse(JSON.parse(text))
    } catch {
      // It said nothing, or not all of it: it was killed. The caller takes it so.
      return undefined
    }
  }
}

const isReadable = (stream: unknown): stream is Readable =>
  typeof stream === 'object' && stream !== null && 'setEncoding' in stream

const signalNumber = (name: string | null): number | null => {
  const found = Object.entries(constants.signals).find(([each]) => each === name)
  return found?.[1] ?? null
}
