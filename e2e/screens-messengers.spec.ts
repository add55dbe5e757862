// Every state of WhatsApp that a screen shows, reached against the local server: in light and dark, at half the width, by keyboard.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { type ElectronApplication, expect, type Locator, type Page, test } from '@playwright/test'
import { launchApp } from './support/launch.ts'
import { expectAccessible } from './support/screens.ts'
import { createWhatsAppScenario, linkInApp, openSettings, type WhatsAppScenario } from './support/whatsapp.ts'

const ANA = { number: '+15550001111', lid: '77770000222@lid', name: 'Ana Lima' }
/** WhatsApp shows no number of somebody who hides it, and of whom it is not known. */
const HIDDEN = { number: '+15550005555', lid: '55550000666@lid', name: 'Benni' }
const OFFLINE = { telegram: { enabled: false }, agent: { model: 'offline/obedient' }, models: {} }

const card = (page: Page): Locator => page.getByRole('region', { name: 'WhatsApp' })
const title = (page: Page): Locator => card(page).getByRole('status').first()
const inHeader = (page: Page): Locator =>
  page.getByRole('list', { name: 'Messengers' }).getByRole('listitem').filter({ hasText: 'WhatsApp' })

const goTo = (page: Page, address: string): Promise<unknown> =>
  page.evaluate(`location.hash = ${JSON.stringify(address)}`)

const call = (page: Page, command: string): Promise<unknown> =>
  page.evaluate(`window.clawdbot.call(${JSON.stringify(command)})`)

type Look = (name: string, where?: 'narrow too') => Promise<void>

/** A picture in each scheme, nothing that axe finds, and nothing that is wider than the window. */
const lookOf = (app: ElectronApplication, page: Page): Look => {
  const look = async (name: string): Promise<void> => {
    await page.screenshot({ path: `test-results/screens/messengers-${name}.png` })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, name).toBeLessThanOrEqual(0)
    await expectAccessible(page, name)
  }
  const resize = (width: number, height: number): Promise<void> =>
    app.evaluate(
      ({ BrowserWindow }, size) => {
        BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height)
      },
      { width, height },
    )
  return async (name, where) => {
    const [width, height] = await page.evaluate(() => [window.innerWidth, window.innerHeight])
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme, forcedColors: 'none', reducedMotion: 'reduce' })
      await look(`${name}-${colorScheme}`)
    }
    if (where === undefined) return
    await resize(640, 500)
    await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active', reducedMotion: 'reduce' })
    await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(640)
    await card(page)
      .scrollIntoViewIfNeeded({ timeout: 1_000 })
      .catch(() => undefined)
    await look(`${name}-narrow`)
    await page.emulateMedia({ forcedColors: 'none' })
    await resize(width ?? 0, height ?? 0)
    await expect.poll(() => page.evaluate(() => window.innerWidth)).toBe(width)
  }
}

/** What the card is called, and what the header says of the same. */
const expectState = async (page: Page, words: string | RegExp, header: string): Promise<void> => {
  await expect(title(page)).toHaveText(words)
  await expect(inHeader(page)).toHaveText(header)
}

/** The question before the code. */
const choose = async (page: Page, whose: RegExp): Promise<void> => {
  await page.getByRole('radio', { name: whose }).click()
  await page.getByRole('button', { name: 'Show QR code' }).click()
}

const endWith = async (app: ElectronApplication, scenario: WhatsAppScenario): Promise<void> => {
  await app.close()
  await scenario.end()
}

