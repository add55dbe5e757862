// STOP as a model: the real lifecycle, runner, lockdown, latch and resume over a real disk, with processes that are
// only numbers, under arbitrary interleavings of everything that an owner, a crash or a vandal may do.
import { mkdirSync, rmSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { GatewayChild, GatewayLaunch } from '../children/launch-gateway.ts'
import type { ContainersReport } from './containers/stop-containers.ts'
import type { KillReport } from './kill/kill-all.ts'
import { isLatched, readLatch } from './latch/latch.ts'
import { COMMANDS, giveBack } from './testing/lockdown-commands.ts'
import { edge, supervise, theWorld, World } from './testing/lockdown-world.ts'

vi.mock('../children/launch-gateway.ts', () => ({
  launchGateway: (launch: GatewayLaunch): GatewayChild => theWorld().launch(launch),
}))
vi.mock('./kill/kill-all.ts', () => ({ killAll: (): Promise<KillReport> => theWorld().killAll() }))
vi.mock('./containers/stop-containers.ts', () => ({
  stopContainers: async (): Promise<ContainersReport> => {
    await theWorld().pause()
    return {
      before: [],
      frozenMs: null,
      deadMs: null,
      found: 0,
      frozen: 0,
      dead: 0,
      survivors: [],
      error: null,
    }
  },
}))
vi.mock('./record-stop.ts', () => ({
  recordStop: () =>
    theWorld()
      .pause()
      .then(() => null),
}))
vi.mock('./survivors.ts', () => ({
  findSurvivors: () => theWorld().survivors(),
  refuseSurvivors: ({ survivors }: { readonly survivors: readonly unknown[] }) => {
    if (survivors.length > 0) throw new Error('something lives')
  },
}))

const command = fc.record({
  name: fc.constantFrom(...Object.keys(COMMANDS)),
  /** Does the next one wait for it? */
  wait: fc.constantFrom('until it is over', 'a moment', 'not at all'),
})

describe('supervisor and STOP, whatever happens in whatever order', () => {
  it('launch nothing while a stop holds, leave nothing alive, and open by a resume alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 14 }),
        fc.infiniteStream(fc.nat(6)),
        async (commands, pauses) => {
          const world = new World(pauses)
          edge.world = world
          try {
            mkdirSync(world.paths.root)
            await supervise(world)
            const running: Promise<void>[] = []
            for (const { name, wait } of commands) {
              const work = COMMANDS[name]?.(world) ?? Promise.resolve()
              running.push(work)
              if (wait === 'until it is over') await work
              if (wait === 'a moment') await world.pause()
            }
            await Promise.all(running)
            giveBack(world)
            await world.lockdown.follow()
            const open = (await readLatch(world.paths)).kind === 'open'
            if (world.holds() && open) world.wrong.push('opened by something else than a resume')
            if (world.holds() && world.runner.view().state.phase !== 'locked') world.wrong.push('not locked')
            if (world.holds() && world.living.size > 0) world.wrong.push('something lives in the end')
            expect(world.wrong).toEqual([])
            // And out of every state a resume leads, after a stop that goes through.
            await world.lockdown.stop('app', 'in the end')
            await world.lockdown.resume('the owner', 'in the end')
            expect(isLatched(world.paths)).toBe(false)
            expect(world.runner.view().state.phase).not.toBe('locked')
          } finally {
            world.runner.close()
            edge.world = undefined
            rmSync(world.folder, { recursive: true, force: true })
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
