// What Electron and the tests need from the operating system: installed as root on Debian and Ubuntu, else named exactly.
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ClawdbotError } from '../../src/shared/domain/error.ts'

const run = promisify(execFile)

/** Each with its name since Debian 13 and Ubuntu 24.04 first, where a 64-bit time_t renamed it. */
const windowLibraries = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
]
/** Who needs a virtual display is about to show a window on it: one command for both. */
const virtualDisplay = [['xvfb'], ...windowLibraries]
/** An engine for tests, and what the image of their containers is made of. */
const docker = [['docker.io'], ['busybox-static']]
/** What makes the sandbox image where no registry can be reached. */
const debootstrap = [['debootstrap'], ['debian-archive-keyring'], ['gpgv']]

/** The shared libraries that `ldd` could not find, by their soname, each once. */
export const missingLibraries = (lddOutput: string): readonly string[] => [
  ...new Set([...lddOutput.matchAll(/^\s*(\S+) => not found$/gm)].map((match) => match[1] ?? '')),
]

const succeeds = (command: string, args: readonly string[]): Promise<boolean> =>
  run(command, args).then(
    () => true,
    () => false,
  )

const isOnPath = async (program: string): Promise<boolean> => {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, program), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  return found.includes(true)
}

/** Of each row of names the first that this release's package lists know; the last where they know none. */
const namesHere = (rows: readonly (readonly string[])[]): Promise<readonly string[]> =>
  Promise.all(
    rows.map(async (names) => {
      for (const name of names) if (await succeeds('apt-cache', ['show', name])) return name
      return names.at(-1) ?? ''
    }),
  )

/** The first few by name, the rest as a number: a bare system lacks dozens. */
export const summary = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`

/** What to type where this script may not install, or does not know how to. */
export const installHint = (
  installer: 'apt' | 'unknown',
  packages: readonly string[],
  missing: readonly string[],
): string =>
  installer === 'apt'
    ? `Run: sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`
    : `Install what provides ${missing.join(', ')}; Debian calls the packages ${packages.join(' ')}.`

const apt = (...args: readonly string[]): Promise<unknown> =>
  run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 64 * 1024 * 1024,
  })

/** Installs the packages unless nothing is missing; throws `runtime_missing` with the command to type. */
const ensure = async (
  rows: readonly (readonly string[])[],
  findMissing: () => Promise<readonly string[]>,
): Promise<void> => {
  const missing = await findMissing()
  if (missing.length === 0) return
  const installer = (await isOnPath('apt-get')) ? 'apt' : 'unknown'
  const refuse = async (cause?: unknown): Promise<never> => {
    const hint = installHint(installer, await namesHere(rows), missing)
    throw new ClawdbotError('runtime_missing', `This system lacks ${summary(missing)}.`, hint, cause)
  }
  if (installer === 'unknown' || process.getuid?.() !== 0) return refuse()

  console.log(`This system lacks ${summary(missing)}: installing with apt-get …`)
  // Where the lists can not be renewed, because another apt does it or the network is down, old ones may do.
  await apt('update').catch(() => undefined)
  await apt('install', '-y', '--no-install-recommends', ...(await namesHere(rows))).catch(refuse)
  if ((await findMissing()).length > 0) return refuse()
}

/** Makes sure that the program at `electron` finds its shared libraries. Only Linux leaves them to the system. */
export const ensureLibraries = async (electron: string): Promise<void> => {
  if (process.platform !== 'linux') return
  await ensure(windowLibraries, async () => missingLibraries((await run('ldd', [electron])).stdout))
}

/** Makes sure that Xvfb, the X server without a screen, is there. */
export const ensureXvfb = (): Promise<void> =>
  ensure(virtualDisplay, async () => ((await isOnPath('Xvfb')) ? [] : ['Xvfb']))

/** A busybox that needs no libraries: the whole of a test's image; undefined where there is none. */
export const findBusybox = async (): Promise<string | undefined> => {
  for (const path of ['/bin/busybox', '/usr/bin/busybox', '/usr/lib/busybox/bin/busybox']) {
    // ldd fails for what is not linked to anything, and for what is not there.
    if ((await isReadable(path)) && !(await succeeds('ldd', [path]))) return path
  }
  return undefined
}

const isReadable = (path: string): Promise<boolean> =>
  access(path, constants.R_OK).then(
    () => true,
    () => false,
  )

/** Makes sure that a Docker Engine could be started here, and that its test image can be made. */
export const ensureDocker = async (): Promise<void> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new ClawdbotError(
      'runtime_missing',
      'Tests of STOP need Docker, and none answers.',
      'Start Docker (Linux: sudo systemctl start docker) and let this user use it, then try again.',
    )
  }
  await ensure(docker, async () => [
    ...((await isOnPath('dockerd')) ? [] : ['dockerd']),
    ...((await findBusybox()) === undefined ? ['a static busybox'] : []),
  ])
}

/** Makes sure that a Debian can be made in a folder. */
export const ensureDebootstrap = (): Promise<void> =>
  ensure(debootstrap, async () => ((await isOnPath('debootstrap')) ? [] : ['debootstrap']))
