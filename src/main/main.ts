// The desktop app: a window onto the supervisor. It reads top to bottom as what happens at start and at quit.
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, powerMonitor, session, type WebContents } from 'electron'
import type { LogSnapshot } from '../shared/contracts/bridge.ts'
import { toErrorView } from '../shared/domain/error.ts'
import { resolveStatePaths } from '../shared/state/state-dir.ts'
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts'
import { registerAppScheme, serveApp } from './app-scheme.ts'
import { createAskWhere } from './ask-where.ts'
import { createHandlers } from './handlers.ts'
import { createApprovalNotifier, createRequestNotifier } from './notify-requests.ts'
import { keepPage } from './page/keep-page.ts'
import { createNavigator, type Navigator } from './page/navigator.ts'
import { quitWith } from './quit.ts'
import { type Handlers, routeCalls, sendEvent } from './router.ts'
import { listenForShortcut } from './stop/shortcut.ts'
import { createStopByHand } from './stop/stop-by-hand.ts'
import { offerTestHook } from './test-hook.ts'
import { createTray } from './tray/tray.ts'
import { createTrayActs } from './tray/tray-acts.ts'
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
    runsAs: 'app',
    program: app.getVersion(),
  })
  quitWith(supervisor, { paths, appRoot, env: process.env })
  await app.whenReady()
  serveApp(session.defaultSession, join(outDir, 'renderer'))
  // Whatever was silent before a sleep did not have the time in between to answer.
  powerMonitor.on('suspend', supervisor.woke)
  powerMonitor.on('resume', supervisor.woke)

  const window = openWindow(outDir)
  const contents = window.webContents
  const navigator = createNavigator(window)
  stopOutsideTheWindow(supervisor, navigator)

  let unfollow: (() => void) | null = null
  const followLogs = async (): Promise<LogSnapshot> => {
    unfollow?.()
    const follow = await supervisor.followLogs((batch) => sendEvent(contents, 'logs.lines', batch))
    unfollow = follow.stop
    return follow.snapshot
  }
  const handlers = createHandlers(supervisor, paths, followLogs, createAskWhere(window))
  const answered = routeUntilAsked(contents, handlers, navigator.pageListens)

  const notifyRequests = createRequestNotifier(window, ({ provider, id }) =>
    navigator.show(`pairing/${provider}/${id}`),
  )
  notifyRequests(supervisor.snapshot().state.requests)
  const notifyApprovals = createApprovalNotifier(window, () => navigator.show(null))
  supervisor.subscribe((patch) => {
    sendEvent(contents, 'state.patch', patch)
    if (patch.changed.approvals) notifyApprovals(patch.changed.approvals)
    if (patch.changed.requests) notifyRequests(patch.changed.requests)
  })
  supervisor.archive.on('grown', (grown) => sendEvent(contents, 'archive.grown', grown))
  supervisor.archive.on('log', (log) => sendEvent(contents, 'archive.log', log))
  supervisor.onTurnProgress((progress) => sendEvent(contents, 'turn.progress', progress))
  app.on('second-instance', () => navigator.show(null))

  // A latched state directory shows the lockdown instead; everything else that fails is in the state.
  if (supervisor.snapshot().state.gateway.phase !== 'locked') await supervisor.start()
  keepPage(window)
  await Promise.all([loadPage(window), answered])
  process.stdout.write('clawdbot: window ready\n')
}

/** The tray and the shortcut: STOP and what belongs to it, without any help of the page. */
const stopOutsideTheWindow = (supervisor: Supervisor, navigator: Navigator): void => {
  const stopByHand = createStopByHand(supervisor, () => navigator.show('security'))
  const act = createTrayActs(supervisor, navigator, stopByHand)
  const tray = createTray({
    images: join(appRoot, 'assets', 'tray'),
    act,
    onMissing: (error) => process.stderr.write(`clawdbot: no tray: ${toErrorView(error).message}\n`),
  })
  const show = (): void => tray.show(supervisor.snapshot().state)
  show()
  supervisor.subscribe(({ changed }) => {
    if (changed.gateway || changed.requests || changed.lockdown !== undefined) show()
  })
  const refused = listenForShortcut(() => void stopByHand('shortcut'))
  if (refused !== null) supervisor.addNote(refused)
  offerTestHook(tray)
}

/** Answers the page's calls; resolves when it has asked for the state, which is when it can draw. */
const routeUntilAsked = (contents: WebContents, handlers: Handlers, onAsked: () => void): Promise<void> =>
  new Promise((resolve) => {
    routeCalls(contents, {
      ...handlers,
      'state.get': (input) => {
        resolve()
        onAsked()
        return handlers['state.get'](input)
      },
    })
  })

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
