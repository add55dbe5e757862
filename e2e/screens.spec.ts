import { writeFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { launchApp } from './support/launch.ts'
import { ANA, createScenario, PETER } from './support/scenario.ts'
import { expectAccessible, JUMPS, SCREENS, visitAll } from './support/screens.ts'

test('every screen passes axe in light and dark: with requests waiting, and locked down', async () => {
  const scenario = await createScenario()
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'hello')
    telegram.dm({ ...PETER, first_name: '\u202Eevil\u200B\u001b[31m' }, 'hello')
    await telegram.waitForSent(2)
    await visitAll(page, 'waiting')

    const stop = page.getByRole('button', { name: 'STOP' })
    await stop.focus()
    await page.keyboard.down('Space')
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    await page.keyboard.up('Space')
    await visitAll(page, 'locked')
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('every screen passes axe in light and dark: fresh install', async () => {
  const scenario = await createScenario()
  const { app, page } = await launchApp({
    stateDir: scenario.file('fresh'),
    env: { CLAWDBOT_STATE_DIR: scenario.file('fresh') },
  })
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    await visitAll(page, 'fresh')
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('at half the width and in forced colours every screen still fits and passes axe', async () => {
  const scenario = await createScenario()
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'hello')
    await telegram.waitForSent(1)
    // 640 by 400 is what a 1280 by 800 window has at 200 % zoom.
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(640, 500))
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
    for (const screen of SCREENS) {
      await page.keyboard.press('g')
      await page.keyboard.press(JUMPS[screen])
      await expect(page.getByRole('heading', { name: screen, level: 1 })).toBeVisible()
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, `${screen} is wider than the window`).toBeLessThanOrEqual(0)
      await page.screenshot({ path: `test-results/screens/narrow-${screen.toLowerCase()}.png` })
      await expectAccessible(page, `narrow, ${screen}`)
    }
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('every screen passes axe in light and dark: the config can not be read', async () => {
  const scenario = await createScenario()
  await writeFile(scenario.file('clawdbot.json'), '{ telegram: { dmPolicy: "everyone" } }')
  const { app, page } = await launchApp(scenario)
  try {
    await expect(page.getByText('telegram.dmPolicy').first()).toBeVisible()
    await visitAll(page, 'broken')
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('incident mode passes axe with everything opened, and a restart of the app keeps its ticks', async () => {
  const scenario = await createScenario()
  const { telegram } = scenario
  let { app, page } = await launchApp(scenario)
  const openSecurity = async (): Promise<void> => {
    await page.getByRole('link', { name: /^Security/ }).click()
    await expect(page.getByRole('heading', { name: 'What to do now' })).toBeVisible()
  }
  const logs = () => page.getByRole('checkbox', { name: 'Look at the logs of that minute' })
  try {
    await telegram.waitFor(() => telegram.isPolling())
    const stop = page.getByRole('button', { name: 'STOP' })
    await stop.focus()
    await page.keyboard.down('Space')
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    await page.keyboard.up('Space')
    await openSecurity()
    await expect(page.getByRole('checkbox', { name: 'Stop it' })).toBeChecked()
    await expect(page.getByText(/^Evidence is kept:/)).toBeVisible()

    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await expect(page.getByRole('log', { name: 'Log of that minute' })).toBeVisible()
    await page.getByRole('button', { name: 'Show how' }).click()
    await expect(page.getByRole('list', { name: 'Secrets to replace' })).toBeVisible()
    await page.getByText('How it went').click()
    await expect(page.getByRole('list', { name: 'Time line' })).toBeVisible()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.screenshot({ path: `test-results/screens/incident-${colorScheme}.png` })
      await expectAccessible(page, `incident, ${colorScheme}`)
    }
    await page.getByRole('button', { name: 'Save bundle…' }).click()
    await expect(page.getByRole('dialog', { name: 'Save incident bundle' })).toBeVisible()
    await expectAccessible(page, 'incident, bundle')
    await page.keyboard.press('Escape')

    await logs().focus()
    await page.keyboard.press('Space')
    await expect(logs()).toBeChecked()
    await app.close()
    ;({ app, page } = await launchApp(scenario))
    await openSecurity()
    await expect(logs()).toBeChecked()
    await expect(page.getByRole('checkbox', { name: 'Update the rules' })).not.toBeChecked()
  } finally {
    await app.close()
    await scenario.end()
  }
})
