import { type ChildProcess, spawn } from 'node:child_process'
import type { StartMessage } from '../../shared/contracts/gateway-told.ts'
import type { ByteListener, ByteStream } from './byte-stream.ts'

/** What the helper may know of our environment. Its commands get less. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'CLAWDBOT_RUN_ID',
] as const

/** Without a PATH in our environment: that of a login on every system that has a /bin. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Node hands a program its own permission flags on in NODE_OPTIONS, unless they are among the arguments already. Behind
 * the file they are an argument of the helper, which does not heed it: so the helper may do what the gateway may not.
 */
const NO_INHERITED_FLAGS = '--permission'

/** Milliseconds that a helper has to end what it started, after its input has ended. */
const END_WITHIN_MS = 5_000
const MAX_LAST_WORDS = 300

/**
 * Starts the helper that acts on the host. It is in our process group, so that a STOP takes it with us, has our run's
 * cookie, and ends when its input does. Throws what `spawn` throws where this process may not start others.
 */
export const startHostHelper = (
  host: NonNullable<StartMessage['host']>,
  env: NodeJS.ProcessEnv,
): ByteStream => {
  const child = spawn(
    host.node,
    [
      '--experimental-ffi',
      '--disable-warning=ExperimentalWarning',
      host.helper,
      host.workspace,
      NO_INHERITED_FLAGS,
    ],
    { env: helperEnv(env), stdio: ['pipe', 'pipe', 'pipe'] },
  )
  const { stdin, stdout, stderr } = child
  let listener: ByteListener | undefined
  let ended: string | undefined
  let lastWords = ''

  const end = (why: string): void => {
    if (ended !== undefined) return
    ended = why
    listener?.onEnd(why)
  }
  const forget = (): void => {
    ended ??= ''
    listener = undefined
    stdin.destroy()
    // What is not read would keep it from ending.
    stdout.resume()
  }

  stdin.on('error', () => {
    // It is dead or dying: its exit says how.
  })
  stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-MAX_LAST_WORDS)
  })
  stdout.pause()
  stdout.on('data', (bytes: Buffer) => listener?.onBytes(bytes))
  stdout.pause()
  child.once('error', (error) => end(`the helper on the host could not be started: ${error.message}`))
  child.once('close', (code, signal) => end(howItEnded(code, signal, lastWords)))

  return {
    write(bytes) {
      if (ended === undefined && !stdin.destroyed) stdin.write(bytes)
    },
    listen(given) {
      if (ended !== undefined) {
        given.onEnd(ended)
        return
      }
      listener = given
      stdout.resume()
    },
    condemn() {
      forget()
      child.kill('SIGKILL')
    },
    close() {
      forget()
      killLater(child)
    },
  }
}

const killLater = (child: ChildProcess): void => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const late = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS)
  child.once('exit', () => clearTimeout(late))
}

const howItEnded = (code: number | null, signal: NodeJS.Signals | null, lastWords: string): string => {
  const how = signal === null ? `exited with code ${String(code)}` : `was ended by ${signal}`
  const words = lastWords.trim().split('\n').at(-1) ?? ''
  return `the helper on the host ${how}${words === '' ? '' : ` (${words})`}`
}

const helperEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const passed = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))
  return { PATH: USUAL_PATH, ...Object.fromEntries(passed) }
}
