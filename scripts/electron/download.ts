// Electron's own installer: it fetches the runtime from GitHub (or a configured mirror) into its package.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const electronPackage = join(import.meta.dirname, '..', '..', 'node_modules', 'electron')

/** How long (ms) the installer may take: while nobody answers, and once somebody did. */
const patience = { unreachable: 20_000, reachable: 15 * 60_000 }

const readTrimmed = (path: string): string | null =>
  existsSync(path) ? readFileSync(path, 'utf8').trim() : null

/** The version that package.json pins, or null where Electron's package is not installed. */
export const pinnedVersion = (): string | null => {
  const manifest = readTrimmed(join(electronPackage, 'package.json'))
  if (manifest === null) return null
  const parsed: unknown = JSON.parse(manifest)
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : null
}

/** The program that Electron's installer has put in place for the pinned version, or null. */
export const installedProgram = (): string | null => {
  const name = readTrimmed(join(electronPackage, 'path.txt'))
  const version = readTrimmed(join(electronPackage, 'dist', 'version'))?.replace(/^v/, '')
  if (name === null || version === undefined || version !== pinnedVersion()) return null
  const path = join(electronPackage, 'dist', name)
  return existsSync(path) ? path : null
}

/** Why a request failed, in a word: the system's code if there is one. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer'
  const cause = error.cause
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}

/**
 * Null if anybody answers where the download would come from, else why not. A configured mirror is taken at its
 * word.
 */
const askSource = (version: string): Promise<string | null> => {
  if (Object.keys(process.env).some((name) => /electron_.*(mirror|custom)/i.test(name)))
    return Promise.resolve(null)
  const url = `https://github.com/electron/electron/releases/download/v${version}/SHASUMS256.txt`
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(patience.unreachable / 2) }).then(
    () => null,
    (error: unknown) => `github.com: ${reasonOf(error)}`,
  )
}

/** Runs the installer until it ends or `signal` aborts it; returns its first complaint, or null if it succeeded. */
const runInstaller = (signal: AbortSignal): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [join(electronPackage, 'install.js')], {
      stdio: ['ignore', 'inherit', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    })
    let complaints = ''
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) => resolve(code === 0 ? null : (complaints.split('\n')[0] ?? '')))
  })

/**
 * Runs Electron's installer. Returns null when it succeeded, else why it did not, in a few words. Where nothing
 * answers it gives up after 20 s at the latest; a download that is in the installer's own cache needs no network.
 */
export const downloadElectron = async (version: string): Promise<string | null> => {
  const giveUp = new AbortController()
  let limit = setTimeout(() => giveUp.abort(), patience.unreachable)
  const asked = askSource(version)
  const installed = runInstaller(giveUp.signal)
  const first = await Promise.race([asked.then((silence) => ({ silence })), installed.then(() => null)])
  if (first !== null && first.silence === null) {
    console.log(`Downloading Electron ${version} …`)
    clearTimeout(limit)
    limit = setTimeout(() => giveUp.abort(), patience.reachable)
  }
  const complaint = await installed
  clearTimeout(limit)
  return complaint === null ? null : ((await asked) ?? complaint)
}
