import { existsSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { engineAt } from '../scripts/docker/test-image.ts'
import { cli, eventually } from './support/cli.ts'
import { dockerHost } from './support/docker.ts'
import { ANA, ask, boxesOf, inspectBox, OWNER, removeBoxes, withHands } from './support/hands.ts'
import { launchApp } from './support/launch.ts'
import { holdStop, isLatched } from './support/stop.ts'

const SESSION = `telegram:dm:${ANA.id}`

test('a friend’s command runs in a hardened box of their own, and the screen shows it as Docker does', async () => {
  const scenario = await withHands()
  const { app, page } = await launchApp(scenario)
  try {
    const said = await ask(
      scenario,
      ANA,
      'run id -u; grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; ls /sys/class/net',
    )
    expect(said).toMatch(/^[1-9][0-9]*\n/)
    expect(said).toMatch(/CapEff:\s+0000000000000000/)
    expect(said).toMatch(/NoNewPrivs:\s+1/)
    expect(said).toMatch(/Seccomp:\s+2/)
    expect(said).toMatch(/^lo$/m)
    expect(await ask(scenario, ANA, 'write notes/a.txt first thing')).toContain('a.txt')
    expect(await ask(scenario, ANA, 'edit notes/a.txt first => second')).toContain('a.txt')
    expect(await ask(scenario, ANA, 'read notes/a.txt')).toContain('second thing')
    expect(await ask(scenario, ANA, 'run cat notes/a.txt')).toContain('second thing')

    const [box, ...others] = await boxesOf(scenario)
    expect(others).toEqual([])
    expect(box?.labels).toMatchObject({ 'clawdbot.sessionKey': SESSION })
    expect(await inspectBox(box?.id ?? '')).toMatchObject({
      HostConfig: {
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        NetworkMode: 'none',
        Privileged: false,
        PidsLimit: 256,
        Memory: 512 * 1024 * 1024,
        RestartPolicy: { Name: 'no' },
      },
    })

    await page.getByRole('link', { name: /^Sandboxes/ }).click()
    const row = page.getByRole('listitem').filter({ hasText: SESSION })
    await expect(row).toBeVisible()
    await expect(row).toContainText('none')
    await expect(page.getByText(/drift/i).and(page.getByText(/wanted/i))).toHaveCount(0)
    await page.screenshot({ path: 'test-results/screens/sandboxes-one-light.png' })

    // Somebody changes it behind our back: the screen says so, and it is not used any more.
    const engine = engineAt(dockerHost())
    const body = JSON.stringify({ PidsLimit: 5_000 })
    await engine.ask({ method: 'POST', path: `/containers/${box?.id}/update`, within: 60_000, body })
    await expect(row).toContainText('5000')
    await expect(row).toContainText('removed by Clawdbot')
    await page.screenshot({ path: 'test-results/screens/sandboxes-drift-light.png' })
    expect(await ask(scenario, ANA, 'run cat notes/a.txt')).toContain('second thing')
    await expect.poll(async () => (await boxesOf(scenario)).map(({ id }) => id)).not.toContain(box?.id)
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('without the image nothing runs, the answer says so, and nothing falls back to the host', async () => {
  const image = 'clawdbot-no-such-image:none'
  const scenario = await withHands({ agent: { sandbox: { docker: { image } } } })
  const { app, page } = await launchApp(scenario)
  const file = scenario.file('on-the-host')
  try {
    const said = await ask(scenario, OWNER, `run touch ${file}`)
    expect(said).toContain(image)
    expect(existsSync(file)).toBe(false)
    await page.getByRole('link', { name: /^Sandboxes/ }).click()
    await expect(page.getByRole('button', { name: /Build the image/ })).toBeVisible()
    await page.screenshot({ path: 'test-results/screens/sandboxes-no-image-light.png' })
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('without Docker tools are refused with a sentence, for the owner too', async () => {
  const scenario = await withHands()
  const env = { ...scenario.env, DOCKER_HOST: `unix://${scenario.file('no-docker.sock')}` }
  const { app, page } = await launchApp({ ...scenario, env })
  const file = scenario.file('on-the-host')
  try {
    for (const who of [OWNER, ANA]) {
      expect(await ask(scenario, who, `run touch ${file}`)).toMatch(/Docker.*nothing runs on the host/s)
    }
    expect(existsSync(file)).toBe(false)
    await page.getByRole('link', { name: /^Sandboxes/ }).click()
    await expect(page.getByText(/nothing runs on this machine instead/).first()).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('STOP in the middle of a command: the box is dead with all that is in it (openclaw #12554)', async () => {
  const scenario = await withHands()
  const { telegram } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await ask(scenario, ANA, 'run true')
    telegram.dm(ANA, 'run trap "" TERM; setsid sleep 1000 & while :; do :; done')
    await eventually('the command to run', async () => {
      const [box] = await boxesOf(scenario)
      return box?.state === 'running' ? true : undefined
    })
    await holdStop(page)
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    await expect.poll(() => boxesOf(scenario)).toEqual([])
    expect(isLatched(scenario)).toBe(true)
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})

test('Kill on the screen ends a box, and the next command gets a new one with the same files', async () => {
  const scenario = await withHands()
  const { app, page } = await launchApp(scenario)
  try {
    await ask(scenario, ANA, 'write kept.txt still here')
    const [before] = await boxesOf(scenario)
    await page.getByRole('link', { name: /^Sandboxes/ }).click()
    await page.getByRole('button', { name: /^Kill/ }).first().click()
    await page.getByRole('button', { name: /^Kill/ }).last().click()
    await expect.poll(async () => (await boxesOf(scenario)).map(({ id }) => id)).not.toContain(before?.id)
    expect(await ask(scenario, ANA, 'run cat kept.txt')).toContain('still here')
    const explained = await cli(scenario.env, 'sandbox', 'explain', SESSION)
    expect([explained.code, explained.stderr]).toEqual([0, ''])
    expect(explained.stdout).toMatch(/sandbox/i)
    const listed = await cli(scenario.env, 'sandbox', 'list', '--json')
    expect(listed.stdout).toContain(SESSION)
  } finally {
    await app.close()
    await removeBoxes(scenario)
    await scenario.end()
  }
})
