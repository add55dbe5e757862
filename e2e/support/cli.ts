import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { environment } from './environment.ts'

const LAUNCHER = join(import.meta.dirname, '..', '..', 'bin', 'clawdbot.js')

/** What a whole transcript may have; more is cut, and the command ended. Bytes. */
const MOST_OUTPUT = 64 * 1024 * 1024

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs one command of the real cli to its end. */
export const cli = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliResult> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [LAUNCHER, ...args],
      { env: environment(env), maxBuffer: MOST_OUTPUT },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        resolve({ code, stdout, stderr })
      },
    )
  })

/** A command of the cli that goes on until it is stopped or ends by itself. */
export interface RunningCli {
  readonly child: ChildProcess
  /** What it has printed so far. */
  readonly output: () => string
  /** Resolves with its exit code, when all that it printed is in `output`; null where a signal ended it. */
  readonly ended: Promise<number | null>
  readonly stop: () => Promise<void>
}

/** Starts one command of the real cli and returns at once; wait for what you need. */
export const startCli = (env: Readonly<Record<string, string>>, ...args: readonly string[]): RunningCli => {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  // Whole characters, also where one is cut in two on its way.
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return {
    child,
    output: () => output,
    ended,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

export type HeadlessGateway = RunningCli

/** Starts `clawdbot gateway` and returns at once; wait for what you need. */
export const startHeadless = (env: Readonly<Record<string, string>>): HeadlessGateway =>
  startCli(env, 'gateway')

/** Asks again until the answer is not undefined. The limit is for a hang, it is no measure of speed. */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> => {
  const deadline = Date.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await pause(25)
  }
}
