import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startBoxes } from '../../e2e/support/docker.ts'
import { parseSessionKey, type SessionKey } from '../shared/domain/session.ts'
import { loadConfig } from '../shared/state/config/load.ts'
import type { StatePaths } from '../shared/state/state-dir.ts'
import { boxSettings } from '../supervisor/sandbox/plan-box.ts'
import { createSandboxes, type Sandboxes } from '../supervisor/sandbox/sandboxes.ts'
import { dockerEnv } from '../supervisor/testing/docker-env.ts'
import { cliState, runCli, startCli } from './testing/run-cli.ts'

const PROJECT = resolve(import.meta.dirname, '../..')

interface World {
  readonly paths: StatePaths
  readonly env: NodeJS.ProcessEnv
  readonly config: (config: object) => Promise<void>
  readonly cli: (...args: readonly string[]) => ReturnType<typeof runCli>
  /** What an app would hold that runs on the same state directory. */
  readonly holding: () => Promise<Sandboxes>
}

const world = async (more: object = {}): Promise<World> => {
  const paths = await cliState()
  const env = dockerEnv()
  const config = (given: object): Promise<void> =>
    writeFile(
      paths.config,
      JSON.stringify({
        owner: { simulator: 'owner' },
        simulator: { enabled: true, allowFrom: ['anna'] },
        ...given,
      }),
    )
  await config(more)
  return {
    paths,
    env,
    config,
    cli: (...args) => runCli(paths, args, env),
    async holding() {
      const sandboxes = createSandboxes({
        paths,
        appRoot: PROJECT,
        env: { ...process.env, ...env },
        now: Date.now,
        isLocked: () => false,
        note: () => undefined,
        onChange: () => undefined,
        onError: () => undefined,
      })
      onTestFinished(() => sandboxes.close())
      sandboxes.adopt(boxSettings(await loadConfig(paths, env), false))
      return sandboxes
    },
  }
}

const session = (key: string): SessionKey => {
  const parsed = parseSessionKey(key)
  if (parsed === undefined) throw new Error(`not a session: ${key}`)
  return parsed
}

const ANNA = { session: session('simulator:dm:anna'), trust: 'friend', network: false } as const
const MAIN = { session: session('main'), trust: 'owner', network: true } as const

/** Every act of the audit, in order. */
const actsOf = async (paths: StatePaths): Promise<readonly string[]> => {
  const log = await readFile(join(paths.audit, 'log-000001.jsonl'), 'utf8')
  return [...log.matchAll(/"act":"([a-z.]+)"/g)].map(([, act]) => act ?? '')
}

