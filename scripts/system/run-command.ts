// Runs a command as part of this one: same terminal, same end.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** npm and the terminal both deliver the same Ctrl-C; a second one this soon (ms) is not meant as a second. */
const sameSignal = 500

/** How often (ms) to look whether npm's shell still lives. */
const parentCheck = 250

/** The exit code a shell would report: 128 and the signal's number for what a signal ended. */
export const exitCode = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? (signal === null ? 1 : 128 + constants.signals[signal])

/**
 * The command as it is spawned so that it can not outlive this process, not even after SIGKILL: the kernel
 * sends it SIGTERM when its parent dies. Only Linux has that.
 */
export const diesWithParent = (
  platform: NodeJS.Platform,
  command: string,
  args: readonly string[],
): readonly [command: string, ...args: string[]] =>
  platform === 'linux' ? ['setpriv', '--pdeathsig', 'TERM', command, ...args] : [command, ...args]

const forwardSignals = (child: ChildProcess): (() => void) => {
  let last = Number.NEGATIVE_INFINITY
  const forward = (signal: NodeJS.Signals): void => {
    const now = performance.now()
    // Windows delivers Ctrl-C to every process of the console, and knows no other signal to forward.
    if (process.platform !== 'win32' && now - last > sameSignal) child.kill(signal)
    last = now
  }
  for (const signal of forwarded) process.on(signal, forward)
  return () => {
    for (const signal of forwarded) process.off(signal, forward)
  }
}

/** npm runs a script through a shell that dies of a signal and tells nobody: its death is the signal then. */
const watchForLostParent = (onLost: () => void): (() => void) => {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onLost()
  }, parentCheck)
  return () => clearInterval(timer)
}

/**
 * Runs `command` to its end and returns its exit code. SIGINT, SIGTERM and SIGHUP are passed on, each once:
 * the command has its own process group, so that the terminal's Ctrl-C does not reach it a second time.
 * `onStdout` sees what the command prints, which still goes to this process's stdout.
 */
export const runCommand = (
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly onStdout?: (text: string) => void } = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const { env = process.env, onStdout } = options
    const windows = process.platform === 'win32'
    const [file, ...rest] = diesWithParent(process.platform, command, args)
    const child = spawn(file, rest, {
      stdio: ['inherit', onStdout === undefined ? 'inherit' : 'pipe', 'inherit'],
      env,
      detached: !windows,
      shell: windows,
    })
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk)
      onStdout?.(chunk.toString())
    })
    const stopForwarding = forwardSignals(child)
    const stopWatching = watchForLostParent(() => child.kill('SIGTERM'))
    const release = (): void => {
      stopForwarding()
      stopWatching()
    }
    child.once('error', (error) => {
      release()
      reject(error)
    })
    child.once('close', (code, signal) => {
      release()
      resolve(exitCode(code, signal))
    })
  })
