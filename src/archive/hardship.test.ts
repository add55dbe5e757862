// What an index has to go through: clocks, crowds, files and folders that are closed to it.
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeState, startArchive, type TestArchive, type TestState } from './testing/archive-process.ts'
import { headerLine, messageLine, transcriptOf } from './testing/transcript-lines.ts'

let state: TestState
let archives: TestArchive[]
beforeEach(() => {
  state = makeState()
  archives = []
})
afterEach(async () => {
  await Promise.all(archives.map((archive) => archive.kill()))
  chmodSync(state.sessions, 0o700)
  state.remove()
})

const start = (as?: 'nobody'): TestArchive => {
  const archive = startArchive(state, as)
  archives.push(archive)
  return archive
}
const file = (name: string): string => join(state.sessions, `${name}.jsonl`)
const ask = async (archive: TestArchive, query: string, before: number | null = null, limit = 100) =>
  (await archive.ask('search', { query, order: 'newest', before, limit })).hits
const placesOf = async (archive: TestArchive, query: string): Promise<readonly string[]> =>
  (await ask(archive, query)).map(({ place }) =>
    place.in === 'session' ? `${place.ref}:${place.turn}` : `${place.file}:${place.line}`,
  )

/** A message of version 1: it has no id, and its time is as given. */
const sentAt = (at: number, text: string): string =>
  `${JSON.stringify({
    type: 'message',
    timestamp: new Date(at).toISOString(),
    message: { role: 'user', content: text, timestamp: at },
  })}\n`
const DAY = Date.UTC(2026, 0, 6)

describe('time', () => {
  it('that stood still for 100,000 messages leaves each of them found, once and in the order of the file', async () => {
    const count = 100_000
    let text = headerLine('a')
    for (let number = 0; number < count; number++) text += sentAt(DAY, `crowd n${number}`)
    writeFileSync(file('a'), text)
    const archive = start()
    expect(await archive.ask('settled', {})).toMatchObject({ phase: 'ready', messages: count })
    expect(await placesOf(archive, `"n${count - 1}"`)).toEqual([`sessions/a:${count - 1}`])
    let before: number | null = null
    let expected = count
    for (let page = 0; page < 30; page++) {
      const hits = await ask(archive, 'crowd', before, 500)
      expect(hits.map(({ place }) => (place.in === 'session' ? place.turn : -1))).toEqual(
        Array.from({ length: 500 }, (_, index) => expected - 1 - index),
      )
      expected -= 500
      before = hits.at(-1)?.id ?? null
    }
    appendFileSync(file('a'), sentAt(DAY, 'crowd late'))
    await archive.ask('settled', {})
    expect(await placesOf(archive, '"late"')).toEqual([`sessions/a:${count}`])
  })

  it('that jumps back and far forth is that of each message, newest first, and of the days that are asked for', async () => {
    const times = [DAY, DAY + 9_000, DAY - 400 * 86_400_000, Date.UTC(2099, 0, 1), DAY + 5_000]
    writeFileSync(
      file('a'),
      headerLine('a') + times.map((at, number) => sentAt(at, `jump n${number}`)).join(''),
    )
    const archive = start()
    await archive.ask('settled', {})
    expect(await placesOf(archive, 'jump')).toEqual([3, 1, 4, 0, 2].map((turn) => `sessions/a:${turn}`))
    expect(await placesOf(archive, 'jump after:2026-01-06T00:00Z before:2026-01-07T00:00Z')).toEqual(
      [1, 4, 0].map((turn) => `sessions/a:${turn}`),
    )
  })
})

describe('what is closed to the archive', () => {
  it('is told and found again when it is open: a file', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    writeFileSync(file('b'), transcriptOf('b', ['alpha']))
    chmodSync(file('b'), 0)
    const archive = start('nobody')
    expect(await archive.ask('settled', {})).toMatchObject({
      phase: 'ready',
      unreadable: { count: 1, first: `This user may not read ${file('b')}.` },
    })
    expect(await placesOf(archive, 'alpha')).toEqual(['sessions/a:0'])
    chmodSync(file('b'), 0o600)
    await expect
      .poll(async () => (await archive.ask('status', {})).unreadable.count, { timeout: 20_000 })
      .toBe(0)
    expect(await placesOf(archive, 'alpha')).toHaveLength(2)
  })

  it('is told, and what was known of it stays: a folder', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    const archive = start('nobody')
    await archive.ask('settled', {})
    chmodSync(state.sessions, 0)
    expect(await archive.ask('settled', {})).toMatchObject({
      sessions: 1,
      unreadable: { first: `This user may not read ${state.sessions}.` },
    })
    chmodSync(state.sessions, 0o700)
    expect(await archive.ask('settled', {})).toMatchObject({ unreadable: { count: 0, first: '' } })
    expect(await placesOf(archive, 'alpha')).toEqual(['sessions/a:0'])
  })

  it('is said, and got over without being told: the folder of the index', async () => {
    writeFileSync(file('a'), transcriptOf('a', ['alpha']))
    mkdirSync(state.indexDir)
    chmodSync(state.indexDir, 0o500)
    const archive = start('nobody')
    expect(await archive.ask('settled', {})).toMatchObject({
      phase: 'stuck',
      error: { code: 'state_not_writable' },
    })
    chmodSync(state.indexDir, 0o700)
    await expect.poll(async () => (await archive.ask('status', {})).phase, { timeout: 20_000 }).toBe('ready')
    expect(await placesOf(archive, 'alpha')).toEqual(['sessions/a:0'])
  })
})