describe('clawdbot sandbox explain', () => {
  it('says where a friend’s command would run and why, and proves it by one that is made and removed (openclaw #58730)', async () => {
    const { cli } = await world()
    const { code, out, err } = await cli('sandbox', 'explain', 'simulator:dm:anna')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(
      /A command runs in a sandbox: agent\.sandbox\.mode is "non-main", and this is not main\./,
    )
    expect(out).toMatch(/no network: a friend never gets one/)
    expect(out).toMatch(/never started, and removed:/)
    expect(out).toMatch(/^ {2}network +none$/m)
    expect(out).toMatch(/^ {2}capabilities +none$/m)
    expect(out).toMatch(/It is as the config asks/)
    expect((await cli('sandbox', 'list')).out).toBe('There is no sandbox.\n')
  })

  it('proves it by the one that runs, and says in which points it differs from the config on disk (openclaw #21860)', async () => {
    const { cli, config, holding } = await world()
    const box = await (await holding()).open(ANNA)
    const same = await cli('sandbox', 'explain', ANNA.session, '--json')
    expect({ code: same.code, err: same.err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(same.out).proof).toMatchObject({
      kind: 'proven',
      boxes: [{ kind: 'running', id: box.container, drift: [] }],
    })
    await config({ agent: { sandbox: { docker: { pidsLimit: 99 } } } })
    const other = await cli('sandbox', 'explain', ANNA.session)
    expect(other.code).toBe(1)
    expect(other.err).toMatch(/it differs: .*wanted 99, found 256/)
    expect(other.out).not.toMatch(/It is as the config asks/)
  })

  it('says of main with host access that there is no sandbox, and needs no Docker for that', async () => {
    const { paths, env } = await world({ agent: { elevated: { enabled: true }, sandbox: { mode: 'off' } } })
    const { code, out, err } = await runCli(paths, ['sandbox', 'explain', 'main'], {
      ...env,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/A command runs on this machine, without a sandbox/)
    expect(out).toMatch(/waits for your word first/)
  })

  it('heeds the read-only switch, also one that can not be read', async () => {
    const { cli, paths } = await world({ agent: { elevated: { enabled: true }, sandbox: { mode: 'off' } } })
    await writeFile(paths.readOnly, 'garbage')
    const { out } = await cli('sandbox', 'explain', 'main')
    expect(out).toMatch(/Read-only mode is on\.\nA command is refused: read-only mode is on/)
  })

  it.each([
    ['simulator:dm:stranger', 'nobody let them in'],
    ['simulator:dm:owner', 'an owner’s chat is main'],
    ['simulator:group:7', 'nobody speaks in groups yet'],
    ['../../etc', 'that is no session'],
    ['', 'that is no session'],
  ])('refuses the session “%s”: %s', async (key) => {
    const { cli, paths } = await world()
    const { code, err } = await cli('sandbox', 'explain', key)
    expect(code).toBe(1)
    expect(err).toMatch(/^clawdbot: Nobody who is let in speaks in a session/)
    expect(await readdir(paths.root)).not.toContain('sandboxes')
  })

  it('says that it is not proven where no Docker answers, with exit code 1', async () => {
    const { paths, env } = await world()
    const nowhere = { ...env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const { code, out, err } = await runCli(paths, ['sandbox', 'explain', 'main'], nowhere)
    expect(code).toBe(1)
    expect(out).toMatch(/A command runs in a sandbox/)
    expect(err).toMatch(/not proven: Docker .* nothing runs on the host instead/)
  })

  it('makes nothing during a lockdown, not even to look at it', async () => {
    const { cli, paths } = await world()
    await cli('stop')
    const { code, err } = await cli('sandbox', 'explain', 'main')
    expect(code).toBe(1)
    expect(err).toMatch(/not proven: No sandbox is made during a lockdown/)
    expect(await readdir(paths.root)).not.toContain('sandboxes')
  })

  it('does not explain by a config that is not valid', async () => {
    const { cli, paths } = await world()
    await writeFile(paths.config, '{ agent: { sandbox: { mode: "on" } } }')
    const { code, err } = await cli('sandbox', 'explain', 'main')
    expect(code).toBe(1)
    expect(err).toMatch(/agent\.sandbox\.mode/)
  })
})

describe('clawdbot sandbox list', () => {
  it('shows what Docker reports of each, who holds it, and how it differs from the config on disk', async () => {
    const { cli, config, holding } = await world()
    const box = await (await holding()).open(MAIN)
    const same = JSON.parse((await cli('sandbox', 'list', '--json')).out)
    expect(same.sandboxes).toEqual([
      expect.objectContaining({
        id: box.container,
        session: 'main',
        state: 'running',
        network: 'none',
        readOnlyRoot: true,
        capabilities: 'none',
        user: '1000:1000',
        drift: [],
        holder: process.pid,
      }),
    ])
    await config({ agent: { sandbox: { docker: { memory: '300m' } } } })
    const { code, out } = await cli('sandbox', 'list')
    expect(code).toBe(0)
    expect(out).toMatch(/^clawdbot-sbx-main-\S+ {2}running {2}main$/m)
    expect(out).toMatch(/differs: memory limit: wanted 314572800, found 536870912/)
  })

  it('shows a container that nobody holds as a stray one, whatever it is', async () => {
    const boxes = await startBoxes(1)
    onTestFinished(boxes.remove)
    const { paths } = await world()
    const { out } = await runCli(paths, ['sandbox', 'list', '--json'], boxes.env)
    expect(JSON.parse(out).sandboxes).toEqual([
      expect.objectContaining({
        session: '',
        holder: null,
        drift: [expect.objectContaining({ what: 'holder' })],
      }),
    ])
  })

  it('shows what runs also where the config is not valid', async () => {
    const { cli, holding, paths } = await world()
    await (await holding()).open(MAIN)
    await writeFile(paths.config, '{ agent: 7 }')
    const { code, out } = await cli('sandbox', 'list')
    expect(code).toBe(0)
    expect(out).toMatch(/differs: config: wanted agent/)
  })

  it('says that Docker does not answer, with exit code 1', async () => {
    const { paths, env } = await world()
    const nowhere = { ...env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const { code, out, err } = await runCli(paths, ['sandbox', 'list'], nowhere)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^clawdbot: Docker .*\n {2}Start Docker/)
  })
})

describe('clawdbot sandbox kill', () => {
  it.each(['its session', 'its name', 'the beginning of its id'] as const)(
    'ends one by %s, tells its holder, and is in the audit',
    async (how) => {
      const { cli, holding, paths } = await world()
      const sandboxes = await holding()
      const box = await sandboxes.open(ANNA)
      const other = await sandboxes.open(MAIN)
      const list = JSON.parse((await cli('sandbox', 'list', '--json')).out)
      const { name } = list.sandboxes.find(({ id }: { readonly id: string }) => id === box.container)
      const named = {
        'its session': ANNA.session,
        'its name': name,
        'the beginning of its id': box.container.slice(0, 8),
      }
      const { code, out, err } = await cli('sandbox', 'kill', named[how])
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toBe(`Killed: ${name}\n`)
      expect(await box.ended).not.toBe('')
      const left = JSON.parse((await cli('sandbox', 'list', '--json')).out)
      expect(left.sandboxes).toEqual([expect.objectContaining({ id: other.container })])
      expect(await actsOf(paths)).toContain('sandbox.kill')
    },
  )

  it('ends all with --all, strays too', async () => {
    const boxes = await startBoxes(2)
    onTestFinished(boxes.remove)
    const { paths } = await world()
    const { code, out } = await runCli(paths, ['sandbox', 'kill', '--all'], boxes.env)
    expect(code).toBe(0)
    expect(out.match(/Killed: \S+, \S+\n/)).not.toBeNull()
    expect(await boxes.running()).toBe(0)
  })

  it('never touches a container that has not our label, and says that there is no such sandbox', async () => {
    const theirs = await startBoxes(1)
    onTestFinished(theirs.remove)
    const { cli } = await world()
    const [container] = await theirs.list()
    for (const named of [container?.id ?? '', container?.name ?? '', 'abc', '..']) {
      const { code, err } = await cli('sandbox', 'kill', named)
      expect(code).toBe(1)
      expect(err).toMatch(/^clawdbot: There is no sandbox .*\n {2}clawdbot sandbox list/)
    }
    expect(await theirs.running()).toBe(1)
  })

  it.each([[['kill']], [['kill', 'main', '--all']]])('%j is a wrong usage', async (args) => {
    const { cli } = await world()
    const { code, err } = await cli('sandbox', ...args)
    expect(code).toBe(2)
    expect(err).toMatch(/which sandbox\?/)
  })
})

describe('clawdbot sandbox build', () => {
  it('says where no Docker answers what to do, and the audit has it', async () => {
    const { paths, env } = await world()
    const nowhere = { ...env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const { code, err } = await runCli(paths, ['sandbox', 'build'], nowhere)
    expect(code).toBe(1)
    expect(err).toMatch(/^clawdbot: Docker .*\n {2}Start Docker/)
    expect(await actsOf(paths)).toContain('sandbox.build')
  })

  it('does not replace an image that the owner brought', async () => {
    const { cli } = await world({ agent: { sandbox: { docker: { image: 'clawdbot-test-busybox:latest' } } } })
    const { code, err } = await cli('sandbox', 'build')
    expect(code).toBe(1)
    expect(err).toMatch(/was not made by Clawdbot, and is not replaced/)
  })

  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  it.runIf(isRoot)('leaves nothing when a signal ends it', async () => {
    const { paths, env } = await world({ agent: { sandbox: { docker: { image: 'clawdbot-never:one' } } } })
    const programs = join(paths.root, 'programs')
    const work = join(paths.root, 'work')
    await mkdir(programs)
    await mkdir(work)
    onTestFinished(() => rm(work, { recursive: true, force: true }))
    // In the place of the real one, which takes a minute and the network.
    await writeFile(
      join(programs, 'debootstrap'),
      '#!/bin/sh\nmkdir -p "$6"\necho begun\nwhile :; do sleep 1; done\n',
    )
    await chmod(join(programs, 'debootstrap'), 0o755)
    const PATH = [programs, process.env['PATH']].join(delimiter)
    const child = startCli(paths, ['sandbox', 'build'], { ...env, PATH, TMPDIR: work })
    const errors = text(child.stderr)
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
      if (out.includes('begun')) child.kill('SIGINT')
    })
    const code = await new Promise((ended) => child.once('close', ended))
    expect(code).toBe(1)
    expect(await errors).toMatch(/The build was ended/)
    expect((await readdir(work)).filter((name) => name.startsWith('clawdbot-image-'))).toEqual([])
  })
})
