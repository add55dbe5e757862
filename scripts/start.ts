// `npm start`: builds what is out of date, finds an Electron and a display, and runs the app until it ends.
// What follows `--` goes to the app.
import { join } from 'node:path'
import { sandboxFor } from './electron/chromium-sandbox.ts'
import { resolveElectron } from './electron/runtime.ts'
import { isStale } from './stale.ts'
import { fail } from './system/fail.ts'
import { ensureLibraries } from './system/packages.ts'
import { runCommand } from './system/run-command.ts'
import { type VirtualDisplay, withDisplay } from './system/virtual-display.ts'

/** What the app's main process prints once its window can be used. */
const readyLine = 'clawdbot: window ready'

const root = join(import.meta.dirname, '..')
const inRoot = (path: string): string => join(root, path)

const sources = ['src', 'package.json', 'electron.vite.config.ts', 'vite.node.config.ts'].map(inRoot)
const outputs = [
  'out/main/main.js',
  'out/preload/preload.cjs',
  'out/renderer/index.html',
  'out/gateway/main.js',
  'out/cli/main.js',
].map(inRoot)

const buildIfStale = async (): Promise<number> => {
  if (!isStale(sources, outputs)) return 0
  console.log('Building …')
  return runCommand(process.execPath, [inRoot('scripts/build.ts')])
}

const runApp = async (env: NodeJS.ProcessEnv, display: VirtualDisplay | null): Promise<number> => {
  const electron = await resolveElectron()
  console.log(electron.note)
  await ensureLibraries(electron.path)
  const sandbox = await sandboxFor(electron.path)
  if (sandbox.note !== null) console.log(sandbox.note)
  if (display !== null)
    console.log(
      `no display found: running on virtual display ${display.name}; to look at it: ` +
        `XAUTHORITY=${display.env.XAUTHORITY} DISPLAY=${display.name}`,
    )

  let unread = ''
  let ready = false
  const watchForReady = (text: string): void => {
    if (ready) return
    unread += text
    ready = unread.split('\n').some((line) => line.trimEnd() === readyLine)
    unread = unread.slice(unread.lastIndexOf('\n') + 1)
    if (ready) console.log('Clawdbot is running. Ctrl-C stops it.')
  }
  // A virtual display has no GPU and often no D-Bus; Chromium's complaints about that help nobody.
  const quiet = display === null ? [] : ['--log-level=3']
  const args = [...sandbox.args, ...quiet, root, ...process.argv.slice(2)]
  const code = await runCommand(electron.path, args, { env, onStdout: watchForReady })
  if (!ready) console.error(`Clawdbot ended before its window was ready (exit code ${code}).`)
  return code
}

// The signal would open this process's debugger, and the gateway that runs below it may send signals.
if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined)

const main = async (): Promise<number> => {
  const built = await buildIfStale()
  return built === 0 ? withDisplay(runApp) : built
}

process.exitCode = await main().catch(fail)
