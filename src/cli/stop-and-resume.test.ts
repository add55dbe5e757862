import { spawn, spawnSync } from 'node:child_process'
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listRequests } from '../shared/state/pairing-store.ts'
import { newRunId, RUN_ID_VARIABLE } from '../supervisor/processes/run-cookie.ts'
import { dockerEnv } from '../supervisor/testing/docker-env.ts'
import { cliEnv, cliState, runCli as run, stranger } from './testing/run-cli.ts'

/** With a label of this file's own, so that no container but the tests' is touched. */
const docker = dockerEnv()
const runCli: typeof run = (paths, args, env) => run(paths, args, { ...docker, ...env })

/** Lives until it is killed, and belongs to the gateway of this state directory. */
const victimOf = async (root: string) => {
  const env = { ...process.env, [RUN_ID_VARIABLE]: newRunId(root) }
  const victim = spawn('sleep', ['600'], { env, detached: true, stdio: 'ignore' })
  onTestFinished(() => void victim.kill('SIGKILL'))
  await new Promise((resolve) => victim.once('spawn', resolve))
  return victim
}

describe('clawdbot stop', () => {
  it('latches, kills what belongs to the state directory, and lets nobody wait', async () => {
    const paths = await cliState()
    await stranger(paths, '42')
    const victim = await victimOf(paths.root)
    const died = new Promise((resolve) => victim.once('exit', (_, signal) => resolve(signal)))

    const { code, out, err } = await runCli(paths, ['stop', '--reason', 'it wrote to a stranger', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      stopped: true,
      incident: expect.stringMatching(/^incident-/),
      killed: 1,
      containers: { found: 0, frozen: 0, dead: 0 },
      survivors: [],
      latchError: null,
      containersError: null,
      recordError: null,
    })
    expect(await died).toBe('SIGKILL')
    expect(JSON.parse(await readFile(paths.lockdown, 'utf8'))).toMatchObject({
      by: 'cli',
      reason: 'it wrote to a stranger',
    })
    expect(await listRequests(paths, 'telegram', Date.now())).toEqual([])
  })

  it('leaves every start refused with exit code 3, until resume', async () => {
    const paths = await cliState()
    const stopped = await runCli(paths, ['stop'])
    expect(stopped).toMatchObject({ code: 0, err: '' })
    expect(stopped.out).toMatch(
      /^Stopped: 0 processes killed, nothing is left .*\nNothing starts until: clawdbot resume/,
    )
    const refused = await runCli(paths, ['gateway'])
    expect(refused.code).toBe(3)
    expect(refused.err).toMatch(/^clawdbot: .*locked down.*\n {2}.*resume/i)

    expect((await runCli(paths, ['resume', '--reason', 'looked into it'])).code).toBe(2)
    await access(paths.lockdown)
    const resumed = await runCli(paths, ['resume', '--reason', 'looked into it', '--yes'])
    expect(resumed.code).toBe(0)
    expect(resumed.out).toMatch(
      /^Locked down since .* by cli: stopped from the command line\nResumed\. Nothing was started\.\n$/,
    )
    await expect(access(paths.lockdown)).rejects.toMatchObject({ code: 'ENOENT' })
    expect((await runCli(paths, ['resume', '--reason', 'again', '--yes'])).out).toBe(
      'There is no lockdown.\n',
    )
  })
})

describe('clawdbot stop that can not prove everything', () => {
  it('fails, and says what nobody knows: an engine that is not Docker', async () => {
    const paths = await cliState()
    const DOCKER_HOST = 'tcp://127.0.0.1:1'
    const { code, out, err } = await runCli(paths, ['stop', '--json'], { DOCKER_HOST })
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      stopped: false,
      latchError: null,
      containersError: { code: 'docker_unreachable' },
    })
    expect(err).toMatch(/Nobody can say whether containers/)
    const plain = await runCli(paths, ['stop'], { DOCKER_HOST })
    expect(plain.out).toBe('')
    expect(plain.err).toMatch(/not everything is proven to be stopped/)
  })

  it('fails where the latch can not be kept, and kills all the same', async () => {
    const paths = await cliState()
    const victim = await victimOf(paths.root)
    const died = new Promise((resolve) => victim.once('exit', (_, signal) => resolve(signal)))
    await rm(paths.root, { recursive: true })
    await writeFile(paths.root, '')
    const { code, out, err } = await runCli(paths, ['stop'])
    expect(await died).toBe('SIGKILL')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/the lockdown could not be written/)
    await rm(paths.root)
  })
})

