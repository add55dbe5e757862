import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cliEnv, cliState, runCli, startCli } from './testing/run-cli.ts'

describe('clawdbot called wrongly', () => {
  it.each([
    [[], /Usage: clawdbot/, 'out'],
    [['pairing'], /which command\?/, 'err'],
    [['pairing', 'lst'], /unknown command 'lst'\n\(Did you mean list\?\)/, 'err'],
    [['pairing', 'list'], /which provider\?\n {2}Add --provider <name>: telegram,/, 'err'],
    [
      ['pairing', 'list', '--provider', 'telegran'],
      /there is no provider "telegran"\n {2}There are: telegram,/,
      'err',
    ],
    [['pairing', 'list', '--provider', '../x'], /there is no provider "\.\.\/x"/, 'err'],
    [['pairing', 'list', '--provider', '__proto__'], /there is no provider "__proto__"/, 'err'],
    [['pairing', 'list', '-p', 'telegram', '--channel', 'signal'], /two different providers/, 'err'],
    [
      ['pairing', 'list', '-p', 'telegram', '--jsno'],
      /unknown option '--jsno'\n\(Did you mean --json\?\)/,
      'err',
    ],
    [['pairing', 'approve', '-p', 'telegram'], /missing required argument 'code'/, 'err'],
    [['pairing', 'approve', '-p', 'telegram', 'A', 'B'], /too many arguments/, 'err'],
    [['allow', 'add', '-p', 'telegram'], /missing required argument 'id'/, 'err'],
    [['resume'], /why is it safe to go on\?/, 'err'],
    [['resume', '--reason', 'x'], /of 3 to 500 characters/, 'err'],
  ] as const)('%j says so with exit code 2 and changes nothing', async (args, message, stream) => {
    const paths = await cliState()
    const result = await runCli(paths, args)
    expect(result.code).toBe(2)
    expect(result[stream]).toMatch(message)
    expect(`${result.out}${result.err}`).not.toMatch(/\n\s+at /)
    expect(await readdir(paths.credentials)).toEqual([])
  })

  it('never shows the stack of an error', async () => {
    const paths = await cliState()
    await rm(paths.credentials, { recursive: true })
    await writeFile(paths.credentials, 'a file where a folder should be')
    for (const args of [
      ['pairing', 'list', '-p', 'telegram'],
      ['pairing', 'approve', '-p', 'telegram', 'ABCDEFGH'],
    ]) {
      const { code, err } = await runCli(paths, args)
      expect(code).toBe(1)
      expect(err).toMatch(/^clawdbot: .*credentials/)
      expect(err.trimEnd().split('\n')).toHaveLength(2)
    }
  })

  it('ends quietly when nobody reads on', async () => {
    const paths = await cliState()
    const child = startCli(paths, ['pairing', '--help'])
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await new Promise((resolve) => child.once('close', resolve))
    expect(err).toBe('')
  })
})

describe('clawdbot asked about itself', () => {
  it('prints help and version with exit code 0', async () => {
    const paths = await cliState()
    const help = await runCli(paths, ['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const name of ['pairing', 'allow', 'block', 'status', 'gateway', 'stop', 'resume', 'config']) {
      expect(help.out).toMatch(new RegExp(`^ {2}${name}`, 'm'))
    }
    expect((await runCli(paths, ['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

/** The files of a run, by Node's own account of what it compiled. */
const loadedBy = async (args: readonly string[]): Promise<readonly string[]> => {
  const paths = await cliState()
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-coverage-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  expect(await runCli(paths, args, { NODE_V8_COVERAGE: folder })).toMatchObject({ code: 0 })
  const reports = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  )
  return reports.flatMap((report) =>
    [...report.matchAll(/"url":"(file:[^"]+)"/g)].map((match) => match[1] ?? ''),
  )
}

describe('a short command', () => {
  it('loads nothing that it does not use: no zod, no json5, no locks, no supervisor, no other command', async () => {
    const loaded = await loadedBy(['pairing', 'list', '--provider', 'telegram'])
    expect(loaded.filter((url) => url.endsWith('/cli/commands/pairing-list.ts'))).toHaveLength(1)
    expect(loaded.filter((url) => url.includes('/cli/commands/'))).toHaveLength(1)
    expect(
      loaded.filter((url) => /zod|json5|proper-lockfile|graceful-fs|\/supervisor\/|\/contracts\//.test(url)),
    ).toEqual([])
    const packages = loaded.flatMap((url) => /node_modules\/([^/]+)/.exec(url)?.[1] ?? [])
    expect(new Set(packages)).toEqual(new Set(['commander']))
  })
})

describe('the state directory', () => {
  it('is the one in the home of the user where no variable names another', async () => {
    const paths = await cliState()
    const env = { ...cliEnv(paths), HOME: paths.root, CLAWDBOT_STATE_DIR: '' }
    const main = new URL('./main.ts', import.meta.url).pathname
    const child = spawnSync(process.execPath, [main, 'status', '--json'], { env, encoding: 'utf8' })
    expect(JSON.parse(child.stdout).stateDir).toBe(join(paths.root, '.clawdbot'))
  })
})
