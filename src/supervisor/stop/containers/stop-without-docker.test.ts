// A Docker Engine of this test's own, which is stopped and killed while containers live on.
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { type Boxes, startBoxes } from '../../../../e2e/support/docker.ts'
import { type PrivateEngine, startPrivateEngine } from '../../../../scripts/docker/engine.ts'
import { livingContainers } from '../../docker/container-processes.ts'
import type { OurContainer } from '../../docker/our-containers.ts'
import { STOP_LIMITS } from '../../docker/stop-limits.ts'
import { type ContainersReport, stopContainers } from './stop-containers.ts'

let engine: PrivateEngine | undefined
afterEach(async () => {
  await engine?.stop()
  engine = undefined
})

const begin = async (
  count: number,
): Promise<{ readonly boxes: Boxes; readonly known: readonly OurContainer[] }> => {
  engine = await startPrivateEngine()
  const boxes = await startBoxes(count, engine.host)
  return { boxes, known: await boxes.list() }
}

const stop = (env: NodeJS.ProcessEnv, known: readonly OurContainer[]): Promise<ContainersReport> => {
  const started = performance.now()
  const limits = { ...STOP_LIMITS, all: 1_500 }
  return stopContainers({
    env,
    known,
    limits,
    elapsed: () => performance.now() - started,
    step: () => undefined,
  })
}

const dockerd = (): number => {
  if (engine === undefined) throw new Error('no engine')
  return engine.pid
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** The signal is sent at once; each of its threads stops a little later, and could answer until then. */
const hangEngine = async (): Promise<void> => {
  const pid = dockerd()
  process.kill(pid, 'SIGSTOP')
  const states = (): readonly string[] =>
    readdirSync(`/proc/${pid}/task`).map(
      (thread) => / \(.*\) (\S)/.exec(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))?.[1] ?? '',
    )
  await expect.poll(() => states().every((state) => state === 'T')).toBe(true)
}

const killEngine = async (): Promise<void> => {
  const pid = dockerd()
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isAlive(pid)).toBe(false)
}

const onRootsLinux = process.platform === 'linux' && process.getuid?.() === 0

describe.runIf(onRootsLinux)('with a Docker Engine that hangs (SIGSTOP)', () => {
  it('containers that were known are killed all the same, and it is not called proven', async () => {
    const { boxes, known } = await begin(2)
    await hangEngine()
    const report = await stop(boxes.env, known)
    expect(report).toMatchObject({ found: 2, dead: 2, survivors: [], deadMs: null })
    expect(report.error?.message).toMatch(/^Docker did not answer within .* Nobody can say/)
    expect(livingContainers(boxes.env)).toEqual([])
  })

  it('and frozen ones too, which a signal alone would not kill', async () => {
    const { boxes, known } = await begin(1)
    for (const { id } of known) await boxes.act(id, 'pause')
    await hangEngine()
    expect(await stop(boxes.env, known)).toMatchObject({ dead: 1, survivors: [] })
    expect(livingContainers(boxes.env)).toEqual([])
  })

  it('containers that nobody knew of live on, and nothing says that they do not', async () => {
    const { boxes } = await begin(1)
    await hangEngine()
    const report = await stop(boxes.env, [])
    expect(report).toMatchObject({ found: 0, dead: 0, error: { code: 'docker_unreachable' } })
    expect(livingContainers(boxes.env)).toHaveLength(1)
  })
})

describe.runIf(onRootsLinux)(
  'with a Docker Engine that was killed (SIGKILL) while its containers live on',
  () => {
    it('the known ones are killed, and it is not called proven, because Docker may start them again', async () => {
      const { boxes, known } = await begin(2)
      await killEngine()
      expect(livingContainers(boxes.env)).toHaveLength(2)
      const report = await stop(boxes.env, known)
      expect(report).toMatchObject({
        found: 2,
        dead: 2,
        survivors: [],
        error: { code: 'docker_unreachable' },
      })
      expect(livingContainers(boxes.env)).toEqual([])
    })

    it('unknown ones make it unreachable, not absent', async () => {
      const { boxes } = await begin(1)
      await killEngine()
      expect((await stop(boxes.env, [])).error?.code).toBe('docker_unreachable')
    })

    it('and without any container it is absent, which is proven', async () => {
      const { boxes } = await begin(0)
      await killEngine()
      expect(await stop(boxes.env, [])).toMatchObject({ found: 0, error: null })
    })
  },
)
