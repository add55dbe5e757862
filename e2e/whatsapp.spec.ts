// WhatsApp from end to end: the real app, the real Baileys, and a server on this machine with phones that decrypt.
import { readFile, stat } from 'node:fs/promises'
import { expect, type Page, test } from '@playwright/test'
import { eventually } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { readTranscript } from './support/transcript.ts'
import { createWhatsAppScenario, linkInApp, openSettings, type WhatsAppScenario } from './support/whatsapp.ts'

const ANA = { number: '+15550001111', lid: '77770000222@lid', name: 'Ana Lima' }
const OWNER = { number: '+15550003333', lid: '66660000444@lid', name: 'Olga' }

const card = (page: Page) => page.getByRole('region', { name: 'WhatsApp' })

const codeIn = (text: string | undefined): string => /\b[A-HJ-NP-Z2-9]{8}\b/.exec(text ?? '')?.[0] ?? ''

/** Nothing that a session, a message or a login consists of may stand in what the app prints or logs. */
const expectNoKeys = async (
  scenario: WhatsAppScenario,
  output: string,
  ...words: string[]
): Promise<void> => {
  const log = await readFile(scenario.file('log', 'clawdbot.log'), 'utf8')
  for (const told of [output, log])
    for (const secret of ['privKey', 'rootKey', '<Buffer', 'Closing session', 'noiseKey', ...words])
      expect(told).not.toContain(secret)
}

test('linked by its code in the app, a stranger is approved by a click and answered on their phone; a restart keeps the link', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const first = await launchApp(scenario)
  let second: typeof first | undefined
  try {
    await linkInApp(scenario, first.app, first.page)
    await expect(card(first.page).getByText('Connected')).toBeVisible()

    await ana.send('hello, who is this?')
    await whatsapp.until(() => ana.received.length === 1, 'a code on the phone of the stranger')
    const code = codeIn(ana.received[0]?.text)
    expect(code).toHaveLength(8)
    expect(ana.received[0]?.text).not.toContain(whatsapp.me.number.slice(1))

    const { page } = first
    await page.getByRole('link', { name: /Pairing/ }).click()
    await expect(page.getByText(`${code.slice(0, 4)}·${code.slice(4)}`)).toBeVisible()
    await expect(page.getByText(ANA.number).first()).toBeVisible()
    await page.getByRole('button', { name: /^Approve/ }).click()
    await expect(page.getByRole('button', { name: /^Approve/ })).toHaveCount(0)
    expect(await scenario.readJson('credentials', 'whatsapp-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: [ANA.number],
    })
    expect(await scenario.readJson('credentials', 'whatsapp-accounts.json')).toMatchObject({
      accounts: [{ number: ANA.number, account: ANA.lid }],
    })

    await ana.send('say how do you do')
    await whatsapp.until(() => ana.received.length === 2, 'the answer')
    expect(ana.received[1]).toMatchObject({ text: 'how do you do' })
    expect(ana.typing).toBe('off')
    const transcript = await eventually('the transcript', () =>
      readTranscript(scenario.stateDir, `whatsapp:dm:${ANA.number}`),
    )
    expect(transcript.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: say how do you do',
      'assistant: how do you do',
    ])
    await first.app.close()

    // What was written meanwhile waits at WhatsApp; the login and every session are those of before.
    await ana.send('say while you were away')
    second = await launchApp(scenario)
    await whatsapp.until(() => ana.received.length === 3, 'the answer after the restart')
    expect(ana.received[2]?.text).toBe('while you were away')
    expect(ana.repeats).toBe(0)

    for (const path of [
      'credentials/whatsapp',
      'credentials/whatsapp/login.jsonl',
      'credentials/whatsapp-number.json',
    ])
      expect((await stat(scenario.file(path))).mode & 0o077, path).toBe(0)
    await expectNoKeys(scenario, first.output() + second.output(), 'how do you do', 'who is this', code)
  } finally {
    await first.app.close().catch(() => undefined)
    await second?.app.close()
    await scenario.end()
  }
})

