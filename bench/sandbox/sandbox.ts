import { setTimeout as pause } from 'node:timers/promises'
import { withDocker } from '../../scripts/docker/engine.ts'
import { type Benchmark, type Figure, median, percentile, rounded } from '../figure.ts'
import { type HandsBench, openHandsBench, runIn } from './hands-bench.ts'

const WARM_RUNS = 1_000
const STARTS = 30
const SESSIONS = 50
const KILLS = 20

const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const repeated = async (times: number, once: () => Promise<number>): Promise<readonly number[]> => {
  const values: number[] = []
  for (let run = 0; run < times; run += 1) values.push(await once())
  return values
}

const ms = (name: string, value: number, goal: string): Figure => ({
  name: `sandbox.${name}`,
  value: rounded(value, 2),
  unit: 'ms',
  goal,
})

const withBench = (use: (bench: HandsBench) => Promise<readonly Figure[]>): Promise<readonly Figure[]> =>
  withDocker(async ({ DOCKER_HOST }) => {
    if (DOCKER_HOST === undefined) throw new Error('no Docker')
    const bench = await openHandsBench(DOCKER_HOST)
    try {
      return await use(bench)
    } finally {
      await bench.end()
    }
  })

/** A command in a box that runs already, through both sides' protocol. */
const warm = async ({ hands, newSession }: HandsBench): Promise<readonly Figure[]> => {
  const client = await hands.of('sandbox', newSession())
  await runIn(client, 'true')
  const values = await repeated(WARM_RUNS, () => elapsed(() => runIn(client, 'true')))
  return [
    ms('exec_warm_p50_ms', median(values), 'under 2'),
    ms('exec_warm_p99_ms', percentile(values, 0.99), '-'),
  ]
}

/** A session's first command: with nothing there, and with a box that was started ahead. */
const first = async ({ hands, sandboxes, newSession }: HandsBench): Promise<readonly Figure[]> => {
  const firstCommand = async (session: ReturnType<typeof newSession>): Promise<number> =>
    elapsed(async () => runIn(await hands.of('sandbox', session), 'true'))
  const cold = await repeated(STARTS, () => firstCommand(newSession()))
  const ahead = await repeated(STARTS, async () => {
    const session = newSession()
    sandboxes.warm({ session, trust: 'friend', network: false })
    // As long as a model thinks; no measure of anything.
    await pause(1_500)
    return firstCommand(session)
  })
  return [ms('cold_ms', median(cold), 'under 400'), ms('pool_ms', median(ahead), 'under 10')]
}

/** Fifty sessions that all want their first command at once, and what they take when they are idle. */
const many = async ({ hands, newSession }: HandsBench): Promise<readonly Figure[]> => {
  const sessions = Array.from({ length: SESSIONS }, newSession)
  const took = await elapsed(() =>
    Promise.all(sessions.map(async (session) => runIn(await hands.of('sandbox', session), 'true'))),
  )
  const rss = await Promise.all(
    sessions.map(async (session) => {
      const client = await hands.of('sandbox', session)
      return Number(await runIn(client, "awk '/^VmRSS/ { print $2 }' /proc/1/status"))
    }),
  )
  return [
    ms('fifty_sessions_ms', took, '-'),
    { name: 'sandbox.session_rss_mb', value: rounded(median(rss) / 1024), unit: 'MB', goal: '-' },
  ]
}

/** From the end of its time to the end of a command that ignores signals, with children in sessions of their own. */
const kill = async ({ hands, newSession }: HandsBench): Promise<readonly Figure[]> => {
  const client = await hands.of('sandbox', newSession())
  const signal = new AbortController().signal
  const command = `trap "" TERM INT HUP; for i in 1 2 3 4 5 6; do (setsid sh -c 'trap "" TERM; sleep 1000' &) ; done; while :; do :; done`
  const timeoutMs = 300
  const values = await repeated(KILLS, async () => {
    const took = await elapsed(() =>
      client.bash({ command, cwd: '', env: {}, timeoutMs, keepBytes: 1_024 }, signal),
    )
    return took - timeoutMs
  })
  return [ms('timeout_kill_ms', median(values), '-')]
}

/** What a neighbour does to be in the way. */
const BOMBS = [
  ':(){ :|:& };:; sleep 1000',
  'python3 -c "x=[]\nwhile True: x.append(bytearray(1<<20))"; sleep 1000',
  'yes',
  'trap "" TERM; while :; do :; done',
] as const

/** Commands of one session while four others do their worst. */
const besideBombs = async ({ hands, newSession }: HandsBench): Promise<readonly Figure[]> => {
  const stop = new AbortController()
  const calm = await hands.of('sandbox', newSession())
  await runIn(calm, 'true')
  const clients = await Promise.all(BOMBS.map(() => hands.of('sandbox', newSession())))
  const bombs = clients.map((client, at) =>
    client.bash(
      { command: BOMBS[at] ?? 'yes', cwd: '', env: {}, timeoutMs: 60_000, keepBytes: 64 * 1024 },
      stop.signal,
    ),
  )
  await pause(1_000)
  const values = await repeated(100, () => elapsed(() => runIn(calm, 'echo here')))
  stop.abort()
  await Promise.allSettled(bombs)
  return [ms('beside_bombs_p99_ms', percentile(values, 0.99), 'under 1000')]
}

export const sandbox: readonly Benchmark[] = [
  { name: 'warm', run: () => withBench(warm) },
  { name: 'first command', run: () => withBench(first) },
  { name: 'fifty sessions', run: () => withBench(many) },
  { name: 'timeout', run: () => withBench(kill) },
  { name: 'beside bombs', run: () => withBench(besideBombs) },
]
