// The owner's hand: it keeps one gateway running as the owner's files say, and stops it when the owner says so.
// No Electron in it; the app and the cli use the same one.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StatePatch, StopResultView } from '../shared/contracts/app-state.ts'
import type { LogSnapshot, Snapshot } from '../shared/contracts/bridge.ts'
import type { FromGateway } from '../shared/contracts/gateway.ts'
import { assertNever } from '../shared/domain/assert-never.ts'
import { parseSenderId } from '../shared/domain/identity.ts'
import { prepareStateDir, type StatePaths } from '../shared/state/state-dir.ts'
import { createGatewayRunner, type RunnerView } from './children/gateway-runner.ts'
import { lockedDown, planLaunch } from './children/launch-plan.ts'
import { loadDecisionBook } from './decisions/decision-book.ts'
import { createDecisions, type Decisions } from './decisions/decisions.ts'
import { hasChild, type Lifecycle } from './lifecycle/state.ts'
import { createSupervisorLog } from './logs/supervisor-log.ts'
import { type LogBatch, tailLog } from './logs/tail-log.ts'
import { createPairingDesk } from './pairing/pairing-desk.ts'
import { loadNotes } from './people/notes.ts'
import { createOwnerFiles } from './people/owner-files.ts'
import { createTelling } from './people/telling.ts'
import { refuseDebugger } from './processes/no-debugger.ts'
import { errorOf, hostNotes, noAnswer, noSimulatorId, notRunning, orphanLives } from './refusals.ts'
import { killOrphans } from './run/orphans.ts'
import { type Claim, claimStateDir } from './run/run-file.ts'
import { createStatusWriter } from './run/status-writer.ts'
import { readLatch } from './stop/latch.ts'
import { createLockdown } from './stop/lockdown.ts'
import { emptyState, gatewayView, stateAfter, withSimulated } from './view/app-state.ts'
import { createStateFeed } from './view/state-feed.ts'

export interface SupervisorOptions {
  readonly paths: StatePaths
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** Sentences for the owner about this machine, e.g. that Chromium's own sandbox is off. */
  readonly notes?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** From 0 up to 1. */
  readonly random?: () => number
  /** Each line that the gateway prints, redacted. */
  readonly onOutput?: (line: string) => void
}

/**
 * Commands throw a ClawdbotError that says what to do; those about people answer with a sentence, and only when
 * it is true: on disk, and acknowledged by the gateway or the gateway dead.
 */
export interface Supervisor extends Decisions {
  /** Resolves when the start has begun; the state shows how it goes. Errors: `locked_down`. */
  readonly start: () => Promise<void>
  /** Resolves when the gateway is gone. */
  readonly stop: () => Promise<void>
  /** Resolves when the new gateway is ready. Errors: `locked_down`, or why it is not. */
  readonly restart: () => Promise<void>
  /** STOP. Never throws: what could not be done is in the result. */
  readonly lockdown: (by: string, reason: string) => Promise<StopResultView>
  /** Ends the lockdown and starts nothing. Errors: `latch_unwritable`. */
  readonly resume: (reason: string, by?: string) => Promise<void>
  /** Somebody of the simulator says something. Errors: `gateway_not_running`, `sender_invalid`. */
  readonly simulate: (sender: string, name: string, text: string) => Promise<void>
  readonly snapshot: () => Snapshot
  readonly subscribe: (listener: (patch: StatePatch) => void) => () => void
  readonly followLogs: (listener: (batch: LogBatch) => void) => Promise<LogFollow>
  /** Stops the gateway, gently first, and gives the state directory free. */
  readonly close: () => Promise<void>
}

interface LogFollow {
  readonly snapshot: LogSnapshot
  readonly stop: () => void
}

/** A process that even SIGKILL does not end at once (it hangs in the kernel) must not keep the app open. */
const CLOSE_WITHIN_MS = 10_000

/**
 * Becomes the one supervisor of the state directory, and starts nothing yet.
 * Errors: `already_running`, `state_not_writable`, `disk_full`, `store_busy`.
 */
export const createSupervisor = async (options: SupervisorOptions): Promise<Supervisor> => {
  refuseDebugger()
  await prepareStateDir(options.paths)
  const claim = await claimStateDir(options.paths, (options.now ?? Date.now)())
  try {
    const { survivors } = await killOrphans(options.paths, claim.previous)
    // A second gateway beside it would answer everything twice.
    if (survivors.length > 0) throw orphanLives(survivors.map(({ pid }) => pid))
    return await assemble(options, claim)
  } catch (error) {
    await claim.release()
    throw error
  }
}

