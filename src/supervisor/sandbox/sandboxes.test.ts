import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeFrame } from '../../shared/contracts/helper-frames.ts'
import { stopContainers } from '../stop/containers/stop-containers.ts'
import { endPrograms, runProgram } from '../testing/processes.ts'
import { stateName } from './plan-box.ts'
import { type BoxWorld, createBoxWorld, friendsBox, sessionOf } from './testing/box-world.ts'

const worlds: BoxWorld[] = []
const world = (): BoxWorld => {
  const made = createBoxWorld()
  worlds.push(made)
  return made
}
const after: (() => void)[] = []
afterEach(async () => {
  endPrograms()
  for (const act of after.splice(0)) act()
  await Promise.all(worlds.splice(0).map((one) => one.remove()))
})

const SOON = { timeout: 20_000, interval: 50 }

describe('a sandbox on the real engine', () => {
  it('runs hardened as asked, in a folder of its own, and says the first word itself', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const box = await sandboxes.open(friendsBox())
    const [hello] = await new Promise<[Buffer]>((resolve) =>
      box.stream.once('data', (chunk) => resolve([chunk])),
    )
    expect(hello.toString()).toContain('"hello"')
    await sandboxes.refresh()
    const [view] = here.views.at(-1)?.containers ?? []
    expect(view).toMatchObject({
      id: box.container,
      session: 'telegram:dm:1',
      state: 'running',
      network: 'none',
      readOnlyRoot: true,
      capabilities: 'none',
      processLimit: 256,
      memoryLimit: 512 * 1024 * 1024,
      drift: [],
      held: 'in use',
    })
    await expect.poll(() => here.views.at(-1)?.containers[0]?.memory, SOON).toBeGreaterThan(0)
    expect(here.views.at(-1)?.containers[0]?.processes).toBe(1)
    expect(view?.user).not.toBe('root')
    const [folder = ''] = readdirSync(here.paths.sandboxes)
    expect(view?.mounts).toEqual([
      { source: join(here.paths.sandboxes, folder), target: '/workspace', mode: 'rw' },
    ])
    expect(statSync(join(here.paths.sandboxes, folder)).mode & 0o777).toBe(0o700)
    expect(here.notes.map(({ act, session }) => `${act} ${session}`)).toEqual(['sandbox.start telegram:dm:1'])
  })

  it('is one for all who ask at once, and another for another session', async () => {
    const sandboxes = world().sandboxes()
    const [one, same, other] = await Promise.all([
      sandboxes.open(friendsBox(1)),
      sandboxes.open(friendsBox(1)),
      sandboxes.open(friendsBox(2)),
    ])
    expect(same).toBe(one)
    expect(other.container).not.toBe(one.container)
    expect(await sandboxes.open(friendsBox(1))).toBe(one)
  })

  it('is shared with a wider scope, and never by people of different trust', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({ scope: 'agent' }))
    const owner = { session: sessionOf('main'), trust: 'owner', network: true } as const
    const [one, same, owners] = await Promise.all([
      sandboxes.open(friendsBox(1)),
      sandboxes.open(friendsBox(2)),
      sandboxes.open(owner),
    ])
    expect(same).toBe(one)
    expect(owners.container).not.toBe(one.container)
  })

  it('ends when it is told to, with everything inside, and the next one is new', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const box = await sandboxes.open(friendsBox())
    box.kill('the gateway said nonsense')
    expect(await box.ended).toBe('the gateway said nonsense')
    await expect.poll(here.states, SOON).toEqual([])
    expect(here.notes.at(-1)).toMatchObject({
      act: 'sandbox.end',
      detail: { why: 'the gateway said nonsense' },
    })
    expect((await sandboxes.open(friendsBox())).container).not.toBe(box.container)
  })

  it('says so when it was killed by STOP', async () => {
    const here = world()
    const box = await here.sandboxes().open(friendsBox())
    const report = await stopContainers({ env: here.env, elapsed: () => 0, step: () => undefined })
    expect(report).toMatchObject({ found: 1, dead: 1, survivors: [] })
    expect(await box.ended).toMatch(/killed, from outside/)
  })

  it('dies with its supervisor, whatever that was doing (kill -9)', async () => {
    const here = world()
    const source = `
      import { createBoxWorld, friendsBox } from ${JSON.stringify(join(import.meta.dirname, 'testing/box-world.ts'))}
      const world = createBoxWorld()
      Object.assign(world.env, JSON.parse(process.env.WORLD))
      const box = await world.sandboxes().open(friendsBox())
      console.log(world.root)
      setInterval(() => {}, 1000)`
    const program = await runProgram(source, {
      DOCKER_HOST: process.env['DOCKER_HOST'],
      WORLD: JSON.stringify(here.env),
    })
    after.push(() => rmSync(program.firstLine, { recursive: true, force: true }))
    expect(await here.states()).toEqual(['running'])
    program.child.kill('SIGKILL')
    await expect.poll(here.states, SOON).toEqual([])
  })
})

