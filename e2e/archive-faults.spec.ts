// What happens to the archive and to the files under it: nothing wrong is shown, and it recovers by itself.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
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
import { createScenario } from './support/scenario.ts'

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
    const index = scenario.file('archive', 'index.db')
    for (const each of [index, `${index}-wal`]) {
      const bytes = readFileSync(each).toString('latin1')
      for (const word of ['ibises', 'hedgehogs', 'cormorants']) expect(bytes.includes(word)).toBe(false)
    }
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
