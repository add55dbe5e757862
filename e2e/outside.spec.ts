import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { cli } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { ANA, createScenario } from './support/scenario.ts'

test('what the command line does shows in the app: approve, allow, remove', async () => {
  const scenario = await createScenario()
  const { telegram, env } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'hello')
    const [reply] = await telegram.waitForSent(1)
    const code = /\b[A-HJ-NP-Z2-9]{8}\b/.exec(reply?.text ?? '')?.[0] ?? ''
    await page.getByRole('link', { name: /^People/ }).click()
    expect((await cli(env, 'pairing', 'approve', '--provider', 'telegram', code)).code).toBe(0)
    const row = page.getByRole('listitem', { name: `Telegram ${ANA.id}` })
    await expect(row).toBeVisible()
    expect((await cli(env, 'allow', 'remove', '--provider', 'telegram', String(ANA.id))).code).toBe(0)
    await expect(row).toHaveCount(0)
    expect((await cli(env, 'allow', 'add', '--provider', 'telegram', '77')).code).toBe(0)
    await expect(page.getByRole('listitem', { name: 'Telegram 77' })).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a config that breaks while the gateway runs stops it, says where, and a mended one starts it again', async () => {
  const scenario = await createScenario()
  const { app, page } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    await writeFile(scenario.file('clawdbot.json'), '{\n  telegram: { dmPolicy: "open" },\n}')
    await expect(page.getByRole('button', { name: /^Gateway failed/ })).toBeVisible()
    await expect(page.getByText('telegram.dmPolicy').first()).toBeVisible()
    await scenario.writeConfig({})
    await expect(page.getByText('Gateway running')).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a store that can not be trusted closes its provider, and is left as it is', async () => {
  const scenario = await createScenario()
  const { telegram, anthropic } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    const corrupt = '{"version":1,"allowFrom":["5028834417"'
    await writeFile(scenario.file('credentials', 'telegram-allowFrom.json'), corrupt)
    await page.getByRole('link', { name: /^People/ }).click()
    await expect(page.getByText('telegram-allowFrom.json').first()).toBeVisible()
    telegram.dm(ANA, 'hello')
    await telegram.waitFor(() => telegram.pending() === 0)
    expect(telegram.sent).toEqual([])
    expect(anthropic.requests).toEqual([])
    expect(await readFile(scenario.file('credentials', 'telegram-allowFrom.json'), 'utf8')).toBe(corrupt)
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a second window on the same state directory is refused; the first goes on', async () => {
  const scenario = await createScenario()
  const first = await launchApp(scenario)
  try {
    await expect(first.page.getByText('Gateway running')).toBeVisible()
    const headless = await cli(scenario.env, 'gateway')
    expect(headless.code).not.toBe(0)
    expect(headless.stderr).toContain('already')
    await expect(first.page.getByText('Gateway running')).toBeVisible()
  } finally {
    await first.app.close()
    await scenario.end()
  }
})
