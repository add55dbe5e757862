import { spawn, spawnSync } from 'node:child_process'
import { access, readFile } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { listRequests } from '../shared/state/pairing-store.ts'
import { newRunId, RUN_ID_VARIABLE } from '../supervisor/processes/run-cookie.ts'
import { cliEnv, cliState, runCli, stranger } from './testing/run-cli.ts'

describe('clawdbot stop', () => {
  it('latches, kills what belongs to the state directory, and lets nobody wait', async () => {
    const paths = await cliState()
    await stranger(paths, '42')
    const env = { ...process.env, [RUN_ID_VARIABLE]: newRunId(paths.root) }
    const victim = spawn('sleep', ['600'], { env, detached: true, stdio: 'ignore' })
    onTestFinished(() => void victim.kill('SIGKILL'))
    const died = new Promise((resolve) => victim.once('exit', (_, signal) => resolve(signal)))
    await new Promise((resolve) => victim.once('spawn', resolve))

    const { code, out, err } = await runCli(paths, ['stop', '--reason', 'it wrote to a stranger', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ stopped: true, killed: 1, survivors: [], latchError: null })
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
        env: cliEnv(paths),
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