test('logged out on the phone it says so, forgets the login, and can be linked again', async () => {
  const scenario = await createWhatsAppScenario({ whatsapp: { allowFrom: [ANA.number] } })
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const { app, page } = await launchApp(scenario)
  try {
    await linkInApp(scenario, app, page)
    await ana.send('say one')
    await whatsapp.until(() => ana.received.length === 1, 'an answer')

    whatsapp.faults.removed()
    await expect(
      card(page)
        .getByText(/Logged out/)
        .first(),
    ).toBeVisible()
    await expect(page.getByRole('link', { name: /Settings/ })).toBeVisible()
    await linkInApp(scenario, app, page)
    await expect(card(page).getByText('Connected')).toBeVisible()
    await ana.send('say two')
    await whatsapp.until(() => ana.received.length === 2, 'an answer after linking again')
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('another device that takes its place is not fought: it says so, and connects again when the owner says so', async () => {
  const scenario = await createWhatsAppScenario({ whatsapp: { allowFrom: [ANA.number] } })
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const { app, page } = await launchApp(scenario)
  try {
    await linkInApp(scenario, app, page)
    const before = whatsapp.connections()
    whatsapp.faults.replaced()
    await expect(card(page).getByRole('button', { name: 'Reconnect' })).toBeVisible()
    expect(whatsapp.connections()).toBe(before)
    await card(page).getByRole('button', { name: 'Reconnect' }).click()
    await expect(card(page).getByText('Connected')).toBeVisible()
    await ana.send('say still here')
    await whatsapp.until(() => ana.received.length === 1, 'an answer')

    await card(page)
      .getByRole('button', { name: /^Unlink/ })
      .click()
    await page
      .getByRole('button', { name: /^Unlink/ })
      .last()
      .click()
    await expect(card(page).getByRole('button', { name: /Show QR code/ })).toBeVisible()
    expect(whatsapp.isLinked()).toBe(false)
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('on the owner’s own number only the chat with oneself is heard, until the owner says otherwise', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  await scenario.writeConfig({
    owner: { whatsapp: whatsapp.me.number },
    telegram: { enabled: false },
    agent: { model: 'offline/obedient' },
    models: {},
  })
  const { app, page } = await launchApp(scenario)
  try {
    await linkInApp(scenario, app, page, 'own')
    await expect(
      card(page)
        .getByText(/only your chat with yourself/i)
        .first(),
    ).toBeVisible()
    await ana.send('hi Olga, are you there?')
    await whatsapp.phone.sendToSelf('say only to me')
    await whatsapp.until(() => whatsapp.phone.received.some(({ text }) => text === 'only to me'), 'the note')
    // The owner writes to a friend from the phone: that is nobody's message to the agent.
    await whatsapp.phone.sendTo(ana, 'yes I am')
    await whatsapp.phone.sendToSelf('say again')
    await whatsapp.until(
      () => whatsapp.phone.received.some(({ text }) => text === 'again'),
      'the second note',
    )
    expect(ana.received.map(({ text }) => text)).toEqual([])
    expect((await readTranscript(scenario.stateDir, 'main'))?.messages.map(({ text }) => text)).toEqual([
      'say only to me',
      'only to me',
      'say again',
      'again',
    ])
    await page.getByRole('link', { name: /Pairing/ }).click()
    await expect(page.getByRole('button', { name: /^Approve/ })).toHaveCount(0)
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a known number with another account asks the owner again, and groups are not answered', async () => {
  const scenario = await createWhatsAppScenario({
    owner: { whatsapp: OWNER.number },
    whatsapp: { allowFrom: [ANA.number] },
  })
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const olga = await whatsapp.addContact(OWNER)
  const { app, page } = await launchApp(scenario)
  try {
    await linkInApp(scenario, app, page)
    await ana.send('say first')
    await whatsapp.until(() => ana.received.length === 1, 'an answer')

    const group = whatsapp.addGroup({ subject: 'Us', members: [ana, olga] })
    await ana.send('say nothing here', { group })
    await olga.send('say done')
    await whatsapp.until(() => olga.received.length === 1, 'an answer to the owner')
    expect(ana.received).toHaveLength(1)

    const stranger = await whatsapp.addContact({
      number: ANA.number,
      lid: '99990000555@lid',
      name: 'Ana Lima',
    })
    await stranger.send('say it is me')
    await whatsapp.until(() => stranger.received.length === 1, 'a code for whoever has the number now')
    expect(codeIn(stranger.received[0]?.text)).toHaveLength(8)
    await page.getByRole('link', { name: /Pairing/ }).click()
    await expect(page.getByText(/another WhatsApp account/).first()).toBeVisible()
    expect(await readTranscript(scenario.stateDir, 'whatsapp:dm:99990000555@lid')).toBeUndefined()
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('the code is renewed on the screen as it rotates, and can be taken back', async () => {
  const scenario = await createWhatsAppScenario()
  const { app, page } = await launchApp(scenario)
  try {
    await openSettings(page)
    await page.getByRole('radio', { name: /number of its own/ }).click()
    await page.getByRole('button', { name: /Show QR code/ }).click()
    await expect(page.getByRole('img', { name: /code/i })).toBeVisible()
    await expect(
      card(page)
        .getByText(/\d (?:s|min) left/)
        .first(),
    ).toBeVisible()
    await card(page).getByRole('button', { name: 'Cancel' }).click()
    await expect(page.getByRole('img', { name: /code/i })).toHaveCount(0)
    await expect(card(page).getByRole('button', { name: /Show QR code/ })).toBeVisible()
  } finally {
    await app.close()
    await scenario.end()
  }
})
