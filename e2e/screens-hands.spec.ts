import { expect, test } from '@playwright/test'
import { ANA, ask, OWNER, removeBoxes, withHands } from './support/hands.ts'
import { launchApp } from './support/launch.ts'
import { expectAccessible, visitAll } from './support/screens.ts'

const LONG = `run ${Array.from({ length: 60 }, (_, line) => `echo "line ${line} of a command that is longer than the card"`).join('\n')}`

test('every screen passes axe in light and dark: boxes in use, named risks, a command that waits, read-only mode', async () => {
  const scenario = await withHands({
    agent: {
      elevated: { enabled: true },
      sandbox: { workspaceAccess: 'ro', docker: { pidsLimit: 1024, memory: '1g' } },
    },
  })
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await ask(scenario, ANA, 'run ls')
    telegram.dm(OWNER, LONG)
    await expect(page.getByText('A command wants to run on this machine')).toBeVisible()
    await expect(page.getByRole('button', { name: /Approve once/ })).toBeDisabled()
    await visitAll(page, 'hands')
    await page.getByRole('link', { name: /^Sandboxes/ }).click()
    await page.getByRole('button', { name: 'Inspect' }).first().click()
    await expect(page.getByRole('dialog').filter({ hasText: 'HostConfig' })).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/sandboxes-inspect-dark.png' })
    await expectAccessible(page, 'inspect')
    await page.keyboard.press('Escape')
    await page.keyboard.press('F6')
    await page.keyboard.press('d')
    await expect(page.getByText('A command wants to run on this machine')).toHaveCount(0)
    await page.getByRole('link', { name: /^Security/ }).click()
    await page.getByRole('switch', { name: /read-only/i }).click()
    await expect(page.getByText('Read-only mode is on.')).toBeVisible()
    await visitAll(page, 'read-only')
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})