describe('sandboxes started ahead', () => {
  it('are ready when they are asked for, and only so many', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({ ahead: 2 }))
    for (const number of [1, 2, 3, 4]) sandboxes.warm(friendsBox(number))
    await expect.poll(() => here.notes.length, SOON).toBe(2)
    await sandboxes.refresh()
    expect(here.views.at(-1)?.containers.map(({ held }) => held)).toEqual(['ahead', 'ahead'])
    const ready = here.notes.map(({ session }) => sessionOf(session ?? ''))
    const [session = sessionOf('main')] = ready
    await sandboxes.open({ session, trust: 'friend', network: false })
    expect(here.notes.length).toBe(2)
    await sandboxes.refresh()
    const held = here.views.at(-1)?.containers.map((one) => `${one.session} ${one.held}`)
    expect(held).toContain(`${session} in use`)
  })

  it('end after a while in which nobody comes, idle ones later, old ones at last', async () => {
    const here = world()
    let now = Date.now()
    const sandboxes = here.sandboxes(
      { now: () => now },
      here.settings({ prune: { idleHours: 1, maxAgeDays: 1 } }),
    )
    const used = await sandboxes.open(friendsBox(1))
    sandboxes.warm(friendsBox(2))
    await expect.poll(() => here.notes.length, SOON).toBe(2)
    const whys = (): readonly unknown[] => here.notes.flatMap(({ detail }) => detail?.['why'] ?? [])
    now += 11 * 60_000
    await sandboxes.refresh()
    await expect.poll(whys, SOON).toEqual(['it was started ahead and nobody used it'])
    now += 45 * 60_000
    // A request counts as use.
    used.stream.write(Buffer.from(''))
    used.stream.write(encodeFrame({ op: 'abort', id: 1 }))
    now += 59 * 60_000
    await sandboxes.refresh()
    expect(whys()).toHaveLength(1)
    now += 60 * 60_000
    await sandboxes.refresh()
    expect(await used.ended).toBe('nobody used it for 1 hour')
  })
})

