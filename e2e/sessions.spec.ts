// The Sessions and Logs screens over a conversation that goes on: what is said, run, refused, streamed and taken away.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { untilArchive } from './support/archive.ts'
import { cli } from './support/cli.ts'
import { ANA, ask, removeBoxes, withHands } from './support/hands.ts'
import { launchApp } from './support/launch.ts'
import { createScenario } from './support/scenario.ts'
import { expectAccessible } from './support/screens.ts'

const TOKEN = '123456:TEST-token'

const search = async (page: Page, query: string): Promise<void> => {
  await page.getByRole('link', { name: /^Sessions/ }).click()
  await page.getByRole('searchbox', { name: 'Search all transcripts' }).fill(query)
}

test('what a friend had the agent do: read, searched as typed, found at its turn, in the log, and exported', async () => {
  const scenario = await withHands({ telegram: { botToken: TOKEN } })
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-export-'))
  const target = join(folder, 'ana.md')
  const env = { ...scenario.env, CLAWDBOT_TEST_SAVE_TO: target }
  const { app, page } = await launchApp({ ...scenario, env })
  try {
    await ask(scenario, ANA, 'run echo the walrus sings; exit 3')
    await ask(scenario, ANA, 'host run ls /')
    await ask(scenario, ANA, 'say my key is sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789')
    await page.evaluate("window.clawdbot.call('gateway.stop')")
    await untilArchive(page, 'ready')

    await search(page, 'walr')
    await expect(page.getByText('walrus').first()).toBeVisible()
    await page.getByRole('searchbox').press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-turn]').getByText('exit 3').first()).toBeVisible()
    await expect(page.locator('[data-turn]').getByText('the walrus sings').first()).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/sessions-hit-dark.png' })
    await expectAccessible(page, 'a hit in its transcript')

    // The tool's rules refused the second one, and it stands where it happened.
    await page.getByRole('button', { name: /Next refusal/ }).click()
    await expect(
      page
        .locator('[data-turn]')
        .getByText(/refused/i)
        .first(),
    ).toBeVisible()

    await search(page, 'is:refused on:sandbox')
    await search(page, 'tool:bash')
    await expect(page.getByText('walrus').first()).toBeVisible()

    await page.getByRole('searchbox').press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('[data-turn]').getByRole('link', { name: /log/i }).first().click()
    await expect(page.getByRole('heading', { name: 'Logs' })).toBeVisible()
    await expect(page.getByText(/a message was let in/).first()).toBeVisible()

    const exported = await page.evaluate<{ ok: boolean }>(
      `(async () => {
        const { value } = await window.clawdbot.call('archive.session', { name: 'telegram:dm:${ANA.id}' })
        return window.clawdbot.call('sessions.export', { ref: value.row.ref, format: 'markdown', secrets: 'redact' })
      })()`,
    )
    expect(exported.ok).toBe(true)
    const text = await readFile(target, 'utf8')
    expect(text).toContain('the walrus sings')
    expect(text).toMatch(/secrets: redacted/)
    expect(text).not.toContain('sk-ant-api03')
    const kept = await cli(
      scenario.env,
      'sessions',
      'export',
      `telegram:dm:${ANA.id}`,
      '--format',
      'jsonl',
      '--keep-secrets',
    )
    expect(kept.stdout).toContain('sk-ant-api03')
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await rm(folder, { recursive: true, force: true })
    await scenario.end()
  }
})

test('a secret in a tool’s output reaches neither the model, the chat nor the log', async () => {
  const scenario = await withHands({ telegram: { botToken: TOKEN } })
  const { app, page } = await launchApp(scenario)
  try {
    const reply = await ask(scenario, ANA, `run echo ${TOKEN} | rev | rev; echo ${TOKEN} | base64`)
    expect(JSON.stringify(reply)).not.toContain(TOKEN)
    await page.evaluate("window.clawdbot.call('gateway.stop')")
    const log = await readFile(scenario.file('log', 'clawdbot.log'), 'utf8')
    expect(log).not.toContain(TOKEN)
    expect(log).not.toContain(Buffer.from(`${TOKEN}\n`).toString('base64').slice(0, 20))
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('a turn is shown while it streams, and stands in the transcript when it is over', async () => {
  const scenario = await createScenario({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
  })
  const { telegram, anthropic } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'good morning')
    await telegram.waitForSent(1)
    await untilArchive(page, 'ready')
    await page.getByRole('link', { name: /^Sessions/ }).click()
    await page.locator('[data-session-row]').first().click()
    await expect(page.locator('[data-turn]').getByText('good morning').first()).toBeVisible()

    anthropic.reply(() => 'Once upon a time there was a heron that stood on one leg, and then on the other.')
    const held = anthropic.holdAfterChunks(4)
    telegram.dm(ANA, 'tell me a story')
    await held.reached
    const live = page.getByText(/Once upon a time there was/).first()
    await expect(live).toBeVisible()
    await expect(page.getByText('and then on the other')).toHaveCount(0)
    await page.screenshot({ path: 'test-results/screens/sessions-live-dark.png' })
    await expectAccessible(page, 'a turn that streams')
    held.release()
    await telegram.waitForSent(2)
    await expect(
      page
        .locator('[data-turn]')
        .getByText(/and then on the other/)
        .first(),
    ).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('somebody who was let in once and is not any more is refused in place', async () => {
  const scenario = await createScenario({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
  })
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'good morning')
    await telegram.waitForSent(1)
    await cli(scenario.env, 'block', 'add', '--provider', 'telegram', String(ANA.id))
    await expect
      .poll(async () => (await cli(scenario.env, 'block', 'list', '--provider', 'telegram')).stdout)
      .toContain(String(ANA.id))
    await page.getByRole('link', { name: /^People/ }).click()
    await expect(page.getByText(/blocked/i).first()).toBeVisible()
    telegram.dm(ANA, 'are you there? the umbrella is blue')
    await search(page, 'is:refused')
    await expect(page.getByText(/blocked/i).first()).toBeVisible()
    await page.getByRole('searchbox').press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect(
      page
        .locator('[data-turn]')
        .getByText(/blocked/i)
        .first(),
    ).toBeVisible()
    // What they wrote is nowhere: it was refused before anybody read it.
    await search(page, 'umbrella')
    await expect(page.getByText(/nothing|no hit|no match/i).first()).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})
