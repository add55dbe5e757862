import { existsSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { cli, eventually } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { ANA, createScenario } from './support/scenario.ts'

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`)

test('STOP, held by mouse: the gateway is dead, the latch is on disk, and only a confirmed resume lifts it', async () => {
  const scenario = await createScenario({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
  })
  const { telegram, anthropic } = scenario
  let { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    // A turn is under way: the model has begun to answer and does not end.
    anthropic.holdAfterChunks(1)
    telegram.dm(ANA, 'tell me a long story')
    await anthropic.waitFor(() => anthropic.requests.length === 1)
    const { pid } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout).gateway
    expect(alive(pid)).toBe(true)

    const stop = page.getByRole('button', { name: 'STOP' })
    await stop.hover()
    await page.mouse.down()
    await page.mouse.up()
    // One short click is not enough.
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toHaveCount(0)
    await page.mouse.down()
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    await page.mouse.up()
    expect(alive(pid)).toBe(false)
    expect(existsSync(scenario.file('lockdown.json'))).toBe(true)

    // It survives a restart of the app, and nothing starts.
    await app.close()
    ;({ app, page } = await launchApp(scenario))
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    expect(telegram.isPolling()).toBe(false)

    await page.getByRole('button', { name: 'Resume…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('the test has seen enough')
    await dialog
      .getByRole('button', { name: /Resume/ })
      .last()
      .click()
    await expect(page.getByRole('button', { name: /^Gateway stopped/ })).toBeVisible()
    expect(existsSync(scenario.file('lockdown.json'))).toBe(false)
    expect(telegram.isPolling()).toBe(false)

    await page
      .getByRole('button', { name: /^Start/ })
      .first()
      .click()
    await expect(page.getByText('Gateway running')).toBeVisible()
    // What the stop cut off stays dead: only what is said from now on is answered.
    anthropic.heal()
    anthropic.reply(() => 'A short story.')
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'are you back?')
    await telegram.waitForSent(1)
    expect(telegram.sent.map(({ text }) => text)).toEqual(['A short story.'])
    expect(anthropic.requests).toHaveLength(2)
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a stop from the command line shows in the app, and kills what the app supervises', async () => {
  const scenario = await createScenario()
  const { app, page } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    const { pid } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout).gateway
    expect((await cli(scenario.env, 'stop', '--reason', 'from outside')).code).toBe(0)
    expect(alive(pid)).toBe(false)
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    await eventually('the state to stay locked', () =>
      existsSync(scenario.file('lockdown.json')) ? true : undefined,
    )
  } finally {
    await app.close()
    await scenario.end()
  }
})
