import { once } from 'node:events'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StatePaths } from '../shared/state/state-dir.ts'
import { cliState, runCli, startCli } from './testing/run-cli.ts'

/** Of a busy machine. */
const SOON = { timeout: 30_000 }
const TOKEN = '123456789:AAE-test_token_of_no_bot'

const ours = (index: number, level = 'INFO', message = `line ${String(index)}`): string =>
  `${JSON.stringify({
    time: new Date(Date.UTC(2026, 0, 6, 10, 0, index)).toISOString(),
    0: '{"subsystem":"gateway/gate"}',
    1: message,
    2: { event: `telegram:42:${String(index)}` },
    _meta: { logLevelName: level },
  })}\n`

const withLog = async (text: string): Promise<{ readonly paths: StatePaths; readonly file: string }> => {
  const paths = await cliState()
  const file = join(paths.root, 'logs.txt')
  await writeFile(paths.config, JSON.stringify({ telegram: { botToken: TOKEN }, logging: { file } }))
  await writeFile(file, text)
  return { paths, file }
}

const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => ours(index, index % 10 === 0 ? 'ERROR' : 'INFO')).join('')

describe('clawdbot logs', () => {
  it('prints the last 200 lines while nothing runs, and with --lines another number', async () => {
    const { paths } = await withLog(lines(300))
    const { code, out, err } = await runCli(paths, ['logs'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out.trim().split('\n')).toHaveLength(200)
    expect(out).toMatch(
      /^2026-01-06T10:01:40.000Z {2}ERROR {2}gateway\/gate {2}line 100 {2}\{"event":"telegram:42:100"\}\n/,
    )
    expect((await runCli(paths, ['logs', '-n', '1'])).out).toContain('line 299')
  })

  it('finds by pattern, level, source and time, over files of more than one read', async () => {
    const { paths } = await withLog(lines(3_000))
    const found = async (...args: readonly string[]): Promise<readonly string[]> =>
      (await runCli(paths, ['logs', '--json', ...args])).out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).message)
    expect(await found('--grep', 'LINE 1\\d00$|line 1\\d00 ')).toEqual(
      Array.from({ length: 10 }, (_, index) => `line 1${String(index)}00`),
    )
    expect(await found('--level', 'error', '-n', '2')).toEqual(['line 2980', 'line 2990'])
    expect(await found('--source', 'gateway', '-n', '2')).toEqual([])
    expect(await found('--since', '2026-01-06T10:49:58Z')).toEqual(['line 2998', 'line 2999'])
  })

  it('reads dated files as one log, the oldest first', async () => {
    const paths = await cliState()
    const file = join(paths.root, 'log', 'x-YYYY-MM-DD.log')
    await writeFile(paths.config, JSON.stringify({ logging: { file: 'log/x-YYYY-MM-DD.log' } }))
    const { mkdir } = await import('node:fs/promises')
    await mkdir(join(paths.root, 'log'))
    for (const [index, day] of ['2026-01-05', '2026-01-06', '2026-01-07'].entries())
      await writeFile(file.replace('YYYY-MM-DD', day), ours(index * 2) + ours(index * 2 + 1))
    const { out } = await runCli(paths, ['logs', '-n', '5'])
    expect(out.match(/line \d/g)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5'])
  })

  it('prints no secret of the config, and no character that a terminal obeys', async () => {
    const { paths } = await withLog(
      ours(1, 'INFO', `the token ${TOKEN} \u001b[31m\u202e`) + 'not JSON \u001b]0;x\n',
    )
    for (const args of [['logs'], ['logs', '--json']]) {
      const { out } = await runCli(paths, args)
      expect(out).toContain('not JSON')
      expect(out).not.toContain(TOKEN)
      // oxlint-disable-next-line no-control-regex -- the escape is what must not be there
      expect(out).not.toMatch(/[\u001b\u202e]/)
    }
  })

  it('says what is wrong with a pattern, a level or a time', async () => {
    const { paths } = await withLog('')
    for (const args of [
      ['--grep', '('],
      ['--level', 'loud'],
      ['--since', 'once'],
      ['--lines', '-3'],
    ])
      expect(await runCli(paths, ['logs', ...args])).toMatchObject({ code: 2, out: '' })
    expect((await runCli(paths, ['logs', '--grep', '('])).err).toContain('missing closing )')
  })

  it('takes a pattern that would hang a backtracking engine', async () => {
    const { paths } = await withLog(ours(1, 'INFO', `${'a'.repeat(5_000)}!`))
    expect(await runCli(paths, ['logs', '--grep', '(a+)+$'])).toMatchObject({ code: 0, out: '' })
  })

  it('says so where there is no log', async () => {
    const { paths } = await withLog('')
    const { rm } = await import('node:fs/promises')
    await rm(join(paths.root, 'logs.txt'))
    expect((await runCli(paths, ['logs'])).err).toContain('there is no log at')
  })

  it('follows, through a rotation, each line once, until it is interrupted', async () => {
    const { paths, file } = await withLog(lines(3))
    const child = startCli(paths, ['logs', '-f'])
    onTestFinished(() => void child.kill('SIGKILL'))
    let out = ''
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
    })
    const seen = (): readonly string[] => out.match(/line \d+/g) ?? []
    await expect.poll(seen, SOON).toEqual(['line 0', 'line 1', 'line 2'])
    appendFileSync(file, ours(3))
    await expect.poll(seen, SOON).toHaveLength(4)
    renameSync(file, `${file}.1`)
    writeFileSync(file, ours(4))
    await expect.poll(seen, SOON).toEqual([0, 1, 2, 3, 4].map((index) => `line ${String(index)}`))
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('ends quietly when nobody reads any more', async () => {
    const { paths, file } = await withLog(lines(3))
    const child = startCli(paths, ['logs', '-f'])
    onTestFinished(() => void child.kill('SIGKILL'))
    let err = ''
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString()
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const over = once(child, 'exit')
    appendFileSync(file, lines(50))
    expect(await over).toEqual([0, null])
    expect(err).toBe('')
  })
})
