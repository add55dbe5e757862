import { expect, test } from '@playwright/test'
import { launchApp } from './support/launch.ts'
import { createScenario } from './support/scenario.ts'

test('without any account: a simulated stranger gets a code, is approved, and is answered by the offline model', async () => {
  const scenario = await createScenario()
  const stateDir = scenario.file('fresh')
  const { app, page } = await launchApp({ stateDir, env: {} })
  const say = async (who: string, text: string): Promise<void> => {
    await page.getByRole('link', { name: /^Simulator/ }).click()
    await page.getByRole('button', { name: new RegExp(`^${who}`) }).click()
    await page.getByRole('textbox').fill(text)
    await page.keyboard.press('Enter')
  }
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    await say('Stranger', 'let me in')
    await expect(page.getByText('access not configured')).toBeVisible()
    await page.getByRole('link', { name: /^Pairing/ }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    await expect(page.getByText('approved').first()).toBeVisible()
    await say('Stranger', 'say hello there')
    await expect(page.getByText('hello there', { exact: true })).toBeVisible()
    await say('Owner', 'what are you?')
    await expect(page.getByText(/offline\/obedient, a stand-in/)).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})