const logLine = (at: number, level: string, source: string, message: string): string =>
  `${JSON.stringify({
    0: JSON.stringify({ subsystem: source }),
    1: message,
    2: { event: 'telegram:42:7', session: 'telegram:dm:42' },
    _meta: { logLevelName: level, date: new Date(at).toISOString() },
    time: new Date(at).toISOString(),
  })}\n`

describe('a search over log and audit', () => {
  beforeEach(() => {
    writeFileSync(file('a'), transcriptOf('a', ['pump from the session']))
    writeFileSync(
      state.logFile.replace('YYYY-MM-DD', '2026-01-06'),
      logLine(DAY + 1_000, 'INFO', 'gateway/gate', 'pump accepted') +
        'no json, but pump\n' +
        logLine(DAY + 2_000, 'ERROR', 'supervisor', 'pump failed'),
    )
    writeFileSync(
      join(state.root, 'audit', 'log-000001.jsonl'),
      [
        { at: DAY + 3_000, act: 'tool.run', detail: { words: 'pump' } },
        { at: DAY + 4_000, act: 'tool.run', result: 'failed', provider: 'telegram', sender: '42' },
      ]
        .map((record) => `${JSON.stringify(record)}\n`)
        .join(''),
    )
  })

  it.each([
    ['pump', ['sessions/a:0']],
    ['in:logs pump level:error', ['clawdbot-2026-01-06.log:3']],
    ['in:logs pump source:gateway', ['clawdbot-2026-01-06.log:1']],
    ['in:logs "but pump"', ['clawdbot-2026-01-06.log:2']],
    ['in:logs pump session:telegram:dm:42 is:error', ['clawdbot-2026-01-06.log:3']],
    ['in:all -in:sessions -in:audit accepted', ['clawdbot-2026-01-06.log:1']],
    ['in:all -in:logs -in:audit pump', ['sessions/a:0']],
    ['in:audit pump', ['log-000001.jsonl:1']],
    ['in:audit is:error person:42', ['log-000001.jsonl:2']],
    ['in:all -in:logs pump', ['log-000001.jsonl:1', 'sessions/a:0']],
    [
      'in:all pump',
      [
        'log-000001.jsonl:1',
        'clawdbot-2026-01-06.log:3',
        'clawdbot-2026-01-06.log:2',
        'clawdbot-2026-01-06.log:1',
        'sessions/a:0',
      ],
    ],
    ['-in:all pump', []],
  ])('%j finds %j', async (query, expected) => {
    const archive = start()
    await archive.ask('settled', {})
    expect(await placesOf(archive, query)).toEqual(expected)
  })
})

describe('a transcript of 100,000 rows with branches', () => {
  it('shows what was left, also while it grows and when it goes back again', async () => {
    const rows = 100_000
    let text = headerLine('a')
    for (let number = 1; number <= rows; number++) text += messageLine(number, `alpha ${number}`)
    writeFileSync(file('a'), text)
    const archive = start()
    const append = (number: number, parent: number): void =>
      appendFileSync(
        file('a'),
        messageLine(number, `alpha ${number}`).replace(
          /"parentId":"[^"]*"/,
          `"parentId":"${parent.toString(16).padStart(8, '0')}"`,
        ),
      )
    const left = async (from: number) => {
      const { turns, total } = await archive.ask('page', { ref: 'sessions/a', from, count: 8, maxText: 100 })
      return { total, left: turns.filter(({ abandoned }) => abandoned).map(({ turn }) => turn) }
    }
    await archive.ask('settled', {})
    expect(await left(rows - 4)).toEqual({ total: rows, left: [] })
    append(rows + 1, rows - 2)
    await archive.ask('settled', {})
    expect(await left(rows - 4)).toEqual({ total: rows + 1, left: [rows - 2, rows - 1] })
    append(rows + 2, rows + 1)
    await archive.ask('settled', {})
    expect(await left(rows - 4)).toEqual({ total: rows + 2, left: [rows - 2, rows - 1] })
    append(rows + 3, rows)
    await archive.ask('settled', {})
    expect(await left(rows - 4)).toEqual({ total: rows + 3, left: [rows, rows + 1] })
    expect(await left(0)).toEqual({ total: rows + 3, left: [] })
  })
})
