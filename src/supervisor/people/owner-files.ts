import { setTimeout as sleep } from 'node:timers/promises'
import type { LinkView } from '../../shared/contracts/app-state.ts'
import type { GatewayActivity } from '../../shared/contracts/gateway.ts'
import type { ProviderStatus } from '../../shared/contracts/provider-status.ts'
import { ClawdbotError, type ErrorView } from '../../shared/domain/error.ts'
import type { HandsRules } from '../../shared/domain/hands.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import { REQUEST_TTL_MS } from '../../shared/domain/pairing.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { providerFiles } from '../../shared/state/files/provider-files.ts'
import { takeNotifies } from '../../shared/state/notify-store.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import type { GatewayRunner } from '../children/gateway-runner.ts'
import { coalesce } from '../coalesce.ts'
import type { ReadOnlyDesk } from '../hands/read-only.ts'
import { CLOSED_RULES, rulesOf, toldRules } from '../hands/rules.ts'
import { handsView, wouldGet } from '../hands/view.ts'
import { hasChild } from '../lifecycle/state.ts'
import { logFileAt, logFileOf, prepareLogFolder } from '../logs/log-location.ts'
import type { SupervisorLog } from '../logs/supervisor-log.ts'
import { configView } from '../view/app-state.ts'
import type { StateFeed } from '../view/state-feed.ts'
import { forgetUnlisted } from './bind-desk.ts'
import type { Notes } from './notes.ts'
import { type OwnerSide, providerOf, readOwnerSide, startFacts } from './owner-side.ts'
import { personViews } from './person-views.ts'
import { createProviderBoard } from './provider-board.ts'
import { LIVE_PROVIDERS, type ProviderPeople } from './read-provider.ts'
import { rememberApproved } from './remember.ts'
import { requestViews } from './request-views.ts'
import type { Telling } from './telling.ts'
import { toldProviders } from './told.ts'
import { watchFiles } from './watch-files.ts'

/** What was seen of people lately is shown and saved at most this often. */
const SEEN_EVERY_MS = 1_000
/** How long an editor may take between emptying a file and filling it. */
const SAVING_MS = 150

export interface OwnerFilesOptions {
  readonly paths: StatePaths
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  readonly now: () => number
  readonly feed: StateFeed
  readonly runner: GatewayRunner
  readonly telling: Telling
  readonly notes: Notes
  readonly log: SupervisorLog
  readonly readOnly: ReadOnlyDesk
  /** How the link of a messenger stands that is linked to a phone; null for the others. */
  readonly linkOf: (provider: ProviderId) => LinkView | null
  /** Looks at the latch. */
  readonly follow: () => Promise<void>
  /** A valid config was read; it may be the same as before. */
  readonly onConfig: (config: Config) => void
  /** People or rules may be others than before, and the gateway was told. */
  readonly onRules: () => void
}

/** The owner's files as they are now: watched, checked, shown, and told to the gateway. */
export interface OwnerFiles {
  /** Reads everything for the first time, and begins to watch. */
  readonly open: () => Promise<void>
  /** Reads everything again; resolves when what was on disk at the call is adopted. Never rejects. */
  readonly refresh: () => Promise<void>
  /** The same, and waits until the gateway acts on it or is dead. */
  readonly settle: () => Promise<void>
  /** The newest config, for a launch. Errors: why there is no valid one. */
  readonly configForLaunch: () => Promise<Config>
  readonly providerNow: (provider: ProviderId) => ProviderPeople | undefined
  /** The rules for tools as they are now; without a valid config they allow nothing. */
  readonly rulesNow: () => HandsRules
  /** Read-only mode is another than before: told and shown at once, without reading anything. */
  readonly readOnlyChanged: () => void
  readonly providerReported: (status: ProviderStatus) => void
  /** `linkOf` has something else to say. */
  readonly linkChanged: () => void
  readonly seen: (activity: GatewayActivity) => void
  readonly gatewayGone: () => void
  readonly logFileNow: () => string
  /** The same with YYYY-MM-DD where its name has the date. */
  readonly logFileOfAnyDay: () => string
  readonly close: () => Promise<void>
}

