import { readdir, stat } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { eventually } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { ANA, createScenario, type Scenario } from './support/scenario.ts'
import { readTranscript } from './support/transcript.ts'

test('a stranger on Telegram gets a code, the owner approves it on the screen, and the next message is answered', async () => {
  const scenario = await createScenario()
  const { telegram, anthropic } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    await telegram.waitFor(() => telegram.isPolling())

    telegram.dm(ANA, 'hello, who are you?')
    const [reply] = await telegram.waitForSent(1)
    const code = /\b[A-HJ-NP-Z2-9]{8}\b/.exec(reply?.text ?? '')?.[0] ?? ''
    expect(code).toHaveLength(8)
    expect(reply?.text).not.toContain('811204553')

    await page.getByRole('link', { name: /Pairing/ }).click()
    await expect(page.getByText(`${code.slice(0, 4)}·${code.slice(4)}`)).toBeVisible()
    await expect(page.getByText('Ana Lima')).toBeVisible()
    await expect(page.getByText('unverified').first()).toBeVisible()
    expect(anthropic.requests).toHaveLength(0)

    await page.getByRole('button', { name: /^Approve/ }).click()
    await expect(page.getByRole('button', { name: /^Approve/ })).toHaveCount(0)
    await expect(page.getByText('approved').first()).toBeVisible()
    expect(await scenario.readJson('credentials', 'telegram-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: [String(ANA.id)],
    })
    expect(await scenario.readJson('credentials', 'telegram-pairing.json')).toEqual({
      version: 1,
      requests: [],
    })

    anthropic.reply(() => 'The capital of France is Paris.')
    telegram.dm(ANA, 'what is the capital of France?')
    const sent = await telegram.waitForSent(2)
    expect(sent[1]).toMatchObject({ chatId: ANA.id, text: 'The capital of France is Paris.' })
    // What the stranger wrote before the approval never reached the model.
    expect(JSON.stringify(anthropic.requests.map((request) => request.body))).not.toContain('who are you')

    const transcript = await eventually('the transcript', () =>
      readTranscript(scenario.stateDir, `telegram:dm:${ANA.id}`),
    )
    expect(transcript.header).toMatchObject({ type: 'session', version: 3 })
    expect(transcript.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: what is the capital of France?',
      'assistant: The capital of France is Paris.',
    ])
    for (const name of await readdir(scenario.file('credentials'))) {
      const { mode } = await stat(scenario.file('credentials', name))
      expect(mode & 0o077, name).toBe(0)
    }
  } finally {
    await app.close()
    await scenario.end()
  }
})

/** The app running, and Ana approved by a click a moment ago. */
const withAnaApproved = async (use: (scenario: Scenario, page: Page) => Promise<void>): Promise<void> => {
  const scenario = await createScenario()
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'hi')
    await telegram.waitForSent(1)
    await page.getByRole('link', { name: /Pairing/ }).click()
    await page.getByRole('button', { name: /^Approve/ }).click()
    await use(scenario, page)
  } finally {
    await app.close()
    await scenario.end()
  }
}

test('undo takes an approval back: the person is a stranger again', async () => {
  await withAnaApproved(async ({ telegram, anthropic, readJson }, page) => {
    await page.getByRole('button', { name: 'Undo' }).first().click()
    await expect(page.getByRole('button', { name: /^Approve/ })).toBeVisible()
    expect(await readJson('credentials', 'telegram-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: [],
    })

    telegram.dm(ANA, 'am I in?')
    await expect(page.getByText(/then one more message/)).toBeVisible()
    expect(telegram.sent).toHaveLength(1)
    expect(anthropic.requests).toHaveLength(0)
  })
})

test('a revoke on the People screen ends the right before it is reported done', async () => {
  await withAnaApproved(async ({ telegram, anthropic }, page) => {
    await expect(page.getByText('approved').first()).toBeVisible()
    telegram.dm(ANA, 'one')
    await telegram.waitForSent(2)

    await page.getByRole('link', { name: /People/ }).click()
    const row = page.getByRole('listitem', { name: `Telegram ${ANA.id}` })
    await row.getByRole('button', { name: 'Revoke' }).click()
    await row
      .getByRole('button', { name: /^Revoke/ })
      .last()
      .click()
    await expect(row).toHaveCount(0)

    const asked = anthropic.requests.length
    telegram.dm(ANA, 'two')
    await telegram.waitFor(() => telegram.pending() === 0)
    expect(anthropic.requests).toHaveLength(asked)
  })
})
