// A transcript by somebody who wants the screen, the export or the index to do something: all of it is text.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { askArchive, hitsOf, untilArchive } from './support/archive.ts'
import { cli } from './support/cli.ts'
import { HOSTILE, hostileTranscript, longLine } from './support/hostile-transcript.ts'
import { launchApp } from './support/launch.ts'
import { createScenario } from './support/scenario.ts'
import { expectAccessible } from './support/screens.ts'

test('a hostile transcript renders inert, is searched, and is exported inert', async () => {
  const scenario = await createScenario()
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-export-'))
  const target = join(folder, 'hostile.html')
  await mkdir(scenario.file('sessions'), { recursive: true, mode: 0o700 })
  await writeFile(
    scenario.file('sessions', `${HOSTILE}.jsonl`),
    hostileTranscript() + longLine(50 * 1024 * 1024),
  )
  const { app, page } = await launchApp({
    ...scenario,
    env: { ...scenario.env, CLAWDBOT_TEST_SAVE_TO: target },
  })
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  try {
    await untilArchive(page, 'ready')
    await page.evaluate(`location.hash = '#/sessions/${encodeURIComponent(`sessions/${HOSTILE}`)}/0'`)
    await expect(page.getByText('<script>window.hostile = 1</script>').first()).toBeVisible()
    const ref = `sessions/${HOSTILE}`
    const { total } = await askArchive(page, 'page', { ref, from: 0, count: 1, maxText: 10 })
    for (let turn = 0; turn < total; turn += 3) {
      await page.evaluate(`location.hash = '#/sessions/${encodeURIComponent(ref)}/${turn}'`)
      await expect(page.locator(`[data-turn="${turn}"]`)).toBeVisible()
      await page.screenshot({ path: `test-results/screens/hostile-${turn}.png` })
    }
    await expectAccessible(page, 'a hostile transcript')
    // The last line has 50 MB: it is there, and what of it is missing is said.
    const { turns } = await askArchive(page, 'page', { ref, from: total - 1, count: 1, maxText: 20_000 })
    expect(JSON.stringify(turns).length).toBeLessThan(200_000)

    expect(await page.evaluate('window.hostile')).toBeUndefined()
    // Within the transcript nothing leads anywhere: every link of the page is one of ours.
    const links = await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((each) => each.getAttribute('href')))
    expect(links.filter((href) => !href?.startsWith('#/'))).toEqual([])
    expect(await page.locator('iframe, object, embed, script:not([src])').count()).toBe(0)
    expect(requests.filter((url) => !url.startsWith('app://clawdbot/') && !url.startsWith('data:'))).toEqual(
      [],
    )
    for (const query of [
      '<script>',
      '"',
      '*',
      'javascript:',
      "'); DROP TABLE entry; --",
      'NEAR(a b)',
      'text:x',
    ])
      await hitsOf(page, query)

    await page.evaluate(
      `window.clawdbot.call('sessions.export', { ref: '${ref}', format: 'html', secrets: 'redact' })`,
    )
    const html = await readFile(target, 'utf8')
    expect(html).not.toMatch(/<script|<img|<svg|<iframe|<[^>]*\s(?:on\w+|src)=|<[^>]*javascript:/i)
    expect(html).toContain("default-src 'none'")

    // A terminal gets no control character but line breaks.
    const shown = await cli(scenario.env, 'sessions', 'show', HOSTILE)
    expect(shown.code).toBe(0)
    // oxlint-disable-next-line no-control-regex -- those are what must not be there
    expect(shown.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  } finally {
    await app.close()
    await rm(folder, { recursive: true, force: true })
    await scenario.end()
  }
})
