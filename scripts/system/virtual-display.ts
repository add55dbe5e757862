// An X server without a screen (Xvfb), for machines that have no display.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClawdbotError } from '../../src/shared/domain/error.ts'
import { ensureXvfb } from './packages.ts'
import { diesWithParent } from './run-command.ts'

/** Width, height and colour depth of the virtual screen. */
const screen = '1440x900x24'

export interface VirtualDisplay {
  /** As in DISPLAY, for example `:0`. */
  readonly name: string
  /** DISPLAY and XAUTHORITY: what a program needs to draw on it. */
  readonly env: { readonly DISPLAY: string; readonly XAUTHORITY: string }
  /** Ends the server and removes its files. */
  readonly stop: () => Promise<void>
}

/** Whether a window could not be shown with these variables. Only Linux needs a variable to find its display. */
export const hasNoDisplay = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv): boolean =>
  platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY']

const counted = (data: Buffer): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(data.length)
  return Buffer.concat([length, data])
}

/**
 * The X authority file with one cookie for every display number (the number is not known before the server
 * runs). Format: Xau(3): family, address, display, name and data, each counted in 16 bits, big-endian.
 */
export const authorityFile = (cookie: Buffer): Buffer => {
  const anyFamily = Buffer.from([0xff, 0xff])
  const nothing = counted(Buffer.alloc(0))
  return Buffer.concat([
    anyFamily,
    nothing,
    nothing,
    counted(Buffer.from('MIT-MAGIC-COOKIE-1')),
    counted(cookie),
  ])
}

const listen = (
  authority: string,
): Promise<{ readonly display: string; readonly stop: () => Promise<void> }> =>
  new Promise((resolve, reject) => {
    // The server picks a free display and writes its number to file descriptor 3 once it accepts clients.
    const options = `-displayfd 3 -screen 0 ${screen} -nolisten tcp -noreset`.split(' ')
    const [file, ...args] = diesWithParent('linux', 'Xvfb', [...options, '-auth', authority])
    // Detached: a Ctrl-C in the terminal must reach the app, not the server it draws on.
    const server = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: true })
    let complaints = ''
    server.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
    const ended = new Promise<void>((done) => server.once('close', () => done()))
    server.once('error', reject)
    server.once('exit', () => {
      const hint = complaints.trim() || 'It printed nothing.'
      reject(new ClawdbotError('runtime_missing', 'The virtual display (Xvfb) did not start.', hint))
    })
    const stop = async (): Promise<void> => {
      server.kill('SIGTERM')
      await ended
    }
    let display = ''
    server.stdio[3]?.on('data', (chunk: Buffer) => {
      display += chunk.toString()
      if (!display.includes('\n')) return
      resolve({ display: `:${display.trim()}`, stop })
    })
  })

/** Starts a virtual display on the first free number; it ends with this process if it is not stopped before. */
const startVirtualDisplay = async (): Promise<VirtualDisplay> => {
  await ensureXvfb()
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-display-'))
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const authority = join(folder, 'Xauthority')
    await writeFile(authority, authorityFile(randomBytes(16)), { mode: 0o600 })
    const server = await listen(authority)
    const stop = async (): Promise<void> => {
      await server.stop()
      await removeFolder()
    }
    return { name: server.display, env: { DISPLAY: server.display, XAUTHORITY: authority }, stop }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

/** Calls `use` with the environment that has a display: this process's own, or a virtual one for the time being. */
export const withDisplay = async <T>(
  use: (env: NodeJS.ProcessEnv, display: VirtualDisplay | null) => Promise<T>,
): Promise<T> => {
  if (!hasNoDisplay(process.platform, process.env)) return use(process.env, null)
  const display = await startVirtualDisplay()
  try {
    return await use({ ...process.env, ...display.env }, display)
  } finally {
    await display.stop()
  }
}
