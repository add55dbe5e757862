import { homedir } from 'node:os'
import type { ArchiveView } from '../../shared/contracts/app-state.ts'
import {
  type ArchiveCall,
  type ArchiveEvent,
  type ArchiveInput,
  type ArchiveOutput,
  type ArchivePayload,
  archiveCalls,
} from '../../shared/contracts/archive.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { createAsks } from './asks.ts'
import { type ArchiveChild, type ArchiveExit, launchArchive } from './launch-archive.ts'
import { createListeners } from './listeners.ts'
import { PACE, type Pace, retryAfter } from './pace.ts'
import { planArchive } from './plan-archive.ts'
import { type HeardEvent, readLine } from './read-line.ts'
import { gaveUp, unavailable, violation } from './refusals.ts'

export interface ArchiveOptions {
  readonly paths: StatePaths
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
  /** May contain YYYY-MM-DD. Where it becomes another one, the archive is started anew for it. */
  readonly logFile: () => string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Without a window nobody may ever ask, and an index that nobody reads costs room on the disk. @default 'at once' */
  readonly begins?: 'at once' | 'when asked'
  readonly onView: (view: ArchiveView) => void
  readonly onError: (error: unknown) => void
}

/** Where the archive is asked. One process answers; the index behind it may be shared with others. */
export interface ArchiveClient {
  /** Errors: `archive_unavailable`, `archive_refused`, `session_unknown`, `disk_full`, `state_not_writable`. */
  readonly ask: <K extends ArchiveCall>(call: K, input: ArchiveInput<K>) => Promise<ArchiveOutput<K>>
  /** Returns what ends it. */
  readonly on: <K extends ArchiveEvent>(
    event: K,
    listener: (payload: ArchivePayload<K>) => void,
  ) => () => void
  /** Starts it anew, also where it was given up. */
  readonly restart: () => void
  /** Resolves when the process is gone. */
  readonly close: () => Promise<void>
}

/** Events in one tick; a working archive sends a handful. */
const MAX_EVENTS = 2_000
/** Ticks that it has to end by itself. */
const GOODBYE = 2

const EMPTY_ARCHIVE: ArchiveView = {
  phase: 'starting',
  indexedBytes: 0,
  totalBytes: 0,
  sessions: 0,
  messages: 0,
  logLines: 0,
  brokenLines: 0,
  unreadable: { count: 0, first: '' },
  asOf: null,
  error: null,
}

interface Run {
  readonly child: ArchiveChild
  readonly logFile: string
  /** The tick of its last word, or of its launch. */
  heardAt: number
  spoke: boolean
  events: number
  /** Why it was killed, and whether that counts as a failure; undefined while it was not. */
  ended: { readonly why: string; readonly next: 'count' | 'start' } | undefined
}

/**
 * Starts the archive and keeps it running: a crash, a silence or a breach of the contract starts it again, until that
 * has happened five times in a minute. What was asked of a process that is gone is put to the next one, once; what was
 * asked of one that was killed fails; what is asked while none is there waits for the next.
 */
