import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { StatePaths } from '../shared/state/state-dir.ts'
import { tempFolder } from '../shared/state/testing/temp-state.ts'
import { keepEvidence } from '../supervisor/incident/keep-evidence.ts'
import { RESULT } from '../supervisor/incident/testing/incident-world.ts'
import { cliState, runCli } from './testing/run-cli.ts'

const AT = Date.UTC(2026, 10, 22, 14, 3, 22)
const INCIDENT = 'incident-2026-11-22-140322'
const TOKEN = '123456789:AAE-test_token'

const stopped = async (incident = INCIDENT): Promise<StatePaths> => {
  const paths = await cliState()
  await writeFile(paths.config, JSON.stringify({ telegram: { botToken: TOKEN } }))
  const logFile = join(paths.root, 'clawdbot.log')
  await writeFile(logFile, `{"0":"the token is ${TOKEN}"}\n`)
  await writeFile(
    join(paths.sessions, 'sessions.json'),
    JSON.stringify({ 'telegram:dm:42': { sessionId: 'abc-1', updatedAt: AT } }),
  )
  const common = {
    paths,
    logFile,
    redact: (text: string) => text,
    now: () => AT,
    at: AT,
    by: 'app',
    reason: 'it wrote \u202eto a stranger',
  }
  await keepEvidence({ ...common, incident, result: RESULT, before: { processes: [], containers: [] } })
  return paths
}

describe('clawdbot incident', () => {
  it('list names every stop whose evidence is kept, and whether it is as it was', async () => {
    expect((await runCli(await cliState(), ['incident', 'list'])).out).toBe('There is no incident.\n')
    const paths = await stopped()
    expect((await runCli(paths, ['incident', 'list'])).out).toBe(
      `${INCIDENT}  by app: it wrote ‹U+202E›to a stranger  (8 files, whole)\n`,
    )
    await writeFile(join(paths.incidents, INCIDENT, 'result.json'), '{}')
    const { out } = await runCli(paths, ['incident', 'list', '--json'])
    expect(JSON.parse(out).incidents).toMatchObject([
      {
        incident: INCIDENT,
        at: AT,
        error: { code: 'store_corrupt', message: expect.stringContaining('result.json') },
      },
    ])
  })

  it('show prints the runbook with the facts of this incident, and no secret', async () => {
    const paths = await stopped()
    const { code, out, err } = await runCli(paths, ['incident', 'show'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(
      `${INCIDENT}: stopped 2026-11-22T14:03:22.000Z by app: it wrote ‹U+202E›to a stranger\n`,
    )
    expect(out).toContain(
      '1. [ ] Stop it.\n       Killed 2 processes and 1 of 1 containers; 95 ms after the act nothing was left.',
    )
    expect(out).toContain('telegram:dm:42  sessions/abc-1.jsonl')
    expect(out).toContain('Telegram bot token, set in telegram.botToken in clawdbot.json.')
    expect(out).toMatch(/6\. +Resume: clawdbot resume --reason/)
    expect(out).not.toContain(TOKEN)
    const json = JSON.parse((await runCli(paths, ['incident', 'show', '--json'])).out)
    expect(json).toMatchObject({ id: INCIDENT, at: AT, by: 'app', result: { killed: 2 }, error: null })
  })

  it('show and bundle say that there is no such incident', async () => {
    const paths = await stopped()
    for (const command of ['show', 'bundle']) {
      const result = await runCli(paths, ['incident', command, '--incident', '../credentials'])
      expect(result).toMatchObject({ code: 1, out: '' })
      expect(result.err).toMatch(
        /^clawdbot: There is no incident "\.\.\/credentials".*\n {2}See: clawdbot incident list\n$/,
      )
    }
  })

  it('bundle writes one private file, redacted, once, and records that it did', async () => {
    const paths = await stopped()
    const folder = await tempFolder()
    const file = join(folder, 'bundle.zip')
    const args = ['incident', 'bundle', '--output', file, '--transcripts']
    const made = await runCli(paths, [...args, '--json'])
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(made.out)).toMatchObject({
      incident: INCIDENT,
      transcripts: true,
      file,
      sha256: expect.any(String),
    })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const entries = unzipSync(await readFile(file))
    for (const bytes of Object.values(entries)) expect(strFromU8(bytes)).not.toContain(TOKEN)
    const audit = await readFile(join(paths.audit, 'log-000001.jsonl'), 'utf8')
    expect(audit).toMatch(/"kind":"intent","act":"incident\.bundle","actor":"cli"/)
    const again = await runCli(paths, args)
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/there is a file of that name/) })
    expect((await runCli(paths, [...args, '--force'])).out).toMatch(
      /^Wrote .*: \d+ files, with transcripts\.\nSHA-256 [0-9a-f]{64}\n$/,
    )
  })

  it('bundle refuses while nobody can say which values are secrets', async () => {
    const paths = await stopped()
    await writeFile(paths.config, '{ telegram: ')
    const file = join(await tempFolder(), 'never.zip')
    const result = await runCli(paths, ['incident', 'bundle', '--output', file])
    expect(result.code).toBe(1)
    expect(result.err).toMatch(
      /^clawdbot: The secrets can not be taken out of a bundle while the config is not valid/,
    )
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
