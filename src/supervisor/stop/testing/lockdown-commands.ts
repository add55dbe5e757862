// Test support: everything that an owner, a crash or a vandal may do to the world of the model.
import { existsSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { isLatched, readWitnesses } from '../latch/latch.ts'
import { resumeLatch } from '../latch/resume-latch.ts'
import { stopEverything } from '../stop-everything.ts'
import { type Act, current, supervise, type World } from './lockdown-world.ts'

const stopBy = async (
  world: World,
  stop: () => Promise<{ readonly latchMs: number | null; readonly latchError: unknown }>,
) => {
  const act: Act = {
    begun: world.tick(),
    ended: 0,
    outcome: 'open',
    latched: isLatched(world.paths),
    decided: undefined,
  }
  world.stops.push(act)
  const { latchMs, latchError } = await stop()
  act.ended = world.tick()
  act.outcome = latchMs !== null && latchError === null ? 'done' : 'failed'
  if (world.holds() && world.living.size > 0) world.wrong.push('something lives after a stop')
}

const resumeBy = async (world: World, resume: () => Promise<void>): Promise<void> => {
  const act: Act = {
    begun: world.tick(),
    ended: 0,
    outcome: 'open',
    latched: isLatched(world.paths),
    decided: undefined,
  }
  world.resumes.push(act)
  try {
    await current.run(act, resume)
    act.outcome = 'done'
  } catch {
    // Refused: the lockdown holds, which is what is checked. Where the disk went away meanwhile, nobody can say.
    act.outcome = world.diskWasGone ? 'done' : 'failed'
  }
  act.ended = world.tick()
}

const onDisk = (world: World, change: () => void): Promise<void> => {
  if (!world.diskIsGone()) change()
  return Promise.resolve()
}

/** Everything that may happen. */
export const COMMANDS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  start: (world) => {
    world.ownerStarted()
    world.runner.dispatch({ type: 'start' })
    return Promise.resolve()
  },
  crash: async (world) => {
    world.endAll()
  },
  stopInTheApp: (world) => stopBy(world, () => world.lockdown.stop('app', 'a test')),
  stopByTheCli: (world) =>
    stopBy(world, () => stopEverything({ paths: world.paths, by: 'cli', reason: 'a test', env: {} })),
  resumeInTheApp: (world) => resumeBy(world, () => world.lockdown.resume('the owner', 'a test')),
  resumeByTheCli: (world) =>
    resumeBy(world, async () => {
      const known = await readWitnesses(world.paths)
      if ((await world.survivors()).survivors.length > 0) throw new Error('something lives')
      await resumeLatch(world.paths, { at: Date.now(), by: 'cli', reason: 'a test' }, known)
    }),
  follow: (world) => world.lockdown.follow().catch(() => undefined),
  restartTheSupervisor: (world) => supervise(world),
  breakTheConfig: async ({ runner }) =>
    runner.dispatch({ type: 'config-broken', error: { code: 'config_invalid', message: '', hint: '' } }),
  mendTheConfig: async ({ runner }) => runner.dispatch({ type: 'config-mended' }),
  deleteTheLatch: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdowns)) rmSync(world.paths.lockdown, { force: true })
    }),
  corruptTheLatch: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdown)) writeFileSync(world.paths.lockdown, '{"version":')
    }),
  deleteTheJournal: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdown)) rmSync(world.paths.lockdowns, { force: true })
    }),
  tearTheJournal: (world) =>
    onDisk(world, () => {
      if (existsSync(world.paths.lockdown) && existsSync(world.paths.lockdowns))
        truncateSync(world.paths.lockdowns, 20)
    }),
  takeTheDiskAway: (world) =>
    onDisk(world, () => {
      world.diskWasGone = true
      renameSync(world.paths.root, `${world.folder}/away`)
      writeFileSync(world.paths.root, '')
    }),
  giveTheDiskBack: (world) => {
    giveBack(world)
    return Promise.resolve()
  },
}

export const giveBack = (world: World): void => {
  if (!world.diskIsGone()) return
  rmSync(world.paths.root)
  renameSync(`${world.folder}/away`, world.paths.root)
}