test('linking: from the question to the code, with everything that can come in between', async () => {
  test.setTimeout(300_000)
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const { app, page } = await launchApp(scenario)
  const look = lookOf(app, page)
  try {
    await openSettings(page)
    await expectState(page, 'Not linked', 'WhatsApp not linked')
    await look('unlinked', 'narrow too')
    await page.getByRole('radio', { name: /My own number/ }).click()
    await look('chosen')

    whatsapp.faults.silent()
    await choose(page, /number of its own/)
    await expectState(page, 'Asking WhatsApp for a code', 'WhatsApp linking')
    await look('asking')
    whatsapp.faults.heal()
    await expect(page.getByRole('img', { name: /code/i })).toBeVisible()
    await expectState(page, 'Waiting for your phone', 'WhatsApp linking')
    await look('code', 'narrow too')

    whatsapp.faults.unreachable()
    await expect(card(page).getByText(/^No connection to WhatsApp/)).toBeVisible()
    await look('code-lost')
    await expectState(page, 'Not linked', 'WhatsApp not linked')
    await expect(card(page).getByText(/Link again/)).toBeVisible()
    await look('gave-up')
    whatsapp.faults.heal()

    whatsapp.faults.forgeChain('leaf')
    await choose(page, /number of its own/)
    await expect(card(page).getByText(/could not prove/)).toBeVisible()
    await expectState(page, /^Refused/, 'WhatsApp refused')
    await look('forged', 'narrow too')
    whatsapp.faults.heal()
    await card(page).getByRole('button', { name: 'Unlink and start over' }).click()
    await expect(card(page).getByText(/Whatever is left of a login/)).toBeVisible()
    await card(page).getByRole('button', { name: 'Unlink now' }).click()
    await expectState(page, 'Not linked', 'WhatsApp not linked')
    await call(page, 'gateway.stop')
    await expectState(page, /^Off/, 'WhatsApp off')
    await look('never-linked')
  } finally {
    await endWith(app, scenario)
  }
})

test('linked: connected, without a network, out of its place, stopped, locked down and logged out', async () => {
  test.setTimeout(300_000)
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const { app, page } = await launchApp(scenario)
  const look = lookOf(app, page)
  try {
    await linkInApp(scenario, app, page)
    await expectState(page, 'Connected', 'WhatsApp connected')
    await look('connected', 'narrow too')
    await card(page).getByRole('button', { name: 'Unlink' }).click()
    await look('unlink', 'narrow too')
    await page.keyboard.press('Escape')

    whatsapp.faults.unreachable()
    await expectState(page, 'Retrying', 'WhatsApp retrying')
    await look('retrying')
    whatsapp.faults.heal()
    await expectState(page, 'Connected', 'WhatsApp connected')

    whatsapp.faults.replaced()
    await expectState(page, /^In conflict/, 'WhatsApp in conflict')
    await look('conflict', 'narrow too')
    await card(page).getByRole('button', { name: 'Reconnect' }).click()
    await expectState(page, 'Connected', 'WhatsApp connected')

    whatsapp.faults.refuseLogins(403, 1)
    whatsapp.faults.drop()
    await expectState(page, 'Logged out by WhatsApp', 'WhatsApp logged out')
    await look('barred')
    whatsapp.faults.forgeChain('root')
    await card(page).getByRole('button', { name: 'Try again' }).click()
    await expect(card(page).getByText(/could not prove/)).toBeVisible()
    await look('refused')
    whatsapp.faults.heal()

    await call(page, 'gateway.stop')
    await expectState(page, /^Off/, 'WhatsApp off')
    await expect(card(page).getByRole('button', { name: 'Show QR code' })).toHaveCount(0)
    await look('stopped')
    whatsapp.faults.silent()
    await call(page, 'gateway.start')
    await expectState(page, 'Connecting', 'WhatsApp connecting')
    await look('connecting')
    whatsapp.faults.heal()
    await expectState(page, 'Connected', 'WhatsApp connected')

    await page.getByRole('button', { name: 'STOP' }).focus()
    await page.keyboard.down('Space')
    await expect(page.getByRole('heading', { name: 'Everything is stopped' })).toBeVisible()
    await page.keyboard.up('Space')
    await expect(title(page)).toHaveText('Everything is stopped')
    await look('locked', 'narrow too')
  } finally {
    await endWith(app, scenario)
  }
})

test('logged out on the phone it says so, and asks the first question again', async () => {
  const scenario = await createWhatsAppScenario()
  const { app, page } = await launchApp(scenario)
  try {
    await linkInApp(scenario, app, page)
    scenario.whatsapp.faults.removed()
    await expectState(page, 'Logged out on the phone', 'WhatsApp logged out')
    await lookOf(app, page)('logged-out', 'narrow too')
  } finally {
    await endWith(app, scenario)
  }
})

