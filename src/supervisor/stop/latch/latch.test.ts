import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveStatePaths, type StatePaths } from '../../../shared/state/state-dir.ts'
import { isLatched, lastResumedAt, pastLockdowns, readLatch } from './latch.ts'
import { MAX_JOURNAL_BYTES } from './latch-journal.ts'
import { resumeLatch } from './resume-latch.ts'
import { keepLatched, type StopRecord, writeLatch } from './write-latch.ts'

const AT = Date.UTC(2026, 10, 22, 14, 3, 22)
const INCIDENT = 'incident-2026-11-22-140322'

let folder = ''
let paths: StatePaths
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-latch-'))
  paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: folder }, '/')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

let stops = 0
const stop = (more: Partial<StopRecord> = {}): StopRecord => {
  stops += 1
  return { at: AT, by: 'app', reason: 'it wrote to a stranger', id: `stop-${String(stops)}`, ...more }
}
const resumed = { at: AT + 60_000, by: 'the owner', reason: 'the token was changed' }

/** What both ways of looking say, which must be the same. */
const locked = async (): Promise<boolean> => {
  const latch = await readLatch(paths)
  expect(isLatched(paths)).toBe(latch.kind === 'locked')
  return latch.kind === 'locked'
}

const torn = (file: string): void => truncateSync(file, Math.floor(statSync(file).size / 2))

