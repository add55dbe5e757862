import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { unzipSync } from 'fflate'
import { cli } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { ANA } from './support/scenario.ts'
import { beginTurn, holdStop, withAna } from './support/stop.ts'

test('incident mode: the runbook does each step, survives a restart, and the bundle holds no secret', async () => {
  const scenario = await withAna()
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-bundle-'))
  const bundle = join(folder, 'bundle.zip')
  const env = { ...scenario.env, CLAWDBOT_TEST_SAVE_TO: bundle }
  let { app, page } = await launchApp({ ...scenario, env })
  try {
    await beginTurn(scenario)
    await holdStop(page)
    await page.getByRole('link', { name: /^Security/ }).click()
    const step = (name: RegExp) => page.getByRole('listitem').filter({ hasText: name })
    await expect(page.getByRole('checkbox', { name: /Stop it/ })).toBeChecked()

    await step(/logs of that minute/)
      .getByRole('button', { name: /Open/ })
      .click()
    await expect(page.getByText(/the gateway is ready/).first()).toBeVisible()
    await page.keyboard.press('Escape')
    await page.getByRole('checkbox', { name: /logs of that minute/ }).click()

    await step(/sessions/)
      .getByRole('button', { name: /Review/ })
      .first()
      .click()
    await expect(page.getByText(`telegram:dm:${ANA.id}`).first()).toBeVisible()
    await page.keyboard.press('Escape')

    await step(/Rotate/)
      .getByRole('button', { name: /how/ })
      .click()
    await expect(page.getByText(/BotFather/).first()).toBeVisible()
    await page.keyboard.press('Escape')

    await app.close()
    ;({ app, page } = await launchApp({ ...scenario, env }))
    await page.getByRole('link', { name: /^Security/ }).click()
    await expect(page.getByRole('checkbox', { name: /logs of that minute/ })).toBeChecked()
    await expect(page.getByRole('checkbox', { name: /Rotate/ })).not.toBeChecked()

    await page.getByRole('button', { name: /Save bundle/ }).click()
    await page
      .getByRole('dialog', { name: 'Save incident bundle' })
      .getByRole('button', { name: /Choose where/ })
      .click()
    const written = page.getByText(/files are in/).first()
    await expect(written).toBeVisible()
    // What the README in it asks whoever gets it to compare.
    await expect(written).toContainText(createHash('sha256').update(readFileSync(bundle)).digest('hex'))
    expect(statSync(bundle).mode & 0o777).toBe(0o600)
    const files = unzipSync(readFileSync(bundle))
    expect(Object.keys(files).some((name) => name.endsWith('manifest.json'))).toBe(true)
    const all = Object.values(files)
      .map((bytes) => Buffer.from(bytes).toString('utf8'))
      .join('\n')
    for (const secret of [scenario.telegram.token, scenario.anthropic.apiKey, 'tell me a long story'])
      expect(all).not.toContain(secret)

    const listed = await cli(scenario.env, 'incident', 'list', '--json')
    expect(listed.code).toBe(0)
  } finally {
    await app.close()
    await scenario.end()
    await rm(folder, { recursive: true })
  }
})

test('resume is refused without an audit to write it into, and stands in the audit with its reason', async () => {
  const scenario = await withAna()
  try {
    expect((await cli(scenario.env, 'stop')).code).toBe(0)
    const log = scenario.file('audit', 'log-000001.jsonl')
    const before = await readFile(log, 'utf8')
    await writeFile(log, before.replace('lockdown.stop', 'lockdown.stap'), { mode: 0o600 })
    const broken = await cli(scenario.env, 'audit', 'verify', '--json')
    expect(broken.code).toBe(1)
    expect(JSON.parse(broken.stdout)).toMatchObject({
      ok: false,
      firstBroken: { file: expect.stringContaining('log-000001') },
    })
    expect(await cli(scenario.env, 'resume', '--yes', '--reason', 'should not work')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('audit repair'),
    })
    // Changed before a checkpoint that was signed since: a quick look at the end of the chain would not see it.
    await writeFile(log, before, { mode: 0o600 })
    expect((await cli(scenario.env, 'stop')).code).toBe(0)
    const longer = await readFile(log, 'utf8')
    await writeFile(log, longer.replace('audit.begin', 'audit.begun'), { mode: 0o600 })
    expect(await cli(scenario.env, 'resume', '--yes', '--reason', 'should not work')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('audit repair'),
    })
    await writeFile(log, longer, { mode: 0o600 })
    expect((await cli(scenario.env, 'audit', 'verify')).code).toBe(0)
    expect((await cli(scenario.env, 'resume', '--yes', '--reason', 'a very good reason')).code).toBe(0)
    expect(await readFile(log, 'utf8')).toContain('a very good reason')
    expect((await cli(scenario.env, 'audit', 'verify')).code).toBe(0)
  } finally {
    await scenario.end()
  }
})

test('a tampered audit is named on the screen, and the gateway does not start over it', async () => {
  const scenario = await withAna()
  try {
    const first = await launchApp(scenario)
    await expect(first.page.getByText('Gateway running')).toBeVisible()
    await first.app.close()
    const log = scenario.file('audit', 'log-000001.jsonl')
    const lines = (await readFile(log, 'utf8')).trimEnd().split('\n')
    await writeFile(log, `${lines.toSpliced(1, 1).join('\n')}\n`, { mode: 0o600 })
    const { app, page } = await launchApp(scenario)
    await page.getByRole('link', { name: /^Security/ }).click()
    await expect(page.getByText(/does not fit|broken/i).first()).toBeVisible()
    await expect(page.getByText(/audit repair/).first()).toBeVisible()
    expect(scenario.telegram.isPolling()).toBe(false)
    await app.close()
    expect((await cli(scenario.env, 'audit', 'repair')).code).toBe(0)
    expect((await cli(scenario.env, 'audit', 'verify')).code).toBe(0)
  } finally {
    await scenario.end()
  }
})
