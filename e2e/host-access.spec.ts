import { existsSync, readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import { cli, eventually } from './support/cli.ts'
import { ANA, ask, OWNER, removeBoxes, withHands } from './support/hands.ts'
import { launchApp } from './support/launch.ts'
import type { Scenario } from './support/scenario.ts'
import { gatewayPid, isAlive } from './support/stop.ts'

const withHost = (more: Readonly<Record<string, unknown>> = {}): Promise<Scenario> =>
  withHands({ agent: { elevated: { enabled: true, ...more } } })

const card = (page: Page) => page.getByRole('dialog').filter({ hasText: /this machine/i })

test('a command for the host is shown exactly, runs once when it is approved, and not when it is denied', async () => {
  const scenario = await withHost()
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  const file = (name: string): string => scenario.file('workspace', name)
  try {
    await expect(page.getByText(/may run on this machine/i).first()).toBeVisible()
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(OWNER, 'run touch denied.txt # \u202E')
    await expect(card(page)).toContainText('touch denied.txt')
    await page.screenshot({ path: 'test-results/screens/approval-light.png' })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.screenshot({ path: 'test-results/screens/approval-dark.png' })
    // Enter is what somebody presses who did not look.
    await page.keyboard.press('Enter')
    await expect(card(page).getByRole('button', { name: /Deny/ })).toBeEnabled()
    await card(page).getByRole('button', { name: /Deny/ }).click()
    await expect.poll(() => telegram.sent.at(-1)?.text ?? '').toMatch(/denied|said no/i)
    expect(existsSync(file('denied.txt'))).toBe(false)

    telegram.dm(OWNER, 'run echo one >> once.txt')
    await expect(card(page)).toContainText('echo one >> once.txt')
    await card(page).getByRole('button', { name: /once/ }).click()
    await eventually('the file', () => (existsSync(file('once.txt')) ? true : undefined))
    telegram.dm(OWNER, 'run echo one >> once.txt')
    await expect(card(page)).toContainText('echo one >> once.txt')
    await card(page)
      .getByRole('button', { name: /session/ })
      .click()
    await expect.poll(() => readFileSync(file('once.txt'), 'utf8')).toBe('one\none\n')
    // The same text in the same session is not asked about again; another one is.
    await ask(scenario, OWNER, 'run echo one >> once.txt')
    await expect.poll(() => readFileSync(file('once.txt'), 'utf8')).toBe('one\none\none\n')
    telegram.dm(OWNER, 'run echo two >> once.txt')
    await expect(card(page)).toContainText('echo two >> once.txt')
    const audit = await cli(scenario.env, 'audit', 'verify', '--json')
    expect(audit.code).toBe(0)
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('a friend reaches no host, whatever they ask for and whatever is enabled for the owner', async () => {
  const scenario = await withHost({ approve: 'never' })
  const { app } = await launchApp(scenario)
  try {
    const there = scenario.file('workspace', 'from-a-friend')
    for (const words of [
      `host run touch ${there}`,
      `run touch ${there}`,
      `write ${there} x`,
      `write ../../workspace/from-a-friend x`,
    ]) {
      await ask(scenario, ANA, words)
    }
    expect(existsSync(there)).toBe(false)
    expect(await ask(scenario, OWNER, 'run pwd')).toContain(scenario.file('workspace'))
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('without elevated.enabled the gateway may not start processes, and the owner’s commands run in a box', async () => {
  const scenario = await withHands()
  const { app, page } = await launchApp(scenario)
  try {
    expect(await ask(scenario, OWNER, 'run pwd; id -u')).toMatch(/\/workspace\n[1-9]/)
    await expect(page.getByText(/may run on this machine/i)).toHaveCount(0)
    const { stdout } = await cli(scenario.env, 'status', '--json')
    expect(stdout).not.toContain('allow-child-process')
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('read-only mode holds before the next action: no write, no shell on the host, no word to anybody but the owner', async () => {
  const scenario = await withHost({ approve: 'never' })
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  const file = scenario.file('workspace', 'written')
  try {
    expect(await ask(scenario, OWNER, 'write first.txt x')).toContain('first.txt')
    const on = await cli(scenario.env, 'readonly', 'on')
    expect([on.code, on.stderr]).toEqual([0, ''])
    await expect(page.getByText('Read-only').first()).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/read-only-light.png' })
    for (const words of ['write written x', 'run touch written']) {
      expect(await ask(scenario, OWNER, words)).toMatch(/read-only/i)
    }
    expect(existsSync(file)).toBe(false)
    const before = telegram.sent.length
    telegram.dm(ANA, 'say something')
    await expect(page.getByText(/read-only/i).first()).toBeVisible()
    expect(await ask(scenario, OWNER, 'say still here')).toBe('still here')
    expect(telegram.sent.slice(before).filter(({ chatId }) => chatId === ANA.id)).toEqual([])

    await page.getByRole('link', { name: /^Security/ }).click()
    await page.getByRole('switch', { name: /read-only/i }).click()
    await expect(page.getByText('Read-only mode is off.')).toBeVisible()
    expect(existsSync(scenario.file('readonly.json'))).toBe(false)
    await ask(scenario, OWNER, 'run touch written')
    expect(existsSync(file)).toBe(true)
    expect(await ask(scenario, ANA, 'say hello again')).toBe('hello again')
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

/** A command that ignores every polite signal, in a session of its own, with no environment. */
const escape = (name: string): string =>
  `setsid env -i /bin/bash -c 'trap "" TERM HUP INT; echo $$ > ${name}; while :; do /bin/sleep 1; done'`

test('STOP ends commands on the host, with what they put into sessions of its own without an environment', async () => {
  const scenario = await withHost({ approve: 'never' })
  const { telegram } = scenario
  const { app } = await launchApp(scenario)
  const pids = (): readonly number[] =>
    ['shell', 'escaped', 'orphan'].flatMap((name) => {
      const file = scenario.file('workspace', name)
      return existsSync(file) ? Number(readFileSync(file, 'utf8').trim() || '0') : []
    })
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(OWNER, `run (${escape('orphan')} &); ${escape('escaped')} & echo $$ > shell; sleep 1000`)
    await expect.poll(() => pids().filter((pid) => pid > 0 && isAlive(pid)).length).toBe(3)
    const { code, stderr } = await cli(scenario.env, 'stop')
    expect([code, stderr]).toEqual([0, ''])
    expect(pids().filter(isAlive)).toEqual([])
    expect((await cli(scenario.env, 'audit', 'verify')).code).toBe(0)
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('host access that is switched off takes the right to start processes from the gateway that runs, with what it runs', async () => {
  const scenario = await withHost({ approve: 'never' })
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  const grants = async (): Promise<readonly string[]> => {
    const pid = await gatewayPid(scenario)
    return isAlive(pid) ? readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0') : []
  }
  const file = (name: string): string => scenario.file('workspace', name)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    expect(await grants()).toContain('--allow-child-process')
    telegram.dm(OWNER, `run (${escape('left')} &); sleep 1000`)
    const left = await eventually('the command', () =>
      existsSync(file('left')) ? Number(readFileSync(file('left'), 'utf8')) || undefined : undefined,
    )
    await scenario.writeConfig({
      telegram: { botToken: telegram.token, dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
      agent: { model: 'offline/obedient' },
    })
    await expect.poll(async () => (await grants()).includes('--permission')).toBe(true)
    await expect.poll(async () => (await grants()).includes('--allow-child-process')).toBe(false)
    await expect.poll(() => isAlive(left)).toBe(false)
    await expect(page.getByText(/may run on this machine/i)).toHaveCount(0)
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})
