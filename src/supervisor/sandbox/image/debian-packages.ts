// Programs of the operating system that make a Debian in a folder, as root and on Linux only.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { shownLines } from './progress.ts'

const run = promisify(execFile)

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** What the error of a program that failed quotes of what it printed last, in lines. */
const QUOTED = 3

/** Where a user that was not root logged in, the folders of root's own programs are not in PATH. */
const pathOf = (env: NodeJS.ProcessEnv): string =>
  [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin']
    .filter((folder) => folder !== '')
    .join(delimiter)

/** No secret of ours, no locale, and the way through a proxy. */
const toolEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(env).filter(([name]) => /^(?:https?|no)_proxy$/i.test(name))),
  PATH: pathOf(env),
  LC_ALL: 'C',
  DEBIAN_FRONTEND: 'noninteractive',
})

const isThere = async (path: string, mode: number): Promise<boolean> => {
  try {
    await access(path, mode)
    return true
  } catch {
    // For whatever reason: it can not be used.
    return false
  }
}

const PROGRAMS = ['debootstrap', 'unshare', 'setpriv', 'chroot', 'tar', 'gpgv']

/** Errors: `sandbox_image` with what to do, where a Debian can not be made here. */
export const requireDebootstrap = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const instead = 'Or let Docker reach a registry.'
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new ClawdbotError(
      'sandbox_image',
      'The image can only be made from Debian’s packages by root, on Linux.',
      `${instead} Or build it as root on this machine: clawdbot sandbox build`,
    )
  }
  const folders = pathOf(env).split(delimiter)
  const missing: string[] = []
  for (const program of PROGRAMS) {
    const found = await Promise.all(folders.map((folder) => isThere(join(folder, program), constants.X_OK)))
    if (!found.includes(true)) missing.push(program)
  }
  if (!(await isThere(KEYRING, constants.R_OK))) missing.push('Debian’s keys')
  if (missing.length === 0) return
  throw new ClawdbotError(
    'sandbox_image',
    `This system lacks ${missing.join(', ')} to make the image from Debian’s packages.`,
    `On Debian and Ubuntu run: apt-get update && apt-get install -y debootstrap debian-archive-keyring gpgv. ${instead}`,
  )
}

/**
 * Where this machine gets that release of Debian from, by its own package sources; undefined where it is another
 * system, or its lists were never fetched. debootstrap knows Debian's own address then.
 */
export const mirrorOf = async (suite: string, env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  const format = '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)'
  try {
    const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'], {
      env: toolEnv(env),
    })
    const wanted = `Debian ${suite} main `
    return stdout
      .split('\n')
      .find((line) => line.startsWith(wanted) && /^https?:/.test(line.slice(wanted.length)))
      ?.slice(wanted.length)
  } catch {
    // No apt, or one that does not know this question.
    return undefined
  }
}

/**
 * The program in namespaces of its own: what it mounts is mounted nowhere else, and when its first process is killed,
 * by us or because we were, everything that it started dies with it and nothing stays mounted.
 */
const CONFINED =
  '--pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child=KILL'.split(' ')

export const spawnConfined = (
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): ChildProcess =>
  spawn('setpriv', [...CONFINED, ...command], {
    env: toolEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  })

/** Runs it to its end. Errors: `sandbox_image` with what it printed last; what `signal` was aborted with. */
export const runConfined = async (
  command: readonly [name: string, ...args: string[]],
  env: NodeJS.ProcessEnv,
  { onLine, signal }: { readonly onLine: (line: string) => void; readonly signal: AbortSignal },
): Promise<void> => {
  signal.throwIfAborted()
  const child = spawnConfined(command, env, signal)
  const last: string[] = []
  const hear = (chunk: Buffer): void => {
    for (const line of shownLines(chunk.toString())) {
      last.push(line)
      if (last.length > QUOTED) last.shift()
      onLine(line)
    }
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const code = await exitOf(child)
  signal.throwIfAborted()
  if (code !== 0) throw failed(command[0], last.join(' '))
}

/** Resolves when it is gone and its output read; null where a signal ended it. */
export const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    // An abort is an error too, and comes before the end.
    child.once('error', (error) => (error.name === 'AbortError' ? undefined : reject(error)))
    child.once('close', resolve)
  })

export const failed = (program: string, said: string): ClawdbotError =>
  new ClawdbotError(
    'sandbox_image',
    `${program} failed${said === '' ? '.' : `: ${said}`}`,
    'Check the disk and the network of this machine, then try again: clawdbot sandbox build',
  )