export const createArchive = (options: ArchiveOptions, pace: Pace = PACE): ArchiveClient => {
  const asks = createAsks()
  const listeners = createListeners(options.onError)
  let view = EMPTY_ARCHIVE
  let run: Run | undefined
  let tick = 0
  let failures: readonly number[] = []
  /** The tick of the next start; undefined while one runs, or none is to. */
  let startAt: number | undefined
  let failed: Error | undefined
  /** Which transcript is watched, for a process that starts later. */
  let watched: ArchiveInput<'watch'> | undefined
  let isAwaited = options.begins === 'when asked'
  let closing: { readonly since: number; readonly done: () => void } | undefined

  const show = (change: Partial<ArchiveView>): void => {
    view = { ...view, ...change }
    options.onView(view)
  }

  const giveUp = (error: Error): void => {
    failed = error
    asks.failAll(error)
    show({ phase: 'failed', error: toErrorView(error) })
  }

  const start = (): void => {
    isAwaited = false
    startAt = undefined
    failed = undefined
    const logFile = options.logFile()
    const { paths, appRoot, env, now } = options
    try {
      const year = new Date(now()).getUTCFullYear()
      const plan = planArchive({ paths, appRoot, home: env['HOME'] ?? homedir(), logFile, year })
      const started: Run = {
        child: launchArchive({
          ...plan,
          env,
          onLine: (line) => hear(started, line),
          onExit: (exit) => gone(started, exit),
        }),
        logFile,
        heardAt: tick,
        spoke: false,
        events: 0,
        ended: undefined,
      }
      run = started
      started.child.say(JSON.stringify(plan.start))
      for (const line of asks.lines(tick)) started.child.say(line)
      if (watched !== undefined) void ask('watch', watched).catch(() => undefined)
    } catch (error) {
      giveUp(error instanceof Error ? error : new Error(String(error)))
    }
  }

  const gone = (which: Run, exit: ArchiveExit): void => {
    if (which !== run) return
    run = undefined
    if (closing !== undefined) {
      closing.done()
      return
    }
    const { why, next } = which.ended ?? { why: `it ${exit.how}`, next: 'count' }
    if (which.ended === undefined) asks.lost(unavailable(why))
    if (next === 'start') {
      start()
      return
    }
    failures = [...failures.filter((at) => tick - at < pace.window), tick]
    const wait = retryAfter(failures, tick, pace.window)
    if (wait === 'never') {
      giveUp(gaveUp(why, exit.lastOutput))
      return
    }
    show({ phase: 'starting', error: null })
    if (wait === 0) start()
    else startAt = tick + wait
  }

  /** What it still says is not listened to, and the next is started when it is gone. */
  const kill = (which: Run, why: string, next: 'count' | 'start'): void => {
    if (which.ended === undefined) {
      if (next === 'start') asks.lost(unavailable(why))
      else asks.failAll(unavailable(why))
    }
    which.ended ??= { why, next }
    which.child.kill()
  }

  const hear = (which: Run, line: Buffer | 'too long'): void => {
    if (which !== run || which.ended !== undefined) return
    which.heardAt = tick
    which.spoke = true
    try {
      const said = readLine(line)
      switch (said.kind) {
        case 'answer':
          asks.answered(said.id, said.output)
          return
        case 'refusal':
          asks.refused(said.id, said.error)
          return
        case 'event':
          which.events += 1
          if (which.events > MAX_EVENTS) throw violation('more events than anybody reads')
          tell(said.event)
          return
      }
    } catch (error) {
      options.onError(error)
      kill(which, 'it broke its contract', 'count')
    }
  }

  const tell = (event: HeardEvent): void => {
    if (event.name === 'status') show(event.payload)
    listeners.tell(event)
  }

  const look = (): void => {
    tick += 1
    if (closing !== undefined) {
      if (tick - closing.since >= GOODBYE) run?.child.kill()
      return
    }
    if (startAt !== undefined && tick >= startAt) start()
    if (run === undefined) return
    run.events = 0
    if (run.ended !== undefined) return
    if (run.logFile !== options.logFile()) {
      kill(run, 'the log is at another place now', 'start')
      return
    }
    if (asks.count() === 0) {
      run.heardAt = tick
      return
    }
    const oldest = asks.oldest()
    const silent = tick - run.heardAt
    if (silent >= (run.spoke ? pace.silence : pace.firstWord)) kill(run, 'it hung', 'count')
    else if (oldest !== undefined && tick - oldest >= pace.answer)
      kill(run, 'it left a question open', 'count')
    else if (silent > 0 && silent % pace.ping === 0) ping()
  }

  /** How it goes is of no interest: that it answers is. */
  const ping = (): void => void ask('status', {}).catch(() => undefined)

  const ask: ArchiveClient['ask'] = (call, input) => {
    if (closing !== undefined)
      return Promise.reject(unavailable('it is being ended', 'Start Clawdbot again.'))
    if (failed !== undefined) return Promise.reject(failed)
    if (call === 'watch') watched = archiveCalls.watch.input.parse(input)
    const answer = asks.add(call, input, tick, (line) => {
      if (run?.ended === undefined) run?.child.say(line)
    })
    // It is told what was asked as soon as it has begun.
    if (isAwaited) start()
    return answer
  }

  const timer = setInterval(look, pace.tickMs)
  // Its process is not a reason to stay either, and whoever waits for an answer has a reason of their own.
  timer.unref()
  show({})
  if (!isAwaited) start()

  return {
    ask,
    on: listeners.on,
    restart() {
      if (closing !== undefined) return
      failures = []
      show({ phase: 'starting', error: null })
      if (run === undefined) start()
      else kill(run, 'it was started anew', 'start')
    },
    close: () =>
      new Promise((resolve) => {
        const done = (): void => {
          clearInterval(timer)
          resolve()
        }
        asks.failAll(unavailable('it is being ended', 'Start Clawdbot again.'))
        const before = closing
        closing = {
          since: before?.since ?? tick,
          done: () => {
            before?.done()
            done()
          },
        }
        if (run === undefined) closing.done()
        else run.child.end()
      }),
  }
}