export const createOwnerFiles = (options: OwnerFilesOptions): OwnerFiles => {
  const { paths, env, home, now, feed, runner, telling, notes, log, readOnly } = options
  const board = createProviderBoard()
  let owner: OwnerSide = { kind: 'unread' }
  /** The last valid reading: what the screens go on showing while the config is broken. */
  let shown: readonly ProviderPeople[] = []
  let lastConfig: Config | undefined
  /** What the gateway that runs was started with. */
  let launchedWith: string | undefined
  let watching: { readonly close: () => void } | undefined
  let seenTimer: NodeJS.Timeout | undefined
  let expiryTimer: NodeJS.Timeout | undefined
  let closed = false

  const logFile = (): string =>
    logFileOf(owner.kind === 'valid' ? owner.config.logging.file : null, paths.root, home)

  const showProviders = (): void => feed.update({ providers: board.views(shown, options.linkOf) })

  const show = (): void =>
    feed.update({
      providers: board.views(shown, options.linkOf),
      requests: requestViews(shown, notes, wouldGetNow),
      people: personViews(shown, notes),
      problems: shown.flatMap(({ problems }) => problems),
    })

  const wouldGetNow = (session: string): string =>
    lastConfig === undefined ? `own session ${session}` : wouldGet(session, lastConfig, readOnly.isOn())

  const rulesNow = (): HandsRules =>
    owner.kind === 'valid' ? rulesOf(owner.config, readOnly.isOn()) : CLOSED_RULES

  /** What people may do, told to the gateway and shown; the last valid reading while the config is broken. */
  const tell = (): void => {
    if (lastConfig === undefined) return
    const rules = rulesOf(lastConfig, readOnly.isOn())
    telling.update({ providers: toldProviders(shown), rules: toldRules(rules) })
    feed.update({ hands: handsView(lastConfig, readOnly.view()) })
    show()
    options.onRules()
  }

  const read = async (): Promise<void> => {
    if (closed) return
    // First the latch: nothing of what follows may start a gateway that is to be locked.
    await guarded(options.follow())
    await readOnly.follow()
    const next = await readSettled()
    if (next.kind === 'valid') await openLog(next.config)
    adopt(next)
    if (next.kind === 'valid') await guarded(forgetUnlisted(paths, next.providers))
    await guarded(notify())
  }

  /** An editor may empty or remove a file before it writes it: a config that breaks is looked at twice. */
  const readSettled = async (): Promise<OwnerSide> => {
    const first = await readOwnerSide(paths, env, now(), {
      config: lastConfig?.exists ?? false,
      providers: shown,
    })
    if (first.kind !== 'broken' || owner.kind !== 'valid') return first
    await sleep(SAVING_MS)
    return readOwnerSide(paths, env, now(), { config: lastConfig?.exists ?? false, providers: shown })
  }

  const guarded = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work
    } catch (error) {
      log.warn('a file of the owner side could not be followed', { error })
    }
  }

  const adopt = (next: OwnerSide): void => {
    const before = owner
    owner = next
    feed.update({ config: configView(next, paths, logFileAt(logFile(), now())) })
    if (next.kind !== 'valid') {
      if (next.kind === 'broken') runner.dispatch({ type: 'config-broken', error: next.error })
      return
    }
    options.onConfig(next.config)
    rememberApproved(shown, next.providers, notes, now())
    shown = next.providers
    lastConfig = next.config
    readOnly.adopt(next.config)
    tell()
    wakeAtExpiry(next.providers)
    if (before.kind === 'broken') runner.dispatch({ type: 'config-mended' })
    if (launchedWith !== undefined && launchedWith !== startFacts(next.config)) {
      launchedWith = undefined
      runner.dispatch({ type: 'facts-changed' })
    }
  }

  const openLog = async (config: Config): Promise<void> => {
    try {
      const file = logFileOf(config.logging.file, paths.root, home)
      await prepareLogFolder(file, paths)
      log.use(file, config)
    } catch (error) {
      // A launch meets the same fault and says it to the owner; without a launch nothing has to be logged.
      log.warn('the log can not be opened', { error })
    }
  }

  /** Approved on the command line with `--notify`: they are told once a gateway can tell them. */
  const notify = async (): Promise<void> => {
    if (runner.view().state.phase !== 'running') return
    for (const { provider, sender } of await takeNotifies(paths)) {
      runner.send({ type: 'notify', provider, sender })
    }
  }

  /** Time alone ends a request, and no file changes then. */
  const wakeAtExpiry = (providers: readonly ProviderPeople[]): void => {
    clearTimeout(expiryTimer)
    const ends = providers.flatMap(({ requests }) =>
      requests.map((request) => request.createdAt + REQUEST_TTL_MS),
    )
    if (ends.length === 0) return
    const wait = Math.max(1_000, Math.min(...ends) - now() + 1)
    expiryTimer = setTimeout(() => void refresh(), Math.min(wait, REQUEST_TTL_MS))
    expiryTimer.unref()
  }

  const refresh = coalesce(read)

  return {
    async open() {
      await refresh()
      const stores = LIVE_PROVIDERS.flatMap((provider) => {
        const files = providerFiles(paths, provider)
        const { pairing, allow, blocked, approval, allowAccounts, accounts, number } = files
        return [pairing, allow, blocked, approval, allowAccounts, accounts, number]
      })
      watching = watchFiles(
        [paths.config, paths.lockdown, paths.lockdowns, paths.notify, paths.readOnly, ...stores],
        () => void refresh(),
      )
    },
    refresh,
    async settle() {
      await refresh()
      // Without a valid config nobody can be told who is who: then only its death settles it.
      if (owner.kind === 'broken') await runner.until((state) => !hasChild(state))
      else await telling.settled()
    },
    async configForLaunch() {
      await refresh()
      if (owner.kind !== 'valid') throw configError(owner)
      launchedWith = startFacts(owner.config)
      return owner.config
    },
    providerNow: (provider) => providerOf(owner, provider),
    rulesNow,
    readOnlyChanged: tell,
    providerReported(status) {
      board.report(status)
      showProviders()
    },
    linkChanged: showProviders,
    seen({ kind, provider, sender, at }) {
      const id = kind === 'accepted' && sender !== null ? parseSenderId(provider, sender) : undefined
      if (id === undefined || notes.of(provider, id) === undefined) return
      notes.remember(provider, id, { lastSeenAt: Math.min(at, now()) })
      seenTimer ??= setTimeout(() => {
        seenTimer = undefined
        show()
        void guarded(notes.save())
      }, SEEN_EVERY_MS)
    },
    gatewayGone() {
      launchedWith = undefined
      board.clear()
      showProviders()
    },
    logFileNow: () => logFileAt(logFile(), now()),
    logFileOfAnyDay: logFile,
    async close() {
      watching?.close()
      clearTimeout(seenTimer)
      clearTimeout(expiryTimer)
      await refresh()
      closed = true
    },
  }
}

const configError = (owner: OwnerSide): ClawdbotError => {
  const error: ErrorView | undefined = owner.kind === 'broken' ? owner.error : undefined
  return new ClawdbotError(
    error?.code ?? 'config_unreadable',
    error?.message ?? 'the config was not read yet',
    error?.hint ?? 'Try again.',
  )
}
