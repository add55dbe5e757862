import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { encodeFrame } from '../../shared/contracts/helper-frames.ts'
import { passOn, respond, startHostileEngine } from '../testing/hostile-engine.ts'
import type { Box } from './box.ts'
import { type BoxWorld, createBoxWorld, friendsBox } from './testing/box-world.ts'

const worlds: BoxWorld[] = []
const cleanUp: (() => unknown)[] = []
const world = (): BoxWorld => {
  const made = createBoxWorld()
  worlds.push(made)
  return made
}
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
  await Promise.all(worlds.splice(0).map((one) => one.remove()))
})

const SOON = { timeout: 20_000, interval: 50 }

const hosts = (): string => process.env['DOCKER_HOST'] ?? ''

describe('a sandbox that is not as it was asked for', () => {
  it('is not handed out, and does not stay', async () => {
    const here = world()
    const seen: string[] = []
    // An engine that makes something else: the request is changed on its way.
    const engine = await startHostileEngine((socket, line, request) => {
      seen.push(line)
      const weaker = line.includes('/containers/create')
        ? Buffer.from(
            request.toString('latin1').replace('"Privileged":false', '"Privileged":true '),
            'latin1',
          )
        : request
      passOn(hosts())(socket, line, weaker)
    })
    cleanUp.push(engine.close)
    const sandboxes = here.sandboxes({ env: { ...here.env, DOCKER_HOST: engine.host } })
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: 'sandbox_drift',
      message: expect.stringMatching(/privileged: wanted none, found true/),
    })
    expect(seen.some((line) => line.includes('/start'))).toBe(false)
    expect(await here.states()).toEqual([])
  })

  it('is ended when it is changed while it runs, and named with the difference', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const box = await sandboxes.open(friendsBox())
    // Its answer may come too late: who sees the change ends the container at once.
    await here.post(`/containers/${box.container}/update`, { PidsLimit: 1000 })
    await sandboxes.refresh()
    expect(await box.ended).toMatch(/process limit: wanted 256, found 1000/)
    const drift = here.views.flatMap(({ containers }) => containers.flatMap((one) => one.drift))
    expect(drift).toContainEqual({ what: 'process limit', wanted: '256', found: '1000' })
  })

  it('is not handed out again after a change, whoever sees the change first', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const box = await sandboxes.open(friendsBox())
    await here.post(`/containers/${box.container}/update`, { PidsLimit: 1000 })
    const next = await sandboxes.open(friendsBox()).catch((error: unknown) => error)
    expect(next).not.toBe(box)
    expect(await box.ended).toMatch(/wanted 256, found 1000|could not be shown to be what was asked for/)
  })
})

describe('where no sandbox can be made', () => {
  it('says that the image is missing, and how to build it', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({}, { image: 'clawdbot-nothing:none' }))
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: 'sandbox_image',
      hint: expect.stringContaining('clawdbot sandbox build'),
    })
  })

  it('refuses an image without python3, and leaves nothing of it', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({}, { image: 'clawdbot-test-busybox' }))
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: 'sandbox_image',
      message: expect.stringMatching(/no python3/),
    })
    await expect.poll(here.states, SOON).toEqual([])
  })

  it('refuses an AppArmor profile that is not enforced, because it is not loaded or there is no AppArmor', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({}, { apparmorProfile: 'clawdbot-nothing' }))
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: expect.stringMatching(/^sandbox_(?:drift|refused)$/),
      message: expect.stringMatching(/apparmor/i),
    })
    await expect.poll(here.states, SOON).toEqual([])
  })

  it('refuses where the setup command fails, and says that it was that', async () => {
    const here = world()
    const sandboxes = here.sandboxes({}, here.settings({}, { setupCommand: 'exit 3' }))
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: 'sandbox_refused',
      message: expect.stringContaining('setupCommand'),
    })
  })

  it('says that Docker is absent, and that nothing runs on the host instead', async () => {
    const here = world()
    const sandboxes = here.sandboxes({ env: { ...here.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' } })
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: 'docker_unreachable',
      message: expect.stringMatching(/nothing runs on the host instead/),
    })
    expect(here.views.at(-1)?.checkedAt ?? null).toBeNull()
  })

  it.each(['/containers/create', '/json', '/attach', '/start'])(
    'ends with an error where the engine dies at %s, and with nothing that runs',
    async (step) => {
      const here = world()
      const engine = await startHostileEngine((socket, line, request) => {
        const isStep =
          line.includes(step) && (step !== '/json' || /\/containers\/[0-9a-f]{64}\/json/.test(line))
        if (isStep && step !== '/start') socket.destroy()
        // It does what it was asked, and nobody hears of it.
        else if (isStep)
          passOn(hosts())(
            socket.on('data', () => undefined),
            line,
            request,
          )
        else passOn(hosts())(socket, line, request)
        if (isStep) setImmediate(() => socket.destroy())
      })
      cleanUp.push(engine.close)
      const sandboxes = here.sandboxes({ env: { ...here.env, DOCKER_HOST: engine.host } })
      await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({ code: 'docker_unreachable' })
      await expect.poll(here.states, SOON).toEqual([])
    },
  )

  it('believes no answer that is not one', async () => {
    const here = world()
    const engine = await startHostileEngine((socket, line, request) =>
      line.includes('/containers/create')
        ? respond(socket, '{"Id":"../../etc"}', '201 Created')
        : passOn(hosts())(socket, line, request),
    )
    cleanUp.push(engine.close)
    const sandboxes = here.sandboxes({ env: { ...here.env, DOCKER_HOST: engine.host } })
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({ code: 'sandbox_refused' })
  })

  it('does not take a symlink for its folder, nor one that is root’s', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const box = await sandboxes.open(friendsBox())
    box.kill('over')
    await expect.poll(here.states, SOON).toEqual([])
    const [folder = ''] = readdirSync(here.paths.sandboxes)
    execFileSync('rm', ['-r', join(here.paths.sandboxes, folder)])
    symlinkSync('/etc', join(here.paths.sandboxes, folder))
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
      code: 'sandbox_refused',
      message: expect.stringMatching(/is not a folder/),
    })
  })

  it.runIf(process.getuid?.() === 0)(
    'does not work as root, also where the agent’s folder is root’s',
    async () => {
      const here = world()
      mkdirSync(here.paths.workspace, { recursive: true })
      const sandboxes = here.sandboxes({}, here.settings({ workspaceAccess: 'rw' }))
      await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({
        code: 'sandbox_refused',
        message: expect.stringMatching(/belongs to root/),
      })
    },
  )
})

