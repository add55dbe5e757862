import { readFileSync } from 'node:fs'
import type { ElectronApplication, Page } from '@playwright/test'
import { expect, test } from '@playwright/test'
import { cli, eventually } from './support/cli.ts'
import { type Boxes, startBoxes } from './support/docker.ts'
import { launchApp } from './support/launch.ts'
import { ANA, type Scenario } from './support/scenario.ts'
import { beginTurn, gatewayPid, holdStop, isAlive, isLatched, withAna } from './support/stop.ts'
import { chooseInTray } from './support/tray.ts'

const STOPPED = { name: 'Everything is stopped' } as const

const byKeyboard = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'STOP', exact: true }).focus()
  await page.keyboard.down('Space')
  await expect(page.getByRole('heading', STOPPED)).toBeVisible()
  await page.keyboard.up('Space')
}

const WAYS: Readonly<
  Record<
    string,
    (app: ElectronApplication, page: Page, env: Readonly<Record<string, string>>) => Promise<void>
  >
> = {
  mouse: (_app, page) => holdStop(page),
  keyboard: (_app, page) => byKeyboard(page),
  tray: (app) => chooseInTray(app, 'STOP'),
  cli: async (_app, _page, env) => {
    const { code, stderr } = await cli(env, 'stop', '--reason', 'from outside')
    expect([code, stderr]).toEqual([0, ''])
  },
}

/** Behind the turn that does not end, a message waits: accepted, on disk, and not answered. */
const queueBehind = async (scenario: Scenario): Promise<void> => {
  const accepted = (): number =>
    readFileSync(scenario.file('gateway', 'inbox.jsonl'), 'utf8').split('"accepted"').length - 1
  const before = accepted()
  scenario.telegram.dm(ANA, 'and then one more')
  await eventually('it to be accepted', () => (accepted() > before ? true : undefined))
}

/** The code in the corner of the window is that of the chain on disk. */
const expectHeadOnScreen = (page: Page, env: Readonly<Record<string, string>>): Promise<void> =>
  expect
    .poll(async () => {
      const { code } = JSON.parse((await cli(env, 'audit', 'verify', '--json')).stdout)
      return page.getByText(code).count()
    })
    .toBeGreaterThan(0)

for (const [way, stop] of Object.entries(WAYS)) {
  test(`STOP by ${way}, in the middle of a turn and with three busy boxes: all dead, all proven, and nothing comes back`, async () => {
    const scenario = await withAna()
    const { telegram, anthropic } = scenario
    const boxes: Boxes = await startBoxes(3)
    const env = { ...scenario.env, ...boxes.env }
    let { app, page } = await launchApp({ ...scenario, env })
    try {
      await beginTurn(scenario)
      await queueBehind(scenario)
      const pid = await gatewayPid(scenario)
      expect(isAlive(pid)).toBe(true)
      expect(await boxes.running()).toBe(3)

      await stop(app, page, env)
      await expect(page.getByRole('heading', STOPPED)).toBeVisible()
      expect(isAlive(pid)).toBe(false)
      expect(await boxes.running()).toBe(0)
      expect(isLatched(scenario)).toBe(true)
      await page.getByRole('link', { name: /^Security/ }).click()
      await expect(page.getByText('3 of 3').first()).toBeVisible()

      // It survives a restart of the app, figures and all, and nothing starts.
      await app.close()
      expect((await cli(env, 'gateway')).code).toBe(3)
      ;({ app, page } = await launchApp({ ...scenario, env }))
      await expect(page.getByRole('heading', STOPPED)).toBeVisible()
      await page.getByRole('link', { name: /^Security/ }).click()
      await expect(page.getByText('3 of 3').first()).toBeVisible()
      expect(telegram.isPolling()).toBe(false)

      await page.getByRole('button', { name: 'Resume…' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('textbox').fill('the test has seen enough')
      await dialog
        .getByRole('button', { name: /Resume/ })
        .last()
        .click()
      await expect(page.getByRole('button', { name: /^Gateway stopped/ })).toBeVisible()
      expect(isLatched(scenario)).toBe(false)
      expect(telegram.isPolling()).toBe(false)

      await page
        .getByRole('button', { name: /^Start/ })
        .first()
        .click()
      await expect(page.getByText('Gateway running')).toBeVisible()
      // What the stop cut off and what was queued stays dead: only what is said from now on is answered.
      anthropic.heal()
      anthropic.reply(() => 'A short story.')
      await telegram.waitFor(() => telegram.isPolling())
      telegram.dm(ANA, 'are you back?')
      await telegram.waitForSent(1)
      expect(telegram.sent.map(({ text }) => text)).toEqual(['A short story.'])
      expect(anthropic.requests).toHaveLength(2)
      const verified = await cli(scenario.env, 'audit', 'verify', '--json')
      expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, firstBroken: null })
      await expectHeadOnScreen(page, scenario.env)
    } finally {
      await app.close()
      await boxes.remove()
      await scenario.end()
    }
  })
}

test('a short click or a short press stops nothing', async () => {
  const scenario = await withAna()
  const { app, page } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    const stop = page.getByRole('button', { name: 'STOP', exact: true })
    await stop.click()
    await stop.focus()
    await page.keyboard.press('Space')
    await eventually('the state to be told', async () => (await gatewayPid(scenario)) || undefined)
    expect(isLatched(scenario)).toBe(false)
  } finally {
    await app.close()
    await scenario.end()
  }
})
