// STOP in the middle of WhatsApp: of a turn, of linking, of an answer on its way.
import { readFileSync } from 'node:fs'
import { expect, type Page, test } from '@playwright/test'
import type { Contact } from './servers/whatsapp/phones/contact.ts'
import { cli, eventually, startHeadless } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { gatewayPid, holdStop, isAlive } from './support/stop.ts'
import { readTranscript } from './support/transcript.ts'
import {
  createWhatsAppScenario,
  linkByCli,
  linkInApp,
  openSettings,
  readCode,
  type WhatsAppScenario,
} from './support/whatsapp.ts'

const ANA = { number: '+15550001111', lid: '77770000222@lid', name: 'Ana Lima' }

/** A model on the network, that can be held in the middle of an answer; Ana may write, and nobody else. */
const withModel = async (): Promise<{ readonly scenario: WhatsAppScenario; readonly ana: Contact }> => {
  const scenario = await createWhatsAppScenario()
  await scenario.writeConfig({
    owner: {},
    telegram: { enabled: false },
    whatsapp: { dmPolicy: 'allowlist', allowFrom: [ANA.number] },
    agent: { model: 'anthropic/claude-test', sandbox: { ahead: 0 } },
  })
  return { scenario, ana: await scenario.whatsapp.addContact(ANA) }
}

/** The model has begun to answer Ana and does not end; she sees that somebody writes. */
const beginTurn = async ({ whatsapp, anthropic }: WhatsAppScenario, ana: Contact): Promise<void> => {
  anthropic.holdAfterChunks(1)
  const before = anthropic.requests.length
  await ana.send('tell me a long story')
  await anthropic.waitFor(() => anthropic.requests.length > before)
  await whatsapp.until(() => ana.typing === 'on', 'the typing sign')
}

/** Behind the turn that does not end, a message waits: accepted, on disk, and not answered. */
const queueBehind = async (scenario: WhatsAppScenario, ana: Contact): Promise<void> => {
  const accepted = (): number =>
    readFileSync(scenario.file('gateway', 'inbox.jsonl'), 'utf8').split('"accepted"').length - 1
  const before = accepted()
  await ana.send('and then one more')
  await eventually('it to be accepted', () => (accepted() > before ? true : undefined))
}

const card = (page: Page) => page.getByRole('region', { name: 'WhatsApp' })

const resume = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Resume…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill('the test has seen enough')
  await dialog
    .getByRole('button', { name: /Resume/ })
    .last()
    .click()
  await expect(page.getByRole('button', { name: /^Gateway stopped/ })).toBeVisible()
}