describe('STOP and sandboxes', () => {
  it('lets none begin while it holds, by its word or by the latch on disk', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    sandboxes.lock()
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({ code: 'locked_down' })
    sandboxes.unlock()
    writeFileSync(here.paths.lockdown, '{}')
    await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({ code: 'locked_down' })
    sandboxes.warm(friendsBox())
    await sandboxes.refresh()
    expect(await here.states()).toEqual([])
  })

  it.each(['/containers/create', '/json', '/attach', '/start'])(
    'in the middle of a start, at %s, leaves nothing that runs',
    async (step) => {
      const here = world()
      const engine = await startHostileEngine((socket, line, request) => {
        if (line.startsWith('POST') || line.includes('/json')) {
          if (line.includes(step) && !line.includes('containers/json')) sandboxes.lock()
        }
        passOn(hosts())(socket, line, request)
      })
      cleanUp.push(engine.close)
      const sandboxes = here.sandboxes({ env: { ...here.env, DOCKER_HOST: engine.host } })
      await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({ code: 'locked_down' })
      await expect.poll(here.states, SOON).toEqual([])
    },
  )
})

const smallDisk = (here: BoxWorld, options: string): string => {
  const disk = join(here.root, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])
  cleanUp.push(() => execFileSync('umount', ['-l', disk]))
  return disk
}
const run = (box: Box, command: string): void => {
  const request = { op: 'bash', id: 1, command, cwd: '', env: {}, timeoutMs: 60_000, keepBytes: 1024 }
  box.stream.write(encodeFrame(request))
}

describe.runIf(process.getuid?.() === 0 && existsSync('/proc/self/mounts'))(
  'a disk that a sandbox fills',
  () => {
    it('ends the sandboxes before it is full, and lets none begin until there is room', async () => {
      const here = world()
      const disk = smallDisk(here, 'size=600m')
      const sandboxes = here.sandboxes({}, here.settings({ workspaceRoot: disk }))
      const box = await sandboxes.open(friendsBox())
      run(box, 'head -c 120M /dev/zero > filled; sleep 60')
      expect(await box.ended).toMatch(/is nearly full: \d+ MiB left/)
      await expect(sandboxes.open(friendsBox())).rejects.toMatchObject({ code: 'sandbox_refused' })
      const [folder = ''] = readdirSync(disk)
      await expect.poll(here.states, SOON).toEqual([])
      execFileSync('rm', [join(disk, folder, 'filled')])
      await sandboxes.open(friendsBox())
    })

    it('with empty files ends them as well', async () => {
      const here = world()
      const disk = smallDisk(here, 'size=1g,nr_inodes=2000')
      const box = await here.sandboxes({}, here.settings({ workspaceRoot: disk })).open(friendsBox())
      run(box, 'touch $(seq 1970); sleep 60')
      expect(await box.ended).toMatch(/is nearly full: it takes \d+ more files, and 40 are kept/)
    })

    it('may be another one: of a folder that the config lets it write to', async () => {
      const here = world()
      const disk = smallDisk(here, 'size=600m')
      chmodSync(disk, 0o777)
      const binds = [{ source: disk, target: '/data', readOnly: false }]
      const box = await here.sandboxes({}, here.settings({}, { binds })).open(friendsBox())
      run(box, 'head -c 120M /dev/zero > /data/filled; sleep 60')
      expect(await box.ended).toContain(`the disk of ${disk} is nearly full`)
    })
  },
)
