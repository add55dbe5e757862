// A long time of use: 1,000,000 messages in 5,000 sessions and 1,000,000 lines of log, read on a bad day, with everything stopped.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { generateState } from '../bench/archive/generate-state.ts'
import { hitsOf, untilArchive } from './support/archive.ts'
import { cli } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { expectAccessible } from './support/screens.ts'

const PLANTED = '88888888-8888-4888-8888-888888888888'

/** One conversation of a known day among all the others, by words that no other has. */
const planted = (): string =>
  [
    { type: 'session', version: 3, id: PLANTED, timestamp: '2025-11-05T08:00:00.000Z', cwd: '/' },
    ...Array.from({ length: 300 }, (_, index) => ({
      type: 'message',
      id: (0xf000_0000 + index).toString(16),
      parentId: index === 0 ? null : (0xf000_0000 + index - 1).toString(16),
      timestamp: new Date(Date.UTC(2025, 10, 5, 8, 0, index)).toISOString(),
      message: {
        role: index % 2 === 0 ? 'user' : 'assistant',
        content: [
          {
            type: 'text',
            text: index === 150 ? 'the zanzibar quokka is in the lighthouse' : `turn ${index}`,
          },
        ],
      },
    })),
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')

test('a million messages and a million lines: found as typed, opened at the turn, scrolled from end to end', async () => {
  test.setTimeout(600_000)
  const stateDir = await mkdtemp(join(tmpdir(), 'clawdbot-scale-'))
  const env = {
    CLAWDBOT_STATE_DIR: stateDir,
    CLAWDBOT_TEST: '1',
    DOCKER_HOST: 'unix:///nonexistent/docker.sock',
  }
  const state = generateState(stateDir, {
    sessions: 4_999,
    messages: 1_000_000,
    logLines: 1_000_000,
    seed: 3,
  })
  await writeFile(join(stateDir, 'sessions', `${PLANTED}.jsonl`), planted(), { mode: 0o600 })
  await writeFile(join(stateDir, 'clawdbot.json'), JSON.stringify({ logging: { file: state.logFile } }))
  expect((await cli(env, 'stop', '--reason', 'a bad day')).code).toBe(0)
  const { app, page } = await launchApp({ stateDir, env })
  try {
    await page.getByRole('link', { name: /^Sessions/ }).click()
    await page.screenshot({ path: 'test-results/screens/scale-indexing.png' })
    const view = await untilArchive(page, 'ready')
    expect(view.messages).toBe(state.messages + 300)
    expect(view.sessions).toBe(5_000)
    expect(view.logLines).toBeGreaterThanOrEqual(1_000_000)
    expect(view.brokenLines).toBe(0)

    const field = page.getByRole('searchbox', { name: 'Search all transcripts' })
    await field.pressSequentially('zanzibar quo')
    const found = page.getByRole('list').getByRole('link').filter({ hasText: 'zanzibar' })
    await expect(found).toHaveCount(1)
    await found.click()
    await expect(page.locator('[data-turn="150"]')).toBeInViewport()
    await expect(page.locator('[data-turn="150"] mark').first()).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/scale-hit.png' })
    await expectAccessible(page, 'a hit among a million')

    // Each filter gives only what it says, newest first.
    const calls = await hitsOf(page, 'tool:bash is:error')
    expect(calls.length).toBeGreaterThan(0)
    expect(calls.every(({ tool, isError }) => tool === 'bash' && isError)).toBe(true)
    const times = calls.map(({ at }) => at ?? 0)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    const day = await hitsOf(page, 'after:2025-11-05 before:2025-11-06 role:user')
    expect(day.length).toBeGreaterThan(0)
    for (const { at } of day) expect(new Date(at ?? 0).toISOString()).toMatch(/^2025-11-0[456]/)
    expect(await hitsOf(page, 'zanzibar -quokka')).toEqual([])
    expect(await hitsOf(page, '"quokka zanzibar"')).toEqual([])

    // The list to its end.
    await field.fill('')
    await page.getByRole('link', { name: /^Sessions/ }).click()
    await field.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    await expect(page.getByRole('list').getByRole('link').last()).toBeVisible()

    await page.getByRole('link', { name: /^Logs/ }).click()
    await expect(page.getByText(/^1,\d{3},\d{3} lines/)).toBeVisible()
    await page.getByRole('log').focus()
    await page.keyboard.press('Home')
    await expect(page.getByRole('button', { name: /Follow|new/ })).toBeVisible()
    await expect(page.locator('[data-row="0"]')).toBeInViewport()
    await page.screenshot({ path: 'test-results/screens/scale-log-start.png' })
    await page.getByRole('searchbox', { name: 'Filter' }).fill('zzz-no-such-line')
    await expect(page.getByText('No line matches')).toBeVisible()
    await page.getByRole('button', { name: 'Show all' }).click()
    await expectAccessible(page, 'a log of a million lines')

    // The same on the command line, beside the app.
    const searched = await cli(env, 'sessions', 'search', 'zanzibar', 'quokka', '--json')
    expect(searched.stdout).toContain(`sessions/${PLANTED}`)
    const lines = await cli(env, 'logs', '--level', 'error', '--lines', '5', '--json')
    expect(lines.stdout.trim().split('\n').length).toBeLessThanOrEqual(5)
    expect(lines.code).toBe(0)
  } finally {
    await app.close()
    await rm(stateDir, { recursive: true, force: true })
  }
})
