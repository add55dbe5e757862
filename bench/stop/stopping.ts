import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Boxes, startBoxes } from '../../e2e/support/docker.ts'
import { withDocker } from '../../scripts/docker/engine.ts'
import { isProvenStopped, type StopResultView } from '../../src/shared/contracts/stop-views.ts'
import { resolveStatePaths } from '../../src/shared/state/state-dir.ts'
import { STOP_LIMITS } from '../../src/supervisor/docker/stop-limits.ts'
import { newRunId, RUN_ID_VARIABLE } from '../../src/supervisor/processes/run-cookie.ts'
import { stopEverything } from '../../src/supervisor/stop/stop-everything.ts'
import { type Benchmark, type Figure, percentile, rounded } from '../figure.ts'

const RUNS = 100
const CONTAINERS = 10

/** Ten processes in a group, one of them in a session of its own: all deaf to SIGTERM, as a gateway's could be. */
const GROUP = `
trap "" TERM
for i in 1 2 3 4 5 6 7 8; do sh -c 'trap "" TERM; while :; do sleep 1000; done' & done
setsid sh -c 'trap "" TERM; while :; do sleep 1000; done' &
echo up
wait
`

/** Stands for the gateway: a hundred starts of the real one would measure mostly those. Returns the leader. */
const startGroup = async (env: NodeJS.ProcessEnv): Promise<number> => {
  const leader = spawn('sh', ['-c', GROUP], { detached: true, stdio: ['ignore', 'pipe', 'ignore'], env })
  await once(leader.stdout, 'data')
  if (leader.pid === undefined) throw new Error('the group did not start')
  return leader.pid
}

/** One STOP as the app does it: it knows its gateway and has seen the containers a moment before. */
const stopOnce = async (boxes: Boxes): Promise<StopResultView> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-bench-'))
  try {
    const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: stateDir }, homedir())
    const all = await boxes.list()
    await Promise.all(all.map(({ id }) => boxes.act(id, 'start')))
    const knownContainers = await boxes.list()
    const env = { ...process.env, ...boxes.env }
    const leader = await startGroup({ PATH: process.env['PATH'], [RUN_ID_VARIABLE]: newRunId(paths.root) })
    const result = await stopEverything({
      paths,
      by: 'app',
      reason: 'a measurement',
      env,
      children: [leader],
      knownContainers,
    })
    const { found, dead } = result.containers
    if (!isProvenStopped(result) || found !== CONTAINERS || dead !== CONTAINERS) {
      throw new Error(`not proven stopped: ${JSON.stringify(result)}`)
    }
    return result
  } finally {
    await rm(stateDir, { recursive: true, force: true })
  }
}

/** What was not reached in a run counts as long as STOP tries. */
const figure = (name: string, values: readonly (number | null)[], goal: string): Figure => ({
  name,
  value: rounded(
    percentile(
      values.map((value) => value ?? STOP_LIMITS.all),
      0.99,
    ),
  ),
  unit: 'ms',
  goal,
})

/** STOP over 100 runs, each with a process group of ten and ten containers that use the processors without end. */
export const stopping: Benchmark = {
  name: 'stop',
  run: () =>
    withDocker(async ({ DOCKER_HOST }) => {
      const boxes = await startBoxes(0, DOCKER_HOST)
      try {
        await Promise.all(Array.from({ length: CONTAINERS }, () => boxes.create()))
        await stopOnce(boxes)
        const results: StopResultView[] = []
        while (results.length < RUNS) results.push(await stopOnce(boxes))
        return [
          figure(
            'stop.group_dead_p99_ms',
            results.map(({ deadMs }) => deadMs),
            'under 100',
          ),
          figure(
            'stop.frozen_p99_ms',
            results.map(({ frozenMs }) => frozenMs),
            'under 250',
          ),
          figure(
            'stop.verified_p99_ms',
            results.map(({ verifiedMs }) => verifiedMs),
            'under 1,000',
          ),
          figure(
            'stop.latch_p99_ms',
            results.map(({ latchMs }) => latchMs),
            'under 20',
          ),
        ]
      } finally {
        await boxes.remove()
      }
    }),
}
