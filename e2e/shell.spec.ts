import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { type ElectronApplication, expect, test } from '@playwright/test'
import { cli, eventually, startHeadless } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { ANA, createScenario, type Scenario } from './support/scenario.ts'
import { isAlive, isLatched } from './support/stop.ts'
import { chooseInTray, trayLabels } from './support/tray.ts'

const crashPage = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer())

const crashesIn = (output: string): number => output.split('page is gone').length - 1

const supervisorOf = async (scenario: Scenario): Promise<number | undefined> => {
  const { gateway } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout)
  return gateway?.supervisor
}

/** What a process has open, by what it leads to. */
const openIn = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)]
    } catch {
      // Closed since it was listed.
      return []
    }
  })

test('the tray says what the gateway does and who waits, starts and stops it, and leads to what is to be done', async () => {
  const scenario = await createScenario()
  const { app, page, output } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    await expect.poll(() => trayLabels(app)).toContain('Gateway running')
    expect(await trayLabels(app)).toEqual(
      expect.arrayContaining(['Show Clawdbot', 'Stop gateway', 'STOP everything', 'Quit']),
    )
    await chooseInTray(app, 'Stop gateway')
    await expect.poll(() => trayLabels(app)).toContain('Start gateway')
    await expect(page.getByRole('button', { name: /^Gateway stopped/ })).toBeVisible()
    await chooseInTray(app, 'Start gateway')
    await scenario.telegram.waitFor(() => scenario.telegram.isPolling())

    scenario.telegram.dm(ANA, 'hello')
    await expect.poll(() => trayLabels(app)).toContain('1 waiting to be let in')
    await chooseInTray(app, '1 waiting')
    await expect(page).toHaveURL(/#\/pairing$/)

    await chooseInTray(app, 'STOP everything')
    await expect(page).toHaveURL(/#\/security$/)
    await expect(page.getByRole('heading', { name: /stopped/ }).first()).toBeVisible()
    await expect.poll(() => trayLabels(app)).toContainEqual(expect.stringMatching(/^Locked down since /))
    expect(await trayLabels(app)).not.toContain('Start gateway')
    await page.getByRole('link', { name: /^Overview/ }).click()
    await chooseInTray(app, 'What to do now…')
    await expect(page).toHaveURL(/#\/security$/)
    expect(output()).toMatch(/clawdbot: (Everything is stopped|NOT everything is stopped): /)
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a page that crashed is loaded again on the screen it was on, three times a minute and no more; STOP works without it', async () => {
  const scenario = await createScenario()
  const { app, page, output } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    const { pid } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout).gateway
    await page.getByRole('link', { name: /^People/ }).click()
    for (const time of [1, 2, 3]) {
      await crashPage(app)
      await eventually(`crash ${time}`, () => (crashesIn(output()) === time ? true : undefined))
      const url = await eventually(`the page after crash ${time}`, () =>
        app.evaluate(async ({ BrowserWindow }) => {
          const contents = BrowserWindow.getAllWindows()[0]?.webContents
          if (contents === undefined || contents.isCrashed() || contents.isLoading()) return undefined
          const text: unknown = await contents.executeJavaScript('document.body.innerText')
          return typeof text === 'string' && text.includes('Gateway running') ? contents.getURL() : undefined
        }),
      )
      expect(url).toMatch(/#\/people$/)
    }
    await crashPage(app)
    await eventually('the app to give up', () => (output().includes('does not come back') ? true : undefined))
    expect(isAlive(pid)).toBe(true)
    await chooseInTray(app, 'STOP everything')
    await eventually('the gateway to die', () => (isAlive(pid) ? undefined : true))
    await eventually('the latch', () => (isLatched(scenario) ? true : undefined))
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('with app.onQuit "keep" a quit leaves the gateway running without a window, and the next app takes it over', async () => {
  const scenario = await createScenario({ app: { onQuit: 'keep' } })
  try {
    const first = await launchApp(scenario)
    await expect(first.page.getByText('Gateway running')).toBeVisible()
    const before = await supervisorOf(scenario)
    await first.app.close()
    expect(first.output()).toContain('The gateway keeps running')
    const kept = await eventually('the gateway without a window', () => supervisorOf(scenario))
    expect(kept).not.toBe(before)
    expect(await scenario.readJson('run.json')).toMatchObject({ supervisor: { pid: kept, kind: 'kept' } })
    expect(openIn(kept).filter((what) => /chromium|electron|\/window\//i.test(what))).toEqual([])
    await eventually('it to run', async () => {
      const { gateway } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout)
      return gateway?.phase === 'running' ? true : undefined
    })

    const second = await launchApp(scenario)
    await expect(second.page.getByText('Gateway running')).toBeVisible()
    expect(isAlive(kept)).toBe(false)
    expect(await supervisorOf(scenario)).not.toBe(kept)

    // What the owner stopped is not started again by a quit.
    await chooseInTray(second.app, 'Stop gateway')
    await expect(second.page.getByRole('button', { name: /^Gateway stopped/ })).toBeVisible()
    await second.app.close()
    expect(existsSync(scenario.file('run.json'))).toBe(false)
  } finally {
    const left = await supervisorOf(scenario)
    if (left !== undefined) process.kill(left, 'SIGTERM')
    await eventually('nothing to be left', () => (existsSync(scenario.file('run.json')) ? undefined : true))
    await scenario.end()
  }
})

test('neither a gateway nor what a quit leaves running has anything open that belongs to the app or its window', async () => {
  test.skip(process.platform !== 'linux', 'only Linux shows what a process has open')
  const scenario = await createScenario()
  const { app, page } = await launchApp(scenario)
  try {
    await expect(page.getByText('Gateway running')).toBeVisible()
    const { gateway } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout)
    const own = openIn(gateway.supervisor)
    const shared = openIn(gateway.pid).filter((what) => /^(socket|pipe):/.test(what) && own.includes(what))
    // Sockets and pipes have one end each in the two processes; an end that both have was inherited.
    expect(shared).toEqual([])
    expect(openIn(gateway.pid).filter((what) => /chromium|electron|\/window\//i.test(what))).toEqual([])
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('without that setting a quit stops the gateway, and a gateway that the owner started by hand is not taken over', async () => {
  const scenario = await createScenario()
  try {
    const first = await launchApp(scenario)
    await expect(first.page.getByText('Gateway running')).toBeVisible()
    const { pid } = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout).gateway
    const main = first.app.process()
    // Asked twice, as somebody does who does not want to wait.
    await first.app.evaluate(({ app }) => {
      app.quit()
      app.quit()
    })
    await eventually('the gateway to end', () => (isAlive(pid) ? undefined : true))
    await eventually('the app to end', () => (main.exitCode === null ? undefined : true))
    expect(main.exitCode).toBe(0)
    expect(existsSync(scenario.file('run.json'))).toBe(false)

    const byHand = startHeadless(scenario.env)
    await eventually('the gateway by hand', () => (byHand.output().includes('running') ? true : undefined))
    await expect(launchApp(scenario)).rejects.toThrow()
    expect(byHand.child.exitCode).toBeNull()
    await byHand.stop()
  } finally {
    await scenario.end()
  }
})