test('whose number it is: every answer, and what the config says against it', async () => {
  test.setTimeout(300_000)
  const scenario = await createWhatsAppScenario()
  const { me } = scenario.whatsapp
  const { app, page } = await launchApp(scenario)
  const look = lookOf(app, page)
  const configured = (change: Readonly<Record<string, unknown>>): Promise<void> =>
    scenario.writeConfig({ ...OFFLINE, owner: {}, ...change })
  try {
    await linkInApp(scenario, app, page, 'own')
    await expect(card(page).getByText(/^Your own number: nobody is heard yet/)).toBeVisible()
    await expect(card(page).getByRole('region', { name: 'Line for clawdbot.json' })).toHaveText(
      `owner: { whatsapp: "${me.number}" },`,
    )
    await look('own-unheard', 'narrow too')
    await goTo(page, '#/overview')
    await expect(page.getByText('WhatsApp uses your own number')).toBeVisible()
    await look('overview-own')
    await goTo(page, '#/settings')

    await card(page)
      .getByRole('button', { name: /agent’s own number/ })
      .click()
    await look('set-use', 'narrow too')
    await page.keyboard.press('Escape')

    await configured({ owner: { whatsapp: me.number } })
    await expect(card(page).getByText('Your own number: only your chat with yourself is heard')).toBeVisible()
    await look('own', 'narrow too')
    await configured({ whatsapp: { selfChatMode: false } })
    await expect(
      card(page).getByText('Everybody who writes to your own number writes to the agent'),
    ).toBeVisible()
    await look('own-answered')
    await goTo(page, '#/overview')
    await expect(page.getByText('WhatsApp answers from your own number')).toBeVisible()
    await look('overview-answered')
    await goTo(page, '#/settings')

    await configured({})
    await rm(scenario.file('credentials', 'whatsapp-number.json'))
    await expect(card(page).getByText(/^Whose number is this/)).toBeVisible()
    await look('unknown', 'narrow too')
    await card(page)
      .getByRole('button', { name: /agent’s own number/ })
      .click()
    await card(page).getByRole('button', { name: 'It is the agent’s own', exact: true }).click()
    await expect(card(page).getByRole('button', { name: 'It is my own number' })).toBeVisible()
    await configured({ whatsapp: { allowFrom: [me.number] } })
    await expect(card(page).getByText('The config lists this number: nobody is heard')).toBeVisible()
    await look('named', 'narrow too')
    await configured({ whatsapp: { selfChatMode: true } })
    await expect(card(page).getByText(/^By the config this number counts as yours/)).toBeVisible()
    await look('self-chat-mode')
  } finally {
    await endWith(app, scenario)
  }
})

test('who asks and who is let in: numbers, accounts, and a number that has moved', async () => {
  test.setTimeout(300_000)
  const scenario = await createWhatsAppScenario({ whatsapp: { allowFrom: [ANA.number] } })
  const { whatsapp } = scenario
  const ana = await whatsapp.addContact(ANA)
  const { app, page } = await launchApp(scenario)
  const look = lookOf(app, page)
  try {
    await linkInApp(scenario, app, page)
    await ana.send('say first')
    await whatsapp.until(() => ana.received.length === 1, 'an answer')
    const moved = await whatsapp.addContact({ ...ANA, lid: '88880000777@lid' })
    await moved.send('it is me')
    const hidden = await whatsapp.addContact(HIDDEN)
    await hidden.send('hello', { reveal: 'no' })
    const plain = await whatsapp.addContact({
      number: '+15550004444',
      lid: '44440000888@lid',
      name: 'Peter Wolf',
    })
    await plain.send('hello')
    for (const each of [moved, hidden, plain])
      await whatsapp.until(() => each.received.length === 1, 'a code')
    await goTo(page, '#/pairing')
    await expect(page.getByRole('button', { name: /^Approve/ })).toHaveCount(3)
    await look('pairing', 'narrow too')

    const peter = page.getByRole('article', { name: /15550004444/ })
    await expect(peter.getByText('+15550004444, account 44440000888@lid')).toBeVisible()
    // Nothing is accepted right after the list has moved.
    await expect(async () => {
      await peter.getByRole('button', { name: /^Approve/ }).click({ timeout: 1_000 })
      await expect(page.getByRole('button', { name: /^Approve/ })).toHaveCount(2, { timeout: 1_000 })
    }).toPass()
    await goTo(page, '#/people')
    await expect(page.getByRole('listitem', { name: /15550004444/ })).toBeVisible()
    await look('people', 'narrow too')
    await goTo(page, '#/overview')
    await look('overview')
  } finally {
    await endWith(app, scenario)
  }
})

