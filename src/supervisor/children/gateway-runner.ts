import type { Duplex } from 'node:stream'
import type { FromGateway, ToGateway } from '../../shared/contracts/gateway.ts'
import type { StartMessage } from '../../shared/contracts/gateway-told.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { type ErrorCode, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import { reduce } from '../lifecycle/reduce.ts'
import {
  type Cure,
  hasChild,
  initialLifecycle,
  type Lifecycle,
  type LifecycleEffect,
  type LifecycleEvent,
  needsTicks,
} from '../lifecycle/state.ts'
import { TICK_MS } from '../lifecycle/tick.ts'
import { contractViolation, createInbox } from './inbox.ts'
import { type GatewayChild, type GatewayExit, type GatewayLaunch, launchGateway } from './launch-gateway.ts'

/** All that one launch needs, made anew for each: the config may have changed since the last one. */
export interface LaunchPlan
  extends Pick<GatewayLaunch, 'node' | 'main' | 'grants' | 'cwd' | 'runId' | 'env' | 'redact'> {
  /** The last look before the process is made; throws if it must not be. */
  readonly check: () => void
  /** What it is told first, as true at the moment of its launch as it can be. */
  readonly start: () => StartMessage
}

/** What the screens show of the process. */
export interface RunnerView {
  readonly state: Lifecycle
  readonly pid: number | null
  readonly start: string
  readonly runId: string
  readonly grants: readonly string[]
  readonly lastOutput: readonly string[]
}

export interface RunnerOptions {
  readonly now: () => number
  readonly random: () => number
  readonly latched: boolean
  /** Throws a ClawdbotError that says why the gateway can not be launched now. */
  readonly plan: () => Promise<LaunchPlan>
  readonly onChange: (view: RunnerView) => void
  readonly onOutput: (line: string) => void
  /** Messages that belong to the current child; those about its health are answered in here. */
  readonly onMessage: (message: FromGateway) => void
  /** The current child's channel for sandboxes, before its first message. */
  readonly onBoxChannel: (channel: Duplex) => void
  /** The child is gone: nothing that it was told or asked holds any longer. */
  readonly onGone: () => void
}

export interface GatewayRunner {
  readonly view: () => RunnerView
  readonly dispatch: (event: Occurrence) => void
  readonly send: (message: ToGateway) => boolean
  /** Ends the current child as one that must not go on. */
  readonly fault: (error: ErrorView) => void
  /** Process groups that may be alive. */
  readonly groups: () => readonly number[]
  /** Resolves as soon as `condition` holds. */
  readonly until: (condition: (state: Lifecycle) => boolean) => Promise<Lifecycle>
  readonly close: () => void
}

type WithoutContext<E> = E extends unknown ? Omit<E, 'now' | 'random'> : never
type Occurrence = WithoutContext<LifecycleEvent>

interface Current {
  readonly run: number
  plan: LaunchPlan | undefined
  child: GatewayChild | undefined
  /** Asked to end before it was made. */
  cancelled: boolean
  /** What it said itself about its end. */
  fatal: ErrorView | undefined
}

/** Failures that another try can not mend, and what can. */
const CURED_CODES = [
  'config_invalid',
  'config_unreadable',
  'runtime_missing',
  'log_unsafe',
  'locked_down',
  'state_not_writable',
  'store_corrupt',
  'store_unreadable',
  'audit_broken',
  'audit_unwritable',
] as const
const cureOf = (code: ErrorCode): Cure | null => {
  if (code === 'config_invalid' || code === 'config_unreadable') return 'config'
  return CURED_CODES.some((cured) => cured === code) ? 'owner' : null
}

