// The ways out of containers that are known by a name, tried from a real box, by its image, and by what Docker is asked.
import { randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { passOn, startHostileEngine } from '../testing/hostile-engine.ts'
import type { Box } from './box.ts'
import { startTestBox, type TestBox } from './helper/testing/test-box.ts'
import { type BoxWorld, createBoxWorld, friendsBox } from './testing/box-world.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUp.splice(0).toReversed()) await clean()
})
const world = (): BoxWorld => {
  const made = createBoxWorld()
  cleanUp.push(made.remove)
  return made
}

const SOON = { timeout: 20_000, interval: 50 }

const firstWord = async ({ stream }: Box): Promise<Buffer> =>
  new Promise((resolve) => stream.once('data', resolve))

describe('from inside', () => {
  let box: TestBox
  beforeAll(async () => {
    box = await startTestBox({ workspaceAccess: 'ro' })
  })
  afterAll(() => box.remove())

  it('no descriptor that the runtime left open leads to the host as a working directory (CVE-2024-21626)', async () => {
    const numbers = Array.from({ length: 32 }, (_, number) => `/proc/self/fd/${number}`)
    const folders = [...numbers, '/proc/1/cwd', '/proc/1/root', '/proc/self/root', '/sys/fs/cgroup']
    const places = new Set<string>()
    for (const folder of folders)
      for (const up of ['', '/..', '/../../../..']) {
        const ran = await box.bash('[ -e /workspace ] && pwd -P', { cwd: folder + up }).catch(() => undefined)
        if (ran !== undefined) places.add(ran.text)
      }
    expect([...places].filter((one) => !one.startsWith('/sys/')).toSorted()).toEqual(['/\n', '/workspace\n'])
  })

  it('the program of the first process, which the runtime started, is written by nobody (CVE-2019-5736)', async () => {
    expect(
      await box.text(
        'for p in 1 self $$; do for f in exe root/usr/bin/python3; do (: >> /proc/$p/$f) && echo written; done; done 2>/dev/null',
      ),
    ).toBe('')
    expect(await box.text('grep -c " / / ro," /proc/self/mountinfo')).toBe('1')
  })

  it('what is masked stays masked, and the kernel’s own files are not written (CVE-2025-31133, -52565, -52881)', async () => {
    expect(
      await box.text(
        'for f in kcore keys timer_list sched_debug latency_stats; do head -c 1 /proc/$f; done 2>/dev/null; ls /proc/acpi /proc/scsi /sys/firmware 2>/dev/null | grep -v :',
      ),
    ).toBe('')
    expect(
      await box.text(
        'for f in sys/kernel/core_pattern sys/kernel/modprobe sys/vm/panic_on_oom sysrq-trigger self/attr/exec 1/attr/current irq/default_smp_affinity; do (echo x > /proc/$f) && echo $f; done 2>/dev/null; (ls /dev/console; umount /proc/kcore && echo gone) 2>/dev/null',
      ),
    ).toBe('')
  })

  it('no control group is made, entered or told what to start (CVE-2022-0492)', async () => {
    expect(
      await box.text(
        'for f in $(find /sys/fs/cgroup -name release_agent -o -name cgroup.procs -o -name tasks -o -name "*.max" -o -name "*limit_in_bytes" 2>/dev/null); do (echo 0 > $f) && echo $f; done 2>/dev/null; mkdir /sys/fs/cgroup/x /sys/fs/cgroup/*/x 2>/dev/null && echo made; unshare -UrmC true 2>/dev/null && echo entered',
      ),
    ).toBe('')
  })

  it('no file of the agent gets a second name among its own, on the same disk too', async () => {
    writeFileSync(join(box.folders[1] ?? '', 'theirs'), 'x', { mode: 0o666 })
    expect(await box.text('ln /agent/theirs mine 2>&1; ls mine 2>&1')).toMatch(/cross-device[^]*No such file/)
  })
})

/** An image like ours, and with these settings of its own, as a Dockerfile makes them. */
const imageWith = async (here: BoxWorld, config: object): Promise<string> => {
  const [label = ''] = (here.env['CLAWDBOT_TEST_SANDBOX_LABEL'] ?? '').split('=')
  const name = `clawdbot-trick-${randomBytes(6).toString('hex')}`
  const body = { Image: here.settings().sandbox.docker.image, Cmd: ['true'], Labels: { [label]: '1' } }
  expect(await here.post(`/containers/create?name=${name}`, body)).toBe(201)
  expect(await here.post(`/commit?container=${name}&repo=${name}&tag=latest`, config)).toBe(201)
  await here.engine.ask({ method: 'DELETE', path: `/containers/${name}?force=1`, within: 60_000 })
  cleanUp.push(() =>
    here.engine.ask({ method: 'DELETE', path: `/images/${name}:latest?force=1`, within: 60_000 }),
  )
  return `${name}:latest`
}