describe('what does not fit any more', () => {
  it('is ended when the config changes it, and only that', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const box = await sandboxes.open(friendsBox())
    sandboxes.adopt(here.settings({ ahead: 0, prune: { idleHours: 5, maxAgeDays: 5 } }))
    expect(await sandboxes.open(friendsBox())).toBe(box)
    sandboxes.adopt(here.settings({}, { pidsLimit: 100 }))
    expect(await box.ended).toBe('the config has changed')
    await sandboxes.open(friendsBox())
    await sandboxes.refresh()
    expect(here.views.at(-1)?.containers.map(({ processLimit }) => processLimit)).toContain(100)
  })

  it("is made anew, read-only, where the agent's own files could be written, when read-only mode is switched on", async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({ workspaceAccess: 'rw' }))
    const box = await sandboxes.open(friendsBox())
    sandboxes.adopt({ ...here.settings({ workspaceAccess: 'rw' }), readOnly: true })
    await box.ended
    await sandboxes.open(friendsBox())
    await sandboxes.refresh()
    const modes = here.views.at(-1)?.containers.map(({ mounts }) => mounts.map(({ mode }) => mode))
    expect(modes).toEqual([['ro']])
  })

  it('is not made as it was wanted before: what is switched on while it is worked out holds for it', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({ workspaceAccess: 'rw' }))
    const opening = sandboxes.open(friendsBox())
    sandboxes.adopt({ ...here.settings({ workspaceAccess: 'rw' }), readOnly: true })
    const box = await opening
    expect(JSON.parse(await sandboxes.inspect(box.container))).toMatchObject([
      { Mounts: [{ Destination: '/workspace', RW: false }] },
    ])
  })

  it('is ended at once, before anything else is asked, where read-only mode takes its folder away', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({ workspaceAccess: 'rw' }))
    const box = await sandboxes.open(friendsBox())
    sandboxes.adopt({ ...here.settings({ workspaceAccess: 'rw' }), readOnly: true })
    expect(await box.ended).toBe('read-only mode was switched on')
  })

  it('of a friend may not write what the owner’s commands could run on the host, nor may it go on doing so', async () => {
    const here = world()
    const settings = here.settings({ workspaceAccess: 'rw' })
    const sandboxes = here.sandboxes({}, settings)
    const before = await sandboxes.open(friendsBox())
    sandboxes.adopt({ ...settings, hostAccess: true })
    expect(await before.ended).toBe('the config has changed')
    const mounts = async (trust: 'friend' | 'owner'): Promise<unknown> => {
      const box = await sandboxes.open({ ...friendsBox(), trust })
      return JSON.parse(await sandboxes.inspect(box.container))
    }
    expect(await mounts('friend')).toMatchObject([{ Mounts: [{ Destination: '/workspace', RW: false }] }])
    expect(await mounts('owner')).toMatchObject([{ Mounts: [{ Destination: '/workspace', RW: true }] }])
  })

  it('stays when its user loses a right to the network that the config gives to nobody', async () => {
    const sandboxes = world().sandboxes()
    const box = await sandboxes.open({ ...friendsBox(), network: true })
    expect(await sandboxes.open({ ...friendsBox(), network: false })).toBe(box)
  })

  it('is removed at the start, where an earlier run left it, and nothing of anybody else', async () => {
    const here = world()
    const [label = ''] = (here.env['CLAWDBOT_TEST_SANDBOX_LABEL'] ?? '').split('=')
    const make = (labels: object): Promise<number> =>
      here.post('/containers/create', {
        Image: 'clawdbot-test-busybox',
        Cmd: ['true'],
        Labels: { [label]: '1', ...labels },
      })
    const ours = stateName(here.paths)
    await make({
      'clawdbot.stateDir': ours,
      'clawdbot.supervisor': '1:another start',
      'clawdbot.sessionKey': 'left',
    })
    await make({
      'clawdbot.stateDir': 'another',
      'clawdbot.supervisor': '1:x',
      'clawdbot.sessionKey': 'others',
    })
    const sandboxes = here.sandboxes()
    await sandboxes.refresh()
    await sandboxes.refresh()
    const views = here.views.at(-1)?.containers ?? []
    expect(views.map(({ session, held }) => `${session} ${held}`)).toEqual(['others stray'])
    expect(views[0]?.drift).toEqual([expect.objectContaining({ what: 'holder' })])
  })
})

describe('the owner', () => {
  it('kills one by its session, its name or its id, and reads what Docker says of it', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const [one, two, three] = await Promise.all([1, 2, 3].map((number) => sandboxes.open(friendsBox(number))))
    expect(await sandboxes.inspect('telegram:dm:1')).toContain(one?.container)
    expect(await sandboxes.kill('telegram:dm:1')).toMatch(/^Killed: clawdbot-sbx-telegram-dm-1-/)
    expect(await one?.ended).toBe('the owner killed it')
    await sandboxes.kill(two?.container ?? '')
    const third = (await here.containers()).find(({ id }) => id === three?.container)
    await sandboxes.kill(third?.name ?? '')
    expect(await three?.ended).toBe('the owner killed it')
    await expect.poll(here.states, SOON).toEqual([])
  })

  it('is told that there is none of that name, and can touch no container that is not ours', async () => {
    const sandboxes = world().sandboxes()
    const other = world()
    const box = await other.sandboxes().open(friendsBox())
    for (const name of ['nobody', '', '../x', box.container, 'telegram:dm:1']) {
      await expect(sandboxes.kill(name)).rejects.toMatchObject({ code: 'sandbox_unknown' })
      await expect(sandboxes.inspect(name)).rejects.toMatchObject({ code: 'sandbox_unknown' })
    }
    expect(await other.states()).toEqual(['running'])
  })

  it('reads which engine is known to have holes', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({ risks: ['Sandboxes have a network.'] }))
    await sandboxes.open(friendsBox())
    await sandboxes.refresh()
    expect(here.views.at(-1)?.risks).toContain('Sandboxes have a network.')
  })
})