describe('the latch', () => {
  it('is open where nothing was ever stopped, and keeps who, when and why where something was', async () => {
    expect(await locked()).toBe(false)
    expect(await writeLatch(paths, stop())).toEqual({ incident: INCIDENT, missing: [] })
    expect(await readLatch(paths)).toEqual({
      kind: 'locked',
      at: AT,
      by: 'app',
      reason: 'it wrote to a stranger',
      incident: INCIDENT,
    })
    for (const file of [paths.lockdown, paths.lockdowns]) expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['the file is deleted', () => rmSync(paths.lockdown)],
    ['the file is emptied', () => writeFileSync(paths.lockdown, '')],
    ['the file is torn', () => torn(paths.lockdown)],
    ['the file is a folder', () => (rmSync(paths.lockdown), mkdirSync(paths.lockdown))],
    [
      'the file is a link to nowhere',
      () => (rmSync(paths.lockdown), symlinkSync('/nowhere/x', paths.lockdown)),
    ],
    ['the journal is deleted', () => rmSync(paths.lockdowns)],
    ['the journal is emptied', () => writeFileSync(paths.lockdowns, '')],
    ['the journal is torn', () => torn(paths.lockdowns)],
    [
      'the file is deleted and the journal emptied',
      () => (rmSync(paths.lockdown), writeFileSync(paths.lockdowns, '')),
    ],
    ['the file is deleted and the journal torn', () => (rmSync(paths.lockdown), torn(paths.lockdowns))],
    [
      'the file is deleted and something foreign ends the journal',
      () => (rmSync(paths.lockdown), appendFileSync(paths.lockdowns, '{"version":2}\n')),
    ],
    [
      'the file is deleted and the journal is a pipe',
      () => (rmSync(paths.lockdown), rmSync(paths.lockdowns), void execFileSync('mkfifo', [paths.lockdowns])),
    ],
    [
      'the file is deleted and the journal is a folder',
      () => (rmSync(paths.lockdown), rmSync(paths.lockdowns), mkdirSync(paths.lockdowns)),
    ],
  ])('holds where %s', async (_, damage) => {
    await writeLatch(paths, stop())
    damage()
    expect(await locked()).toBe(true)
  })

  it('holds after any damage to either of its two records', async () => {
    await writeLatch(paths, stop())
    const before = { lockdown: readFileSync(paths.lockdown), lockdowns: readFileSync(paths.lockdowns) }
    const damaged = fc.tuple(
      fc.constantFrom('lockdown', 'lockdowns'),
      fc.uint8Array({ maxLength: 300 }),
      fc.nat(400),
    )
    await fc.assert(
      fc.asyncProperty(damaged, async ([which, bytes, at]) => {
        for (const name of ['lockdown', 'lockdowns'] as const) writeFileSync(paths[name], before[name])
        const file = which === 'lockdown' ? paths.lockdown : paths.lockdowns
        const old = readFileSync(file)
        writeFileSync(file, Buffer.concat([old.subarray(0, at), bytes, old.subarray(at + bytes.length)]))
        expect(await locked()).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps its first record and its incident when it is stopped again', async () => {
    await writeLatch(paths, stop())
    const again = await writeLatch(paths, stop({ at: AT + 5_000, by: 'cli', reason: 'once more' }))
    expect(again.incident).toBe(INCIDENT)
    expect(await readLatch(paths)).toMatchObject({ at: AT, by: 'app', incident: INCIDENT })
    rmSync(paths.lockdown)
    expect(await readLatch(paths)).toMatchObject({ at: AT, by: 'app', incident: INCIDENT })
  })

  it('gives the incident a name that no folder has', async () => {
    mkdirSync(join(paths.incidents, INCIDENT), { recursive: true })
    expect((await writeLatch(paths, stop())).incident).toBe(`${INCIDENT}-2`)
  })

  it('believes no name of an incident that would lead out of its folder', async () => {
    const record = { version: 1, at: AT, by: 'app', reason: 'x', incident: '../../etc' }
    writeFileSync(paths.lockdown, JSON.stringify(record))
    expect(await readLatch(paths)).toMatchObject({ kind: 'locked', by: 'app', incident: '' })
  })

  it('is on disk where only one of its two records can be written, and says which one can not', async () => {
    mkdirSync(paths.lockdowns)
    const { missing } = await writeLatch(paths, stop())
    expect(missing).toEqual([expect.stringContaining('EISDIR')])
    expect(await locked()).toBe(true)
    rmSync(paths.lockdown)
    rmSync(paths.lockdowns, { recursive: true })
    expect(await locked()).toBe(false)
    // The name for the temporary file is not to be had: the folder is there, and nothing can be made in it.
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    await expect(writeLatch(paths, stop())).rejects.toMatchObject({ code: 'latch_unwritable' })
  })

  it('reads only the end of a journal that was made huge', async () => {
    await writeLatch(paths, stop())
    const line = readFileSync(paths.lockdowns, 'utf8')
    writeFileSync(paths.lockdowns, `${'x'.repeat(4 * MAX_JOURNAL_BYTES)}\n${line}`)
    rmSync(paths.lockdown)
    expect(await readLatch(paths)).toMatchObject({ kind: 'locked', by: 'app' })
  })
})

describe('a resume', () => {
  it('alone opens, and is remembered with both reasons', async () => {
    await writeLatch(paths, stop())
    await resumeLatch(paths, resumed)
    expect(await locked()).toBe(false)
    expect(existsSync(paths.lockdown)).toBe(false)
    expect(await lastResumedAt(paths)).toBe(resumed.at)
    expect(await pastLockdowns(paths)).toEqual([
      {
        at: AT,
        by: 'app',
        reason: 'it wrote to a stranger',
        incident: INCIDENT,
        resumedAt: resumed.at,
        resumedBy: 'the owner',
        resumeReason: 'the token was changed',
      },
    ])
  })

  it('ends every stop of the lockdown, also where the file is gone or the journal is torn', async () => {
    await writeLatch(paths, stop())
    await writeLatch(paths, stop())
    rmSync(paths.lockdown)
    await resumeLatch(paths, resumed)
    expect(await locked()).toBe(false)
    await writeLatch(paths, stop())
    torn(paths.lockdowns)
    await resumeLatch(paths, resumed)
    expect(await locked()).toBe(false)
  })

  it('that broke off before the file was removed leaves it locked, and can be done again', async () => {
    await writeLatch(paths, stop())
    const file = readFileSync(paths.lockdown)
    await resumeLatch(paths, resumed)
    writeFileSync(paths.lockdown, file)
    expect(await locked()).toBe(true)
    await resumeLatch(paths, { ...resumed, at: resumed.at + 1 })
    expect(await locked()).toBe(false)
    expect(await pastLockdowns(paths)).toMatchObject([{ incident: INCIDENT, resumedAt: resumed.at + 1 }])
  })

  it('that was torn while it was written leaves it locked at every length, and can be done again', async () => {
    await writeLatch(paths, stop())
    const file = readFileSync(paths.lockdown)
    const stopped = readFileSync(paths.lockdowns)
    await resumeLatch(paths, resumed)
    const whole = readFileSync(paths.lockdowns)
    for (let length = stopped.length; length < whole.length - 1; length += 7) {
      writeFileSync(paths.lockdowns, whole.subarray(0, length))
      rmSync(paths.lockdown, { force: true })
      expect(await locked()).toBe(true)
    }
    writeFileSync(paths.lockdown, file)
    await resumeLatch(paths, resumed)
    expect(await locked()).toBe(false)
  })

  it('ends only what the owner knew of: a stop that comes meanwhile goes on holding', async () => {
    await writeLatch(paths, stop({ id: 'known' }))
    await writeLatch(paths, stop({ id: 'meanwhile' }))
    const line = { version: 1, event: 'resumed', incident: INCIDENT, ...resumed, ends: ['known'] }
    appendFileSync(paths.lockdowns, `${JSON.stringify(line)}\n`)
    rmSync(paths.lockdown)
    expect(await locked()).toBe(true)
  })

  it('that comes while a stop is under way is undone by that stop', async () => {
    const first = stop()
    await writeLatch(paths, first)
    // A resume that had begun before has taken away the file, and the journal was replaced under the stop.
    rmSync(paths.lockdown)
    rmSync(paths.lockdowns)
    expect(await keepLatched(paths, first)).toBe('again')
    expect(await locked()).toBe(true)
    expect(await keepLatched(paths, first)).toBe('held')
  })

  it('keeps the journal from growing without end, and forgets no stop that holds', async () => {
    const old = { version: 1, event: 'resumed', incident: 'incident-2020-01-01-000000', ...resumed, at: 1 }
    const lines = `${JSON.stringify({ ...old, stopped: { at: 0, by: 'x', reason: 'y'.repeat(400) } })}\n`
    writeFileSync(paths.lockdowns, lines.repeat(Math.ceil(MAX_JOURNAL_BYTES / lines.length) + 10))
    await writeLatch(paths, stop())
    await resumeLatch(paths, resumed)
    expect(statSync(paths.lockdowns).size).toBeLessThan(MAX_JOURNAL_BYTES)
    expect(await locked()).toBe(false)
    expect((await pastLockdowns(paths))[0]).toMatchObject({ incident: INCIDENT })
  })

  it('where there is no lockdown does nothing', async () => {
    await resumeLatch(paths, resumed)
    expect(existsSync(paths.lockdowns)).toBe(false)
  })

  it('of an earlier version is understood', async () => {
    const stopped = { at: 1, by: 'cli', reason: 'a' }
    writeFileSync(paths.lockdowns, `\n${JSON.stringify({ version: 1, stopped, resumed })}\n`)
    expect(await locked()).toBe(false)
    expect(await lastResumedAt(paths)).toBe(resumed.at)
    expect(await pastLockdowns(paths)).toMatchObject([{ at: 1, by: 'cli', resumedBy: 'the owner' }])
  })
})

describe('when the last lockdown ended', () => {
  it('is never, where there was none', async () => {
    expect(await lastResumedAt(paths)).toBe(0)
  })

  it('is taken to be later than everything, where nobody can say', async () => {
    writeFileSync(paths.lockdowns, '{')
    expect(await lastResumedAt(paths)).toBe(Number.POSITIVE_INFINITY)
    rmSync(paths.lockdowns)
    mkdirSync(paths.lockdowns)
    expect(await lastResumedAt(paths)).toBe(Number.POSITIVE_INFINITY)
  })
})
