// The desktop app: a window onto the supervisor. It reads top to bottom as what happens at start and at quit.
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, session, type WebContents } from 'electron'
import { toErrorView } from '../shared/domain/error.ts'
import { resolveStatePaths } from '../shared/state/state-dir.ts'
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts'
import { registerAppScheme, serveApp } from './app-scheme.ts'
import { createHandlers } from './handlers.ts'
import { createRequestNotifier } from './notify-requests.ts'
import { type Handlers, routeCalls, sendEvent } from './router.ts'
import { loadPage, openWindow } from './window.ts'

const appRoot = app.getAppPath()
const outDir = join(appRoot, 'out')
const paths = resolveStatePaths(process.env, homedir())

/** What this machine takes away from the promises. */
const hostNotes = (): readonly string[] =>
  app.commandLine.hasSwitch('no-sandbox')
    ? [
        'Chromium’s own sandbox is off, because the app was started with --no-sandbox (it has to be, as root).',
      ]
    : []

/** Starts everything; the returned promise ends when the page has drawn its first state. */
const main = async (): Promise<void> => {
  const supervisor = await createSupervisor({
    paths,
    appRoot,
    env: process.env,
    home: homedir(),
    notes: hostNotes(),
  })
  quitWith(supervisor)
  await app.whenReady()
  serveApp(session.defaultSession, join(outDir, 'renderer'))

  const window = openWindow(outDir)
  const contents = window.webContents
  let unfollow: (() => void) | null = null
  const handlers = createHandlers(supervisor, paths, async () => {
    unfollow?.()
    const follow = await supervisor.followLogs((batch) => sendEvent(contents, 'logs.lines', batch))
    unfollow = follow.stop
    return follow.snapshot
  })
  const answered = routeUntilAsked(contents, handlers)

  const notifyRequests = createRequestNotifier(window, ({ provider, id }) =>
    sendEvent(contents, 'navigate', { screen: `pairing/${provider}/${id}` }),
  )
  notifyRequests(supervisor.snapshot().state.requests)
  supervisor.subscribe((patch) => {
    sendEvent(contents, 'state.patch', patch)
    if (patch.changed.requests) notifyRequests(patch.changed.requests)
  })
  app.on('second-instance', () => {
    window.show()
    window.focus()
  })

  // A latched state directory shows the lockdown instead; everything else that fails is in the state.
  if (supervisor.snapshot().state.gateway.phase !== 'locked') await supervisor.start()
  await Promise.all([loadPage(window), answered])
  process.stdout.write('clawdbot: window ready\n')
}

/** Answers the page's calls; resolves when it has asked for the state, which is when it can draw. */
const routeUntilAsked = (contents: WebContents, handlers: Handlers): Promise<void> =>
  new Promise((resolve) => {
    routeCalls(contents, {
      ...handlers,
      'state.get': (input) => {
        resolve()
        return handlers['state.get'](input)
      },
    })
  })

/** Quitting waits for the gateway to be gone: an agent must not outlive the window that shows it. */
const quitWith = (supervisor: Supervisor): void => {
  let closed = false
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void supervisor.close().finally(() => {
      closed = true
      app.quit()
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())
}

const fail = (error: unknown): void => {
  const view = toErrorView(error)
  process.stderr.write(`clawdbot: ${view.message}\n${view.hint}\n`)
  if (app.isReady() && process.env['CLAWDBOT_TEST'] !== '1') {
    dialog.showErrorBox('Clawdbot cannot start', `${view.message}\n\n${view.hint}`)
  }
  app.exit(1)
}

// Chromium's profile lives in the state directory, so that one window serves one state directory.
const profile = join(paths.root, 'window')
try {
  mkdirSync(profile, { recursive: true, mode: 0o700 })
} catch (error) {
  // createSupervisor finds the same fault and says it in the owner's words.
  process.stderr.write(`clawdbot: ${toErrorView(error).message}\n`)
}
app.setPath('userData', profile)
registerAppScheme()
if (app.requestSingleInstanceLock()) {
  main().catch(fail)
} else {
  process.stdout.write('clawdbot: already running on this state directory; its window comes to the front\n')
  app.exit(0)
}
