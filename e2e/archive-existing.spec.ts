// What the existing Clawdbot left, read as it is: session versions 1 to 3, flat and in an agent's folder, both shapes of its log.
import { expect, test } from '@playwright/test'
import { archiveView, askArchive, hitsOf, untilArchive } from './support/archive.ts'
import { cli } from './support/cli.ts'
import { HOOKED, LINEAR, TREE, writeExistingState } from './support/existing-state.ts'
import { launchApp } from './support/launch.ts'
import { createScenario } from './support/scenario.ts'
import { expectAccessible } from './support/screens.ts'

test('a directory of the existing Clawdbot: its sessions are listed, read and searched, its log is shown', async () => {
  const scenario = await createScenario()
  await writeExistingState(scenario.stateDir)
  const { app, page } = await launchApp(scenario)
  try {
    await page.evaluate("window.clawdbot.call('gateway.stop')")
    const view = await untilArchive(page, 'ready')
    expect(view.sessions).toBe(3)
    // Two lines of the tree, and one of the log that is of something else.
    expect(view.brokenLines).toBe(3)

    await page.getByRole('link', { name: /^Sessions/ }).click()
    await page.getByText('Sunday football').first().click()
    await expect(page.getByText('Nobody: the match was rained off.').last()).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/existing-group.png' })

    await page.getByText('Rota').first().click()
    await expect(page.getByText('Done, the rota is in the notes.').last()).toBeVisible()
    await expect(page.getByText('this is not JSON at all')).toBeVisible()
    await expect(page.getByText('a kind that no version knows')).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/existing-tree.png' })
    await page.locator('[data-transcript-scroller]').focus()
    await page.keyboard.press('Home')
    await expect(page.getByText('Put the rota into the notes').last()).toBeVisible()
    await page.getByRole('button', { name: /summed up/ }).click()
    for (const said of ['The first try failed at the edit.', 'cat notes/rota.md'])
      await expect(page.getByText(said).first()).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/existing-tree-top.png' })
    await expectAccessible(page, 'a transcript of the existing Clawdbot')

    // The calls, what it came to, and the edit as a difference.
    const { row } = await askArchive(page, 'session', { name: TREE })
    const { turns } = await askArchive(page, 'page', {
      ref: row?.ref ?? '',
      from: 0,
      count: 100,
      maxText: 20_000,
    })
    const calls = turns.flatMap(({ blocks }) => blocks).filter((block) => block.kind === 'call')
    expect(calls).toMatchObject([
      { tool: 'bash', brief: 'ls ~/notes', result: { text: 'rota.md\nsquad.md', isError: false } },
      {
        tool: 'edit',
        change: { path: 'notes/rota.md', before: 'Monday: Peter', after: 'Monday: Olga' },
        result: { isError: true },
      },
      { tool: 'bash', brief: 'cat notes/rota.md', result: { text: 'Monday: Olga', exitCode: 0 } },
    ])
    expect(turns.some(({ abandoned }) => abandoned)).toBe(true)
    expect(turns.filter(({ kind }) => kind === 'broken')).toHaveLength(2)
    expect(turns.filter(({ kind }) => kind === 'unknown')).toHaveLength(1)

    expect(await hitsOf(page, 'monstera')).toMatchObject([{ place: { ref: `sessions/${LINEAR}`, turn: 1 } }])
    expect(await hitsOf(page, '"rained off" provider:whatsapp')).toMatchObject([
      { place: { ref: `sessions/${HOOKED}`, title: 'Sunday football' } },
    ])
    expect(await hitsOf(page, 'tool:edit is:error')).toMatchObject([
      { place: { ref: `agents/main/sessions/${TREE}` } },
    ])
    expect(await hitsOf(page, 'monday -olga')).toEqual([])
    expect(await hitsOf(page, 'refused in:logs')).toMatchObject([{ kind: 'log', isError: true }])
    expect(await hitsOf(page, 'fern before:2026-01-06')).toEqual([])

    await page.getByRole('link', { name: /^Logs/ }).click()
    await expect(page.getByText('the model refused the request')).toBeVisible()
    await expect(page.getByText('cron armed')).toBeVisible()
    await expect(page.getByText('a line of something else')).toBeVisible()
    expect((await archiveView(page)).phase).toBe('ready')

    const listed = await cli(scenario.env, 'sessions', 'list', '--json')
    expect(listed.code).toBe(0)
    expect(listed.stdout).toContain(`agents/main/sessions/${TREE}`)
    const shown = await cli(scenario.env, 'sessions', 'show', TREE.slice(0, 8))
    expect(shown.stdout).toContain('Done, the rota is in the notes.')
  } finally {
    await app.close()
    await scenario.end()
  }
})
