import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

export const SCREENS = [
  'Overview',
  'Pairing',
  'People',
  'Sessions',
  'Sandboxes',
  'Logs',
  'Security',
  'Settings',
  'Simulator',
] as const

/** The second key of each jump, after `g`. */
export const JUMPS = {
  Overview: 'o',
  Pairing: 'p',
  People: 'e',
  Sessions: 't',
  Sandboxes: 'b',
  Logs: 'l',
  Security: 'y',
  Settings: 'c',
  Simulator: 's',
} as const

/** axe over the page as it is now, by the rules of WCAG 2.2 A and AA. */
export const expectAccessible = async (page: Page, what: string): Promise<void> => {
  // Playwright's Electron pages cannot open the second page that axe's default mode wants.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(
    violations.map(
      ({ id, nodes }) => `${what}: ${id} at ${nodes.map(({ target }) => target.join(' ')).join('; ')}`,
    ),
  ).toEqual([])
}

/** Every screen in light and dark: a picture, and nothing that axe finds. */
export const visitAll = async (page: Page, state: string): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const screen of SCREENS) {
      await page.getByRole('link', { name: new RegExp(`^${screen}`) }).click()
      await expect(page.getByRole('heading', { name: screen, level: 1 })).toBeVisible()
      await page.screenshot({
        path: `test-results/screens/${state}-${screen.toLowerCase()}-${colorScheme}.png`,
      })
      await expectAccessible(page, `${state}, ${screen}, ${colorScheme}`)
    }
  }
}
