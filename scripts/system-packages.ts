// What Electron needs from the operating system: installed as root on Debian and Ubuntu, else named exactly.
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { ClawdbotError } from '../src/shared/domain/error.ts'

const run = promisify(execFile)

/** Each with its name since Debian 13 and Ubuntu 24.04 first, where a 64-bit time_t renamed it. */
const windowLibraries = [
  ['libgtk-3-0t64', 'libgtk-3-0'],
  ['libnss3'],
  ['libasound2t64', 'libasound2'],
  ['libgbm1'],
]
const virtualDisplay = [['xvfb']]

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

/** What to type where this script may not install, or does not know how to. */
export const installHint = (
  hasApt: boolean,
  packages: readonly string[],
  missing: readonly string[],
): string =>
  hasApt
    ? `Run: sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`
    : `Install what provides ${missing.join(', ')} with this system's package manager (Debian calls the packages ${packages.join(' ')}).`

const install = async (
  rows: readonly (readonly string[])[],
  missing: readonly string[],
  isMissing: () => Promise<boolean>,
): Promise<void> => {
  const hasApt = await isOnPath('apt-get')
  const message = `This system lacks ${missing.join(', ')}.`
  if (!hasApt || process.getuid?.() !== 0)
    throw new ClawdbotError('runtime_missing', message, installHint(hasApt, await namesHere(rows), missing))

  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: string[]): Promise<unknown> =>
    run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], { env, maxBuffer: 64 << 20 })
  console.log(`${message} Installing with apt-get …`)
  try {
    await apt('update')
    await apt('install', '-y', '--no-install-recommends', ...(await namesHere(rows)))
  } catch (error) {
    throw new ClawdbotError(
      'runtime_missing',
      message,
      installHint(hasApt, await namesHere(rows), missing),
      error,
    )
  }
  if (await isMissing())
    throw new ClawdbotError(
      'runtime_missing',
      message,
      `apt-get installed ${(await namesHere(rows)).join(' ')}, yet it is missing.`,
    )
}

/** Makes sure that the program at `electron` finds its shared libraries. Only Linux leaves them to the system. */
export const ensureLibraries = async (electron: string): Promise<void> => {
  if (process.platform !== 'linux') return
  const check = async (): Promise<readonly string[]> =>
    missingLibraries((await run('ldd', [electron])).stdout)
  const missing = await check()
  if (missing.length > 0) await install(windowLibraries, missing, async () => (await check()).length > 0)
}

/** Makes sure that Xvfb, the X server without a screen, is there. */
export const ensureXvfb = async (): Promise<void> => {
  const check = async (): Promise<boolean> => !(await isOnPath('Xvfb'))
  if (await check()) await install(virtualDisplay, ['Xvfb'], check)
}
