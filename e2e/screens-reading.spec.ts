// The Sessions and Logs screens with something to read: every state in light and dark, narrow, and in forced colours.
import { expect, type Page, test } from '@playwright/test'
import { untilArchive } from './support/archive.ts'
import { launchApp } from './support/launch.ts'
import { EVERYTHING_READ, writeReadingState } from './support/reading-state.ts'
import { createScenario } from './support/scenario.ts'
import { expectAccessible } from './support/screens.ts'

type Look = (name: string) => Promise<void>

/** A picture, nothing that axe finds, and nothing that is wider than the window. */
const lookOf =
  (page: Page, scheme: string): Look =>
  async (name) => {
    await page.screenshot({ path: `test-results/screens/reading-${name}-${scheme}.png` })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, `${name}, ${scheme}`).toBeLessThanOrEqual(0)
    await expectAccessible(page, `${name}, ${scheme}`)
  }

const goTo = (page: Page, address: string): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(address)}`)

const readSessions = async (page: Page, look: Look): Promise<void> => {
  const field = page.getByRole('searchbox', { name: 'Search all transcripts' })
  await goTo(page, '#/sessions')
  await field.fill('')
  await expect(page.getByRole('list', { name: 'Sessions, newest first' })).toBeVisible()
  await look('sessions')
  await field.fill('olga tool:')
  await look('unfinished')
  await field.fill('squad in:all -tool:write is:error')
  await expect(page.getByRole('list', { name: 'What was found' })).toBeVisible()
  await look('filtered')
  await field.fill('zeppelin person:telegram:42')
  await expect(page.getByText('Nothing found')).toBeVisible()
  await look('no-hit')
  await field.fill('squ')
  await expect(page.getByRole('list', { name: 'What was found' })).toBeVisible()
  await look('hits')
  await goTo(page, `#/sessions/${encodeURIComponent(`sessions/${EVERYTHING_READ}`)}/0`)
  await expect(page.getByText('I look for it first.', { exact: true })).toBeVisible()
  await look('transcript')
  for (const turn of [2, 4, 6, 9]) {
    await goTo(page, `#/sessions/${encodeURIComponent(`sessions/${EVERYTHING_READ}`)}/${turn}`)
    await expect(page.locator(`[data-turn="${turn}"]`)).toBeInViewport()
    await look(`transcript-${turn}`)
  }
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Redact secrets' }).click()
  await look('export')
  await page.keyboard.press('Escape')
  await goTo(page, `#/sessions/${encodeURIComponent(`sessions/${EVERYTHING_READ}`)}/0`)
  await page.getByRole('button', { name: 'Raw line of turn 1', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Raw line' })).toBeVisible()
  await look('raw')
  await page.keyboard.press('Escape')
  await goTo(page, '#/sessions/sessions%2Fgone')
  await expect(page.getByText('The transcript is gone from the disk')).toBeVisible()
  await look('gone')
}

const readLogs = async (page: Page, look: Look): Promise<void> => {
  const field = page.getByRole('searchbox', { name: 'Filter' })
  await goTo(page, '#/logs')
  await expect(page.getByText('the model did not answer').first()).toBeVisible()
  await look('log')
  await page.getByText('the model did not answer').first().click()
  await expect(page.getByRole('button', { name: 'Open the turn' })).toBeVisible()
  await look('log-unfolded')
  await field.fill('no line has this')
  await expect(page.getByText('No line matches')).toBeVisible()
  await look('log-no-match')
  await page.getByRole('switch', { name: 'Regex' }).click()
  await field.fill('(unclosed')
  await expect(page.getByRole('alert')).toBeVisible()
  await look('log-bad-pattern')
  await field.fill('held|model')
  await expect(page.getByText('2 of')).toBeVisible()
  await look('log-pattern')
  await field.fill('')
  await page.getByRole('switch', { name: 'Regex' }).click()
}

test('transcripts and the log pass axe in light and dark, narrow and in forced colours, whatever they show', async () => {
  test.setTimeout(300_000)
  const scenario = await createScenario()
  await writeReadingState(scenario.stateDir)
  const { app, page } = await launchApp(scenario)
  try {
    await page.evaluate("window.clawdbot.call('gateway.stop')")
    await untilArchive(page, 'ready')
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await readSessions(page, lookOf(page, colorScheme))
      await readLogs(page, lookOf(page, colorScheme))
    }
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(640, 500))
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active', reducedMotion: 'reduce' })
    await readSessions(page, lookOf(page, 'narrow'))
    await readLogs(page, lookOf(page, 'narrow'))
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a transcript is searched for, opened, walked through and left by the keyboard alone', async () => {
  const scenario = await createScenario()
  await writeReadingState(scenario.stateDir)
  const { app, page } = await launchApp(scenario)
  const field = page.getByRole('searchbox', { name: 'Search all transcripts' })
  const marked = page.locator('[data-turn][aria-current]')
  try {
    await untilArchive(page, 'ready')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('Search tran')
    await page.keyboard.press('Enter')
    await expect(field).toBeFocused()
    await page.keyboard.type('thinking is:error')
    await page.keyboard.press('Escape')
    await expect(field).toHaveValue('')
    await page.keyboard.type('olga tool:edit')
    await expect(page.getByRole('list', { name: 'What was found' })).toBeVisible()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(marked).toHaveAttribute('data-turn', '2')
    for (const [key, turn] of [
      ['r', '3'],
      ['e', '4'],
      ['t', null],
      ['Shift+T', '3'],
    ] as const) {
      await page.keyboard.press(key)
      if (turn === null) await expect(page.getByText('No further tool call below.')).toBeVisible()
      else await expect(marked).toHaveAttribute('data-turn', turn)
    }
    const transcript = page.locator('[data-transcript-scroller]')
    while (!(await transcript.evaluate((element) => element === document.activeElement)))
      await page.keyboard.press('Tab')
    await page.keyboard.press('j')
    await expect(marked).toHaveAttribute('data-turn', '4')
    await expect(marked).toBeFocused()
    await page.keyboard.press('k')
    await expect(marked).toHaveAttribute('data-turn', '3')
    await page.keyboard.press('/')
    await expect(field).toBeFocused()
  } finally {
    await app.close()
    await scenario.end()
  }
})
