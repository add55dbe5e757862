// What happens to the archive and to the files under it: nothing wrong is shown, and it recovers by itself.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, type Page, test } from '@playwright/test'
import { generateState } from '../bench/archive/generate-state.ts'
import { archivePids, archiveView, askArchive, hitsOf, untilArchive } from './support/archive.ts'
import { launchApp } from './support/launch.ts'
import { createScenario, type Scenario } from './support/scenario.ts'
import { holdStop } from './support/stop.ts'

const ONE = '77777777-7777-4777-8777-777777777777'

const transcript = (id: string, ...texts: readonly string[]): string => {
  const lines: object[] = [
    { type: 'session', version: 3, id, timestamp: '2026-02-01T10:00:00.000Z', cwd: '/' },
  ]
  for (const [index, text] of texts.entries()) {
    lines.push({
      type: 'message',
      id: `a000000${index}`,
      parentId: index === 0 ? null : `a000000${index - 1}`,
      timestamp: `2026-02-01T10:00:0${index}.000Z`,
      message: { role: 'user', content: [{ type: 'text', text }] },
    })
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

const turnsOf = async (page: Page, query: string): Promise<readonly string[]> =>
  (await hitsOf(page, query)).map(({ place, snippet }) => {
    const text = snippet.map((part) => part.text).join('')
    return place.in === 'session' ? `${place.ref}#${place.turn} ${text}` : text
  })

test('kill -9 of the archive while it indexes: every message is found once, none twice', async () => {
  const scenario = await createScenario()
  const generated = generateState(scenario.stateDir, {
    sessions: 300,
    messages: 60_000,
    logLines: 20_000,
    seed: 5,
  })
  const { app, page } = await launchApp(scenario)
  try {
    let killed = 0
    for (let round = 0; round < 12; round += 1) {
      await pause(20 + 37 * round)
      for (const pid of archivePids(scenario.stateDir)) {
        process.kill(pid, 'SIGKILL')
        killed += 1
      }
      // It is started again with a growing delay, and not for ever: the owner's button is what goes on.
      if ((await archiveView(page)).phase === 'failed')
        await page.evaluate("window.clawdbot.call('archive.restart')")
    }
    expect(killed).toBeGreaterThan(3)
    await page.evaluate("window.clawdbot.call('archive.restart')")
    const view = await untilArchive(page, 'ready')
    expect(view.messages).toBe(generated.messages)
    expect(view.sessions).toBe(generated.refs.length)
    const { rows } = await askArchive(page, 'sessions', { limit: 500, offset: 0 })
    for (const row of rows.slice(0, 20)) {
      const { total } = await askArchive(page, 'page', { ref: row.ref, from: 0, count: 1, maxText: 100 })
      expect(total).toBe(row.turns)
    }
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('files that are cut, rewritten, rotated and deleted under it: what is found is what stands in them', async () => {
  const scenario = await createScenario()
  const folder = scenario.file('sessions')
  const file = join(folder, `${ONE}.jsonl`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(file, transcript(ONE, 'alpacas graze', 'badgers dig', 'cormorants dive'))
  const { app, page } = await launchApp(scenario)
  const finds = (query: string) => expect.poll(() => turnsOf(page, query))
  try {
    await finds('cormorants').toHaveLength(1)

    truncateSync(file, transcript(ONE, 'alpacas graze').length)
    await finds('cormorants').toHaveLength(0)
    await finds('alpacas').toHaveLength(1)

    // Longer than before, in place, with other words: only what was read can tell.
    writeFileSync(file, transcript(ONE, 'dolphins leap', 'egrets wade', 'ferrets hide', 'geese fly'))
    await finds('alpacas').toHaveLength(0)
    await finds('egrets').toHaveLength(1)

    // Half a line is not there yet; with its other half it is, once.
    const whole = JSON.stringify({
      type: 'message',
      id: 'b0000000',
      parentId: 'a0000003',
      timestamp: '2026-02-01T11:00:00.000Z',
      message: { role: 'user', content: 'hedgehogs sleep' },
    })
    appendFileSync(file, whole.slice(0, 90))
    await pause(300)
    expect(await turnsOf(page, 'hedgehogs')).toEqual([])
    appendFileSync(file, `${whole.slice(90)}\n`)
    await finds('hedgehogs').toHaveLength(1)

    // Another file in its place.
    writeFileSync(`${file}.new`, transcript(ONE, 'ibises stand'))
    renameSync(`${file}.new`, file)
    await finds('hedgehogs').toHaveLength(0)
    await finds('ibises').toHaveLength(1)

    rmSync(file)
    await finds('ibises').toHaveLength(0)
    const words = ['ibises', 'hedgehogs', 'cormorants', 'alpacas']
    const left = (): readonly string[] => {
      const bytes = readdirSync(scenario.file('archive'))
        .map((name) => readFileSync(scenario.file('archive', name), 'latin1'))
        .join('')
      return words.filter((word) => bytes.includes(word))
    }
    // It is not found from the first moment; its bytes are overwritten a little later.
    await expect.poll(left).toEqual([])
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('an index that is no database any more is made anew, and nothing of the files is lost', async () => {
  const scenario = await createScenario()
  const folder = scenario.file('sessions')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, `${ONE}.jsonl`), transcript(ONE, 'alpacas graze'))
  mkdirSync(scenario.file('archive'), { recursive: true, mode: 0o700 })
  writeFileSync(
    scenario.file('archive', 'index.db'),
    'no database, but long enough to be taken for one'.repeat(99),
  )
  const { app, page } = await launchApp(scenario)
  try {
    await expect.poll(() => turnsOf(page, 'alpacas')).toHaveLength(1)
    expect(readFileSync(join(folder, `${ONE}.jsonl`), 'utf8')).toBe(transcript(ONE, 'alpacas graze'))
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a full disk: it says so, answers as of then, and goes on when there is room', async () => {
  test.skip(process.getuid?.() !== 0, 'only root can mount a small disk')
  const scenario = await createScenario()
  const index = scenario.file('archive')
  mkdirSync(index, { recursive: true, mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=700', 'tmpfs', index])
  const generated = generateState(scenario.stateDir, {
    sessions: 40,
    messages: 20_000,
    logLines: 0,
    seed: 6,
  })
  const { app, page } = await launchApp(scenario)
  try {
    const stuck = await untilArchive(page, 'stuck')
    expect(stuck.error?.message).toMatch(/full|space|room/i)
    await askArchive(page, 'sessions', { limit: 10, offset: 0 })
    await page.getByRole('link', { name: /^Sessions/ }).click()
    await expect(page.getByText(/can not be written|no room|disk is full/i).first()).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/sessions-stuck.png' })
    execFileSync('mount', ['-o', 'remount,size=300m', index])
    expect((await untilArchive(page, 'ready')).messages).toBe(generated.messages)
  } finally {
    await app.close()
    execFileSync('umount', ['-l', index])
    await scenario.end()
  }
})

const REF = `sessions/${ONE}`
const withTranscript = async (): Promise<Scenario> => {
  const scenario = await createScenario()
  mkdirSync(scenario.file('sessions'), { recursive: true, mode: 0o700 })
  writeFileSync(scenario.file('sessions', `${ONE}.jsonl`), transcript(ONE, 'alpacas graze', 'badgers dig'))
  return scenario
}
const killArchive = ({ stateDir }: Scenario): void => {
  const pids = archivePids(stateDir)
  expect(pids).toHaveLength(1)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}
const openTurn = (page: Page, turn: number): Promise<unknown> =>
  page.evaluate(`location.hash = '#/sessions/${encodeURIComponent(REF)}/${turn}'`)
const logLine = (message: string): string =>
  `${JSON.stringify({ 0: message, time: new Date().toISOString(), _meta: { logLevelName: 'INFO' } })}\n`

test('kill -9 of the archive under an open transcript and an open log: both go on by themselves', async () => {
  const scenario = await withTranscript()
  const { app, page } = await launchApp(scenario)
  try {
    await untilArchive(page, 'ready')
    await openTurn(page, 0)
    const turns = page.getByRole('feed', { name: 'Turns' })
    await expect(turns.getByText('badgers dig')).toBeVisible()
    killArchive(scenario)
    const more = transcript(ONE, 'alpacas graze', 'badgers dig', 'otters swim').trimEnd().split('\n').at(-1)
    appendFileSync(scenario.file('sessions', `${ONE}.jsonl`), `${more}\n`)
    await expect(turns.getByText('otters swim')).toBeVisible()
    await expect(turns.getByText('badgers dig')).toHaveCount(1)

    await page.getByRole('link', { name: /^Logs/ }).click()
    const lines = page.getByRole('log', { name: 'Log lines' })
    appendFileSync(scenario.file('log', 'clawdbot.log'), logLine('beast 1'))
    await expect(lines.getByText('beast 1')).toBeVisible()
    killArchive(scenario)
    appendFileSync(scenario.file('log', 'clawdbot.log'), logLine('beast 2'))
    await expect(lines.getByText('beast 2')).toBeVisible()
    await expect(lines.getByText('beast 1')).toHaveCount(1)
    await untilArchive(page, 'ready')
    appendFileSync(scenario.file('log', 'clawdbot.log'), logLine('beast 3'))
    await expect(lines.getByText('beast 3')).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a log that is rotated and cut under the Logs screen: its lines are shown, and none that are gone', async () => {
  const scenario = await withTranscript()
  const { app, page } = await launchApp(scenario)
  const log = scenario.file('log', 'clawdbot.log')
  try {
    await untilArchive(page, 'ready')
    await page.getByRole('link', { name: /^Logs/ }).click()
    // Of the whole screen: without a line there is no list of lines.
    const screen = page.getByRole('main')
    const shown = () => expect.poll(async () => (await screen.innerText()).match(/beast [0-9]+/g) ?? [])
    appendFileSync(log, [1, 2, 3].map((beast) => logLine(`beast ${beast}`)).join(''))
    await shown().toEqual(['beast 1', 'beast 2', 'beast 3'])
    renameSync(log, `${log}.1`)
    writeFileSync(log, logLine('beast 4'), { mode: 0o600 })
    await shown().toEqual(['beast 4'])
    appendFileSync(log, logLine('beast 5'))
    await shown().toEqual(['beast 4', 'beast 5'])
    truncateSync(log, 0)
    await shown().toEqual([])
    appendFileSync(log, logLine('beast 6'))
    await shown().toEqual(['beast 6'])
    // Longer than what it replaces, in place.
    writeFileSync(log, [7, 8, 9].map((beast) => logLine(`beast ${beast}`)).join(''))
    await shown().toEqual(['beast 7', 'beast 8', 'beast 9'])
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('STOP while somebody reads: the transcript, the search and the log stay readable', async () => {
  const scenario = await withTranscript()
  const { app, page } = await launchApp(scenario)
  try {
    await untilArchive(page, 'ready')
    await openTurn(page, 0)
    await expect(page.getByRole('feed', { name: 'Turns' }).getByText('badgers dig')).toBeVisible()
    const before = archivePids(scenario.stateDir)
    await holdStop(page)
    expect(archivePids(scenario.stateDir)).toEqual(before)
    await openTurn(page, 1)
    await expect(page.getByRole('feed', { name: 'Turns' }).getByText('alpacas graze')).toBeVisible()
    expect(await turnsOf(page, 'badgers')).toHaveLength(1)
    await page.getByRole('link', { name: /^Logs/ }).click()
    await expect(page.getByRole('log', { name: 'Log lines' }).getByText(/stop/i).first()).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})