const assemble = async (options: SupervisorOptions, claim: Claim): Promise<Supervisor> => {
  const { paths, now = Date.now, random = Math.random, onOutput = () => undefined } = options
  const latch = await readLatch(paths)
  const notes = await loadNotes(paths)
  const book = await loadDecisionBook(paths)
  const log = createSupervisorLog(now)
  const complain = (error: unknown): void => log.warn('something could not be done', { error })
  const feed = createStateFeed(
    emptyState(paths, [...hostNotes(process.platform), ...(options.notes ?? [])], now()),
  )

  const telling = createTelling({
    send: (people) => runner.send({ type: 'people', ...people }),
    onSilence: () => runner.fault(noAnswer),
  })

  const runner = createGatewayRunner({
    now,
    random,
    latched: latch.kind === 'locked',
    plan: async () => {
      const config = await files.configForLaunch()
      const plan = await planLaunch({ ...options, now, people: telling.started }, config)
      // On disk before there is a process, so that no gateway is ever without a trace.
      await status.beginRun(plan.runId)
      return plan
    },
    onChange: (view) => showRunner(view),
    onOutput,
    onMessage: (message) => hear(message),
    onGone: () => {
      telling.gone()
      files.gatewayGone()
    },
  })

  const status = createStatusWriter(claim, () => ({ view: runner.view(), providers: feed.state().providers }))

  const lockdown = createLockdown({
    paths,
    now,
    runner,
    latch,
    onChange: (view) => feed.update({ lockdown: view }),
    onError: complain,
  })

  const files = createOwnerFiles({
    ...options,
    now,
    feed,
    runner,
    telling,
    notes,
    log,
    follow: lockdown.follow,
  })

  const desk = createPairingDesk({
    paths,
    now,
    providerNow: files.providerNow,
    answer: (askId, outcome) => runner.send({ type: 'pairing-answer', askId, outcome }),
    changed: () => void files.refresh(),
    onError: complain,
  })

  const showDecisions = (): void => feed.update({ decisions: book.list().map(({ view }) => view) })
  const decisions = createDecisions({
    paths,
    now,
    newId: randomUUID,
    notes,
    book,
    isLocked: () => isLocked(runner.view().state),
    providerNow: files.providerNow,
    settle: files.settle,
    onChange: showDecisions,
    onError: complain,
  })

  const showRunner = (view: RunnerView): void => {
    const gateway = gatewayView(view, feed.state().gateway)
    if (gateway.phase !== feed.state().gateway.phase) {
      log.info(`the gateway is ${gateway.phase}`, { pid: gateway.pid, error: gateway.error ?? undefined })
    }
    feed.update({ gateway })
    void status.save().catch(complain)
  }

  const hear = (message: FromGateway): void => {
    feed.put(stateAfter(feed.state(), message))
    switch (message.type) {
      case 'ready':
        telling.ready()
        void files.refresh()
        break
      case 'ack':
        telling.acknowledged(message.revision)
        break
      case 'provider':
        files.providerReported(message.status)
        void status.save().catch(complain)
        break
      case 'pairing-ask':
        desk.ask(message)
        break
      case 'pairing-seen':
        desk.seen(message)
        break
      case 'activity':
        files.seen(message.activity)
        break
      case 'fatal':
        log.error('the gateway can not go on', { message: message.message, hint: message.hint })
        break
      case 'hello':
      case 'pong':
      case 'drops':
      case 'unconfirmed':
      case 'simulated':
        break
      default:
        assertNever(message)
    }
  }

  const refuseWhenLocked = (): void => {
    if (isLocked(runner.view().state)) throw lockedDown(paths)
  }

  const follows = new Set<() => void>()
  showRunner(runner.view())
  showDecisions()
  await files.open()

  return {
    ...decisions,
    async start() {
      refuseWhenLocked()
      runner.dispatch({ type: 'start' })
    },
    async stop() {
      runner.dispatch({ type: 'stop' })
      await runner.until((state) => state.phase !== 'stopping')
    },
    async restart() {
      refuseWhenLocked()
      runner.dispatch({ type: 'restart' })
      const state = await runner.until(({ phase }) => phase !== 'stopping' && phase !== 'starting')
      if (state.phase === 'backing-off' || state.phase === 'failed') throw errorOf(state.error)
      refuseWhenLocked()
    },
    lockdown: async (by, reason) => {
      const result = await lockdown.stop(by, reason)
      log.warn('everything was stopped', { by, reason, result })
      return result
    },
    resume: async (reason, by = 'the owner') => {
      await lockdown.resume(by, reason)
      await runner.until((state) => state.phase !== 'stopping')
      log.info('the lockdown was ended', { by, reason })
    },
    async simulate(sender, name, text) {
      refuseWhenLocked()
      if (parseSenderId('simulator', sender) === undefined) throw noSimulatorId()
      if (!runner.send({ type: 'simulate', sender, name, text })) throw notRunning()
      const said = { id: randomUUID(), at: now(), sender, from: 'person', text } as const
      feed.update({ simulator: withSimulated(feed.state(), said) })
    },
    snapshot: feed.snapshot,
    subscribe: feed.subscribe,
    async followLogs(listener) {
      const { file, first, stop } = await tailLog(files.logFileNow, listener)
      follows.add(stop)
      return { snapshot: { file, lines: first }, stop }
    },
    async close() {
      await files.close()
      runner.dispatch({ type: 'stop' })
      await Promise.race([
        runner.until((state) => !hasChild(state)),
        sleep(CLOSE_WITHIN_MS, undefined, { ref: false }),
      ])
      runner.close()
      await notes.save().catch(complain)
      await status.close()
      log.close()
      for (const stop of follows) stop()
    },
  }
}

const isLocked = (state: Lifecycle): boolean => state.phase === 'locked'