describe('by its image', () => {
  it('no entry point, user, folder, signal, health check or command of it counts', async () => {
    const here = world()
    const image = await imageWith(here, {
      Entrypoint: ['/bin/sh', '-c', 'sleep 1000'],
      Cmd: ['evil'],
      User: 'root',
      WorkingDir: '/proc/self/fd/7',
      StopSignal: 'SIGSTOP',
      Healthcheck: { Test: ['CMD-SHELL', 'touch /workspace/checked'], Interval: 1_000_000 },
      OnBuild: ['RUN touch /x'],
      Shell: ['/workspace/shell'],
      ExposedPorts: { '80/tcp': {} },
    })
    const sandboxes = here.sandboxes({}, here.settings({}, { image }))
    const box = await sandboxes.open(friendsBox())
    expect(JSON.parse(await sandboxes.inspect(box.container))).toMatchObject([
      {
        Path: 'python3',
        Config: {
          User: '1000:1000',
          WorkingDir: '/workspace',
          Entrypoint: [],
          Healthcheck: { Test: ['NONE'] },
        },
        NetworkSettings: { Ports: {} },
      },
    ])
  })

  it('no variable of it makes the helper load something else', async () => {
    const here = world()
    const image = await imageWith(here, {
      Env: [
        'PATH=/workspace',
        'HOME=/root',
        'PYTHONPATH=/workspace',
        'PYTHONSTARTUP=/workspace/x.py',
        'PYTHONHOME=/workspace',
        'PYTHONINSPECT=1',
      ],
    })
    const box = await here.sandboxes({}, here.settings({}, { image })).open(friendsBox())
    expect((await firstWord(box)).toString()).toContain('"hello"')
  })

  it('a volume of it, which is outside of every limit, is refused', async () => {
    const here = world()
    const image = await imageWith(here, { Volumes: { '/data': {} } })
    const opened = here.sandboxes({}, here.settings({}, { image })).open(friendsBox())
    await expect(opened).rejects.toMatchObject({
      code: 'sandbox_drift',
      message: expect.stringContaining('volumes'),
    })
  })

  it('its labels do not say whose the sandbox is', async () => {
    const here = world()
    const image = await imageWith(here, {
      Labels: { 'clawdbot.sessionKey': 'main', 'clawdbot.supervisor': '1:1' },
    })
    const sandboxes = here.sandboxes({}, here.settings({}, { image }))
    const box = await sandboxes.open(friendsBox())
    await sandboxes.refresh()
    expect(here.views.at(-1)?.containers).toMatchObject([
      { id: box.container, session: 'telegram:dm:1', drift: [] },
    ])
  })
})

describe('by what a sandbox left in its folder', () => {
  it('the next helper loads nothing of it', async () => {
    const here = world()
    const sandboxes = here.sandboxes()
    const first = await sandboxes.open(friendsBox())
    first.kill('over')
    await expect.poll(here.states, SOON).toEqual([])
    const [folder = ''] = readdirSync(here.paths.sandboxes)
    const names = ['json', 'ctypes', 'os', 'sitecustomize', 'usercustomize', 'encodings', 'select'].map(
      (one) => `${one}.py`,
    )
    for (const name of [
      ...names,
      'python3',
      'pyvenv.cfg',
      'python3._pth',
      '.pythonrc',
      '.bashrc',
      '.bash_profile',
    ])
      writeFileSync(join(here.paths.sandboxes, folder, name), 'exit 1; raise SystemExit(1)', { mode: 0o755 })
    const box = await sandboxes.open(friendsBox())
    expect((await firstWord(box)).toString()).toContain('"hello"')
  })
})

describe('by what Docker is asked', () => {
  it('is never a copy, an archive, a second process or an image (CVE-2018-15664, CVE-2019-14271, CVE-2026-41567, -41568, -42306)', async () => {
    const here = world()
    const asked: string[] = []
    const engine = await startHostileEngine((socket, line, request) => {
      asked.push(line.replace(/[0-9a-f]{64}/, 'ID').replace(/(?:\?| HTTP).*/, ''))
      passOn(process.env['DOCKER_HOST'] ?? '')(socket, line, request)
    })
    cleanUp.push(engine.close)
    const sandboxes = here.sandboxes({ env: { ...here.env, DOCKER_HOST: engine.host } })
    await sandboxes.open(friendsBox())
    const box = await sandboxes.open(friendsBox())
    await sandboxes.refresh()
    await sandboxes.kill(box.container)
    expect([...new Set(asked)].toSorted()).toEqual([
      'DELETE /containers/ID',
      'GET /containers/ID/json',
      'GET /containers/ID/stats',
      'GET /containers/json',
      'GET /info',
      'GET /version',
      'POST /containers/ID/attach',
      'POST /containers/ID/start',
      'POST /containers/ID/wait',
      'POST /containers/create',
    ])
  })
})