test('files and a config that do not let it work are named, with what to do', async () => {
  test.setTimeout(300_000)
  const scenario = await createWhatsAppScenario()
  let { app, page } = await launchApp(scenario)
  const number = scenario.file('credentials', 'whatsapp-number.json')
  const login = scenario.file('credentials', 'whatsapp', 'login.jsonl')
  const again = async (): Promise<Look> => {
    ;({ app, page } = await launchApp(scenario))
    await openSettings(page)
    return lookOf(app, page)
  }
  try {
    await linkInApp(scenario, app, page)
    const said = await readFile(number)
    await writeFile(number, '{ "version": 1, "use": ')
    await expect(page.getByText(/whatsapp-number\.json/).first()).toBeVisible()
    await expectState(page, 'Connected, but closed', 'WhatsApp closed')
    await lookOf(app, page)('number-corrupt', 'narrow too')
    await writeFile(number, said)
    await app.close()

    await writeFile(login, `garbage\n${await readFile(login, 'utf8')}`)
    const look = await again()
    await expectState(page, /^Refused/, 'WhatsApp refused')
    await look('login-corrupt', 'narrow too')
    await card(page).getByRole('button', { name: 'Unlink and start over' }).click()
    await card(page).getByRole('button', { name: 'Unlink now' }).click()
    await expectState(page, 'Not linked', 'WhatsApp not linked')
    await look('login-removed')
    await app.close()

    await scenario.writeConfig({ ...OFFLINE, owner: {}, whatsapp: { enabled: false } })
    const off = await again()
    await expectState(page, 'Switched off', 'WhatsApp off')
    await off('off')
  } finally {
    await endWith(app, scenario)
  }
})

test('linked and unlinked by the keyboard alone; the focus stays where it is worked', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const { app, page } = await launchApp(scenario)
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const button = (name: string): Locator => card(page).getByRole('button', { name, exact: true })
  /** As far as it takes, and no further than once around. */
  const tabTo = async (wanted: Locator): Promise<void> => {
    await expect(wanted).toBeVisible()
    for (let presses = 0; presses < 60; presses += 1) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return
      await press('Tab')
    }
    throw new Error('the keyboard does not get there')
  }
  try {
    await expect(inHeader(page)).toHaveText('WhatsApp not linked')
    await press('g', 'c')
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
    await tabTo(page.getByRole('radio', { name: /number of its own/ }))
    await press('Space', 'ArrowDown')
    await expect(page.getByRole('radio', { name: /My own number/ })).toBeChecked()
    await press('ArrowUp')
    await tabTo(button('Show QR code'))
    await press('Enter')
    await expect(page.getByRole('img', { name: /code/i })).toBeVisible()
    await expect(card(page)).toBeFocused()
    await tabTo(button('Cancel'))
    await press('Enter')
    await expect(title(page)).toHaveText('Not linked')
    await expect(card(page)).toBeFocused()

    await linkInApp(scenario, app, page)
    await tabTo(button('Unlink'))
    whatsapp.faults.drop()
    await whatsapp.until(() => whatsapp.connections() > 3, 'another connection')
    await expect(title(page)).toHaveText('Connected')
    await expect(button('Unlink')).toBeFocused()
    await press('Enter')
    await expect(button('Keep')).toBeFocused()
    await press('Escape')
    await expect(button('Unlink')).toBeFocused()
    await press('Enter')
    await expect(button('Keep')).toBeFocused()
    await press('Shift+Tab', 'Enter')
    await expect(title(page)).toHaveText('Not linked')
    await expect(card(page)).toBeFocused()
    expect(whatsapp.isLinked()).toBe(false)
  } finally {
    await endWith(app, scenario)
  }
})