/** The thin ring around the reducer: it owns the one child, feeds events in and carries effects out. */
export const createGatewayRunner = (options: RunnerOptions): GatewayRunner => {
  let state = initialLifecycle(options.now(), options.latched)
  let current: Current | undefined
  let lastOutput: readonly string[] = []
  let timer: NodeJS.Timeout | undefined
  const waiting = new Set<() => void>()

  const view = (): RunnerView => ({
    state,
    pid: current?.child?.pid ?? null,
    start: current?.child?.start ?? '',
    runId: current?.plan?.runId ?? '',
    grants: current?.plan?.grants ?? [],
    lastOutput,
  })

  const dispatch = (occurrence: Occurrence): void => {
    const before = state
    const step = reduce(state, { ...occurrence, now: options.now(), random: options.random() })
    state = step.state
    keepTicking()
    for (const effect of step.effects) perform(effect)
    if (before.phase !== state.phase || hasChild(before) !== hasChild(state)) {
      options.onChange(view())
      for (const look of waiting) look()
    }
  }

  const keepTicking = (): void => {
    if (needsTicks(state)) timer ??= setInterval(() => dispatch({ type: 'tick' }), TICK_MS)
    else {
      clearInterval(timer)
      timer = undefined
    }
  }

  const perform = (effect: LifecycleEffect): void => {
    switch (effect.kind) {
      case 'launch':
        void launch(effect.run)
        return
      case 'ping':
        current?.child?.send({ type: 'ping', sequence: effect.sequence })
        return
      case 'ask-stop':
        if (current !== undefined && current.child === undefined) current.cancelled = true
        current?.child?.send({ type: 'stop' })
        return
      case 'terminate':
        current?.child?.signal('SIGTERM')
        return
      case 'kill':
        if (current !== undefined && current.child === undefined) current.cancelled = true
        current?.child?.signal('SIGKILL')
        return
      default:
        assertNever(effect)
    }
  }

  const launch = async (run: number): Promise<void> => {
    const mine: Current = { run, plan: undefined, child: undefined, cancelled: false, fatal: undefined }
    current = mine
    lastOutput = []
    try {
      const plan = await options.plan()
      if (mine.cancelled || state.phase === 'locked') {
        gone(mine, { how: 'was not started', lastOutput: [] })
        return
      }
      plan.check()
      mine.plan = plan
      start(mine, plan)
    } catch (error) {
      mine.fatal = toErrorView(error)
      gone(mine, { how: 'could not be started', lastOutput: [] })
    }
  }

  const start = (mine: Current, plan: LaunchPlan): void => {
    const inbox = createInbox(options.now)
    const isHeard = (): boolean => current === mine && mine.fatal === undefined
    const refuse = (error: unknown): void => {
      if (!isHeard()) return
      options.onOutput(`message refused: ${toErrorView(error).message}`)
      fail(mine, toErrorView(error))
    }
    const receive = (raw: unknown): void => {
      if (!isHeard()) return
      try {
        hear(mine, inbox(raw))
      } catch (error) {
        refuse(error)
      }
    }
    // Before there is a process: what fails here must not leave one behind that nobody knows.
    const first = plan.start()
    const child = launchGateway({
      ...plan,
      onOutput: options.onOutput,
      onMessage: receive,
      onRefused: refuse,
      onBoxChannel: options.onBoxChannel,
      onExit: (exit) => gone(mine, exit),
    })
    mine.child = child
    child.send(first)
    options.onChange(view())
  }

  const fail = (mine: Current, error: ErrorView): void => {
    mine.fatal ??= error
    dispatch({ type: 'fault', run: mine.run, error, cure: cureOf(error.code) })
  }

  const hear = (mine: Current, message: FromGateway): void => {
    switch (message.type) {
      case 'hello':
      case 'ready':
        if (message.runId !== mine.plan?.runId) throw contractViolation('it names another run')
        if (message.type === 'ready') dispatch({ type: 'ready', run: mine.run })
        break
      case 'pong':
        dispatch({ type: 'pong', run: mine.run })
        break
      case 'fatal':
        mine.fatal = fatalView(message)
        break
      case 'ack':
      case 'provider':
      case 'link':
      case 'bind':
      case 'pairing-ask':
      case 'pairing-seen':
      case 'activity':
      case 'drops':
      case 'unconfirmed':
      case 'simulated':
      case 'intent':
      case 'outcome':
      case 'box-ask':
      case 'box-violation':
      case 'approval-ask':
      case 'approval-withdrawn':
      case 'accepted':
      case 'stop-asked':
      case 'progress':
        break
      default:
        assertNever(message)
    }
    options.onMessage(message)
  }

  const gone = (mine: Current, exit: GatewayExit): void => {
    if (current === mine) current = undefined
    lastOutput = exit.lastOutput
    const error = mine.fatal ?? exited(exit.how)
    options.onGone()
    dispatch({ type: 'exited', run: mine.run, error, cure: cureOf(error.code) })
  }

  return {
    view,
    dispatch,
    send: (message) => current?.child?.send(message) ?? false,
    fault: (error) => {
      if (current !== undefined) fail(current, error)
    },
    groups: () => (current?.child?.pid === undefined ? [] : [current.child.pid]),
    until: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!condition(state)) return
          waiting.delete(look)
          resolve(state)
        }
        waiting.add(look)
        look()
      }),
    close: () => clearInterval(timer),
  }
}

const exited = (how: string): ErrorView => ({
  code: 'gateway_not_running',
  message: `the gateway ${how}`,
  hint: 'The last lines of its output may say why.',
})

/** The code comes from the gateway: it counts where it is one of those that decide about a retry. */
const fatalView = (fatal: Extract<FromGateway, { type: 'fatal' }>): ErrorView => ({
  code: CURED_CODES.find((code) => code === fatal.code) ?? 'internal',
  message: fatal.message.slice(0, 500),
  hint: fatal.hint.slice(0, 500),
})