describe('clawdbot resume', () => {
  it('is refused while something lives that was to be dead, by name', async () => {
    const paths = await cliState()
    await runCli(paths, ['stop'])
    const victim = await victimOf(paths.root)
    const args = ['resume', '--reason', 'all is well', '--yes']
    const refused = await runCli(paths, args)
    expect(refused.code).toBe(3)
    expect(refused.err).toMatch(new RegExp(`process ${String(victim.pid)} \\(sleep 600\\)`))
    expect(refused.err).toMatch(/clawdbot stop again/)
    await access(paths.lockdown)
    expect((await runCli(paths, ['stop'])).code).toBe(0)
    expect((await runCli(paths, args)).code).toBe(0)
  })

  it('is refused where nobody can say whether containers live, unless the owner accepts that', async () => {
    const paths = await cliState()
    await runCli(paths, ['stop'])
    const args = ['resume', '--reason', 'all is well', '--yes']
    const unknown = { DOCKER_HOST: 'tcp://127.0.0.1:1' }
    const refused = await runCli(paths, args, unknown)
    expect(refused.code).toBe(3)
    expect(refused.err).toMatch(/--accept-unknown/)
    await access(paths.lockdown)
    const accepted = await runCli(paths, [...args, '--accept-unknown'], unknown)
    expect(accepted).toMatchObject({ code: 0, out: expect.stringContaining('Resumed.') })
    expect(accepted.err).toMatch(/Nobody can say/)
  })

  it('is in the audit with its reason before it happens, and does not happen where that can not be written', async () => {
    const paths = await cliState()
    await runCli(paths, ['stop'])
    await rename(paths.audit, `${paths.audit}-away`)
    await writeFile(paths.audit, '')
    const args = ['resume', '--reason', 'all is well', '--yes']
    expect(await runCli(paths, args)).toMatchObject({ code: 1 })
    await access(paths.lockdown)
    await rm(paths.audit)
    await rename(`${paths.audit}-away`, paths.audit)
    expect(await runCli(paths, args)).toMatchObject({ code: 0 })
    const log = await readFile(`${paths.audit}/log-000001.jsonl`, 'utf8')
    const records: readonly { kind: string; act: string; detail?: object }[] = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records.map(({ kind, act }) => `${kind} ${act}`).slice(-3)).toEqual([
      'event lockdown.stop',
      'intent lockdown.resume',
      'outcome lockdown.resume',
    ])
    expect(records.at(-2)?.detail).toMatchObject({ reason: 'all is well', by: 'cli' })
  })
})

// `script` of util-linux gives the command a terminal; that of macOS is called in another way.
const terminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0

describe('clawdbot resume at a terminal', () => {
  it.runIf(terminal)('asks, and resumes only for yes', async () => {
    const paths = await cliState()
    await runCli(paths, ['stop'])
    const main = new URL('./main.ts', import.meta.url).pathname
    const command = `'${process.execPath}' '${main}' resume --reason 'looked into it'`
    const answer = (input: string) =>
      spawnSync('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
        env: cliEnv(paths, docker),
        input,
        encoding: 'utf8',
      })
    const no = answer('no\n')
    expect(no.stdout).toMatch(/Type yes: /)
    expect(no.status).toBe(3)
    await access(paths.lockdown)
    const yes = answer('yes\n')
    expect(yes.stdout).toMatch(/Resumed\. Nothing was started\./)
    expect(yes.status).toBe(0)
    await expect(access(paths.lockdown)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
