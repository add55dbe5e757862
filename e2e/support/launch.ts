// Starts the built app for a test: its own state directory, its own window profile, nothing of the tester's.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from '@playwright/test'
import { sandboxFor } from '../../scripts/electron/chromium-sandbox.ts'
import { resolveElectron } from '../../scripts/electron/runtime.ts'
import { environment } from './environment.ts'

const root = join(import.meta.dirname, '..', '..')

export interface LaunchOptions {
  /** CLAWDBOT_STATE_DIR: an absolute path, which a second launch may use again. */
  readonly stateDir: string
  /** More variables, for example `LANG`; they come last. */
  readonly env?: Readonly<Record<string, string>>
  /** Arguments for the app, after its folder. */
  readonly args?: readonly string[]
}

export interface LaunchedApp {
  readonly app: ElectronApplication
  /** The first window, loaded. */
  readonly page: Page
  /** What the app has printed so far, on stdout and stderr. */
  readonly output: () => string
}

/**
 * Launches the app in `out/` (build it first) on the display that DISPLAY names. The caller ends it with
 * `app.close()`, which goes the way of a quit by the owner.
 */
export const launchApp = async (options: LaunchOptions): Promise<LaunchedApp> => {
  const electron = await resolveElectron()
  const sandbox = await sandboxFor(electron.path)
  const profile = mkdtempSync(join(tmpdir(), 'clawdbot-profile-'))
  const removeProfile = (): void =>
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  try {
    const app = await _electron.launch({
      executablePath: electron.path,
      // Playwright turns Chromium's sandbox off unless told; the tests use what the owner uses.
      chromiumSandbox: !sandbox.args.includes('--no-sandbox'),
      args: [...sandbox.args, `--user-data-dir=${profile}`, root, ...(options.args ?? [])],
      env: environment({ CLAWDBOT_STATE_DIR: options.stateDir, ...options.env }),
    })
    app.on('close', removeProfile)
    let output = ''
    const keep = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    app.process().stdout?.on('data', keep)
    app.process().stderr?.on('data', keep)
    const page = await app.firstWindow()
    await page.waitForLoadState()
    return { app, page, output: () => output }
  } catch (error) {
    removeProfile()
    throw error
  }
}
