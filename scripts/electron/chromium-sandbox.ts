// Whether Chromium's sandbox can work here: it can not for root, nor where the kernel gives an ordinary user
// no namespaces (Ubuntu 24.04, many containers) and nobody made its helper setuid.
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export interface SandboxChoice {
  readonly args: readonly string[]
  /** What the owner should know, or null where the sandbox is on. */
  readonly note: string | null
}

export interface SandboxFacts {
  readonly platform: NodeJS.Platform
  readonly root: boolean
  readonly namespaces: boolean
  /** The setuid helper beside Electron's program. */
  readonly helper: { readonly path: string; readonly ready: boolean }
}

/** The arguments that Electron needs to start with these facts. */
export const chooseSandbox = ({ platform, root, namespaces, helper }: SandboxFacts): SandboxChoice => {
  if (platform !== 'linux') return { args: [], note: null }
  if (root)
    return { args: ['--no-sandbox'], note: "running as root: Chromium's sandbox is off (--no-sandbox)" }
  if (namespaces || helper.ready) return { args: [], note: null }
  const repair = `sudo chown root:root ${helper.path} && sudo chmod 4755 ${helper.path}`
  return {
    args: ['--no-sandbox'],
    note: `this system denies Chromium its sandbox: running without (--no-sandbox); to have it, run: ${repair}`,
  }
}

const canMakeNamespaces = (): Promise<boolean> =>
  promisify(execFile)('unshare', ['--user', '--map-root-user', 'true']).then(
    () => true,
    () => false,
  )

const isSetuidRoot = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ uid, mode }) => uid === 0 && (mode & 0o4000) !== 0,
    () => false,
  )

/** Looks at this machine and chooses, for the Electron at `electron`. */
export const sandboxFor = async (electron: string): Promise<SandboxChoice> => {
  const platform = process.platform
  const path = join(dirname(electron), 'chrome-sandbox')
  return chooseSandbox({
    platform,
    root: process.getuid?.() === 0,
    namespaces: platform === 'linux' && (await canMakeNamespaces()),
    helper: { path, ready: platform === 'linux' && (await isSetuidRoot(path)) },
  })
}
