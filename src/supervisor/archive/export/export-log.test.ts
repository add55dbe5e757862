import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LogRow } from '../../../shared/contracts/archive-log.ts'
import { resolveStatePaths } from '../../../shared/state/state-dir.ts'
import { type ExportLog, exportLog } from './export-log.ts'
import { standInArchive } from './testing/stand-in-archive.ts'

const SECRET = 'sk-live-0123456789abcdef'

const logRow = (number: number, fields: Partial<LogRow> = {}): LogRow => ({
  number,
  time: '2026-02-03T04:05:06.000Z',
  level: 'info',
  source: 'gateway',
  message: `line ${number}`,
  fields: '',
  event: '',
  session: '',
  ...fields,
})

let home = ''
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'clawdbot-export-log-')))
})
afterEach(() => rm(home, { recursive: true }))

const exported = async (log: readonly LogRow[], more: Partial<ExportLog> = {}) => {
  const { file, rows } = await exportLog({
    archive: standInArchive({ log, page: 4 }),
    view: 1,
    secrets: 'redact',
    redact: (text) => text.replaceAll(SECRET, '<secret:aa>'),
    target: join(home, 'log.jsonl'),
    paths: resolveStatePaths({ CLAWDBOT_STATE_DIR: join(home, 'state') }, home),
    existing: 'replace',
    now: () => 0,
    program: 'Clawdbot 1.2.3',
    ...more,
  })
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  return { rows, lines: lines.map((line): unknown => JSON.parse(line)) }
}

describe('an exported log', () => {
  it('has every row of the view after a head that says what it is', async () => {
    const log = Array.from({ length: 10 }, (_, number) => logRow(number))
    const { rows, lines } = await exported(log)
    expect(rows).toBe(10)
    expect(lines[0]).toEqual({
      type: 'clawdbot.export',
      program: 'Clawdbot 1.2.3',
      exported: '1970-01-01T00:00:00.000Z',
      of: 'log',
      secrets: 'redacted',
    })
    expect(lines.slice(1)).toMatchObject(log.map(({ message }) => ({ message })))
  })

  it('has the rows whose numbers are below zero, because they were found later', async () => {
    const log = Array.from({ length: 10 }, (_, number) => logRow(number))
    const archive = standInArchive({ log, page: 4, before: 6 })
    expect((await exported([], { archive })).rows).toBe(10)
  })

  it('of an empty view is its head', async () => {
    expect((await exported([])).lines).toHaveLength(1)
  })

  it('ends where the view ended when it was asked for', async () => {
    const log = Array.from({ length: 10 }, (_, number) => logRow(number))
    const { ask } = standInArchive({ log, page: 4 })
    const growing: ExportLog['archive'] = {
      ask: (call, input) => {
        if (call === 'logPage') log.push(logRow(log.length))
        return ask(call, input)
      },
    }
    expect((await exported([], { archive: growing })).rows).toBe(10)
  })

  it('has its fields as JSON, as text where they are none or nest too deep, and no secret in them', async () => {
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    const { lines } = await exported([
      logRow(0, { fields: `{"key":"${SECRET}"}`, message: SECRET }),
      logRow(1, { fields: '{"half' }),
      logRow(2, { fields: deep }),
    ])
    expect(lines.slice(1)).toMatchObject([
      { message: '<secret:aa>', fields: { key: '<secret:aa>' } },
      { fields: '{"half' },
      { fields: deep },
    ])
  })

  it('says so where secrets were kept', async () => {
    const { lines } = await exported([logRow(0, { message: SECRET })], { secrets: 'keep' })
    expect(lines).toMatchObject([{ secrets: 'kept' }, { message: SECRET }])
  })
})