test('STOP in the middle of a turn: nothing leaves after it, the link is listed among what to take back, and resume answers nothing of before', async () => {
  const { scenario, ana } = await withModel()
  const { whatsapp, anthropic } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await linkInApp(scenario, app, page)
    await beginTurn(scenario, ana)
    await queueBehind(scenario, ana)
    const pid = await gatewayPid(scenario)

    await holdStop(page)
    expect(isAlive(pid)).toBe(false)
    await whatsapp.until(() => whatsapp.openConnections() === 0, 'the end of its connection')
    const last = { stanzas: whatsapp.seen.length, connections: whatsapp.connections() }

    await page.getByRole('link', { name: /^Security/ }).click()
    const rotate = page.getByRole('listitem').filter({ hasText: /Rotate/ })
    await rotate.getByRole('button', { name: /how/ }).click()
    await expect(page.getByText('WhatsApp link').first()).toBeVisible()
    await expect(page.getByText(/Linked devices, choose Clawdbot, Log out/).first()).toBeVisible()
    await page.keyboard.press('Escape')

    await openSettings(page)
    await expect(card(page).getByText('Everything is stopped')).toBeVisible()
    for (const name of [/Show QR code/, /^Unlink/, /Reconnect/])
      await expect(card(page).getByRole('button', { name })).toHaveCount(0)
    anthropic.heal()
    expect(ana.received).toEqual([])
    expect([whatsapp.seen.length, whatsapp.connections()]).toEqual([last.stanzas, last.connections])

    await page.getByRole('link', { name: /^Security/ }).click()
    await resume(page)
    expect(whatsapp.connections()).toBe(last.connections)
    anthropic.reply(() => 'A short story.')
    await page
      .getByRole('button', { name: /^Start/ })
      .first()
      .click()
    await openSettings(page)
    await expect(card(page).getByText('Connected', { exact: true })).toBeVisible()
    await ana.send('are you back?')
    await whatsapp.until(() => ana.received.length > 0, 'an answer')
    expect(ana.received.map(({ text }) => text)).toEqual(['A short story.'])
    expect(ana.typing).toBe('off')
    expect(anthropic.requests).toHaveLength(2)
    expect(ana.receipts.filter(({ type }) => type === 'retry')).toEqual([])
    const verified = await cli(scenario.env, 'audit', 'verify', '--json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, firstBroken: null })
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('STOP while a code is on the screen takes it off, and it links nothing any more', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const { app, page } = await launchApp(scenario)
  try {
    await openSettings(page)
    await page.getByRole('radio', { name: /number of its own/ }).click()
    await page.getByRole('button', { name: /Show QR code/ }).click()
    const code = await readCode(app, page)

    await holdStop(page)
    await openSettings(page)
    await expect(page.getByRole('img', { name: /code/i })).toHaveCount(0)
    await expect(card(page).getByRole('button', { name: /Show QR code/ })).toHaveCount(0)
    await whatsapp.until(() => whatsapp.openConnections() === 0, 'the end of its connection')
    await expect(whatsapp.scan(code)).rejects.toThrow()
    expect(whatsapp.isLinked()).toBe(false)

    await page.getByRole('link', { name: /^Security/ }).click()
    await resume(page)
    await openSettings(page)
    await expect(page.getByRole('img', { name: /code/i })).toHaveCount(0)
    // The owner begins again, by hand.
    await page
      .getByRole('button', { name: /^Start/ })
      .first()
      .click()
    await linkInApp(scenario, app, page)
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('STOP while an answer waits for the network: it is never sent, not even when the network is back and everything resumed', async () => {
  const { scenario, ana } = await withModel()
  const { whatsapp, anthropic, env } = scenario
  anthropic.reply(() => 'Too late.')
  expect((await linkByCli(scenario)).exitCode).toBe(0)
  let gateway = startHeadless(env)
  try {
    await whatsapp.until(() => whatsapp.isActive(), 'the gateway')
    const answer = anthropic.holdAfterChunks(1)
    await ana.send('quickly!')
    await answer.reached
    whatsapp.faults.unreachable()
    answer.release()
    await eventually('the answer to wait', async () => {
      const transcript = await readTranscript(scenario.stateDir, `whatsapp:dm:${ANA.number}`)
      return transcript?.messages.some(({ text }) => text === 'Too late.') === true ? true : undefined
    })
    const stopped = await cli(env, 'stop', '--reason', 'a test')
    expect([stopped.code, stopped.stderr]).toEqual([0, ''])
    expect(await gateway.ended).toBe(3)
    whatsapp.faults.heal()
    expect((await cli(env, 'resume', '--reason', 'the test goes on', '--yes')).code).toBe(0)

    anthropic.reply(() => 'In time.')
    gateway = startHeadless(env)
    await whatsapp.until(() => whatsapp.isActive(), 'the gateway once more')
    await ana.send('and now?')
    await whatsapp.until(() => ana.received.length > 0, 'an answer')
    expect(ana.received.map(({ text }) => text)).toEqual(['In time.'])
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})

test('a gateway that is ended in the usual way in the middle of a turn takes its typing sign back, and goes on later', async () => {
  const { scenario, ana } = await withModel()
  const { whatsapp, anthropic, env } = scenario
  expect((await linkByCli(scenario)).exitCode).toBe(0)
  let gateway = startHeadless(env)
  try {
    // Nobody is shown that somebody writes before it is connected.
    await eventually('a connection', () =>
      gateway.output().includes('whatsapp connected') ? true : undefined,
    )
    await beginTurn(scenario, ana)
    await gateway.stop()
    await whatsapp.until(() => ana.typing === 'off', 'the sign to be taken back')
    expect(ana.received).toEqual([])

    anthropic.heal()
    anthropic.reply(() => 'Once upon a time.')
    gateway = startHeadless(env)
    await whatsapp.until(() => ana.received.length > 0, 'the answer')
    expect(ana.received.map(({ text }) => text)).toEqual(['Once upon a time.'])
    expect(ana.typing).toBe('off')
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})
