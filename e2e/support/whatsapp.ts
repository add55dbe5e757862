// A scenario with WhatsApp: the server in its place, and what the owner does to link it.
import { type ElectronApplication, expect, type Page } from '@playwright/test'
import { decodeQR } from 'qr/decode.js'
import { startWhatsAppServer, type WhatsAppServer } from '../servers/whatsapp/server.ts'
import { eventually, type RunningCli, startCli, startHeadless } from './cli.ts'
import { createScenario, type Scenario } from './scenario.ts'
import { codeInOutput } from './terminal-code.ts'

export interface WhatsAppScenario extends Scenario {
  readonly whatsapp: WhatsAppServer
}

/** As `createScenario`, with an offline model that does what it is told unless said otherwise, and without Telegram. */
export const createWhatsAppScenario = async (
  change: Readonly<Record<string, unknown>> = {},
): Promise<WhatsAppScenario> => {
  const whatsapp = await startWhatsAppServer()
  const scenario = await createScenario({
    owner: {},
    telegram: { enabled: false },
    agent: { model: 'offline/obedient' },
    models: {},
    ...change,
  })
  return {
    ...scenario,
    whatsapp,
    env: {
      ...scenario.env,
      CLAWDBOT_TEST_WHATSAPP_URL: whatsapp.url,
      CLAWDBOT_TEST_WHATSAPP_ROOT_KEY: whatsapp.rootKey,
      CLAWDBOT_TEST_WHATSAPP_MEDIA_URL: whatsapp.mediaUrl,
    },
    end: async () => {
      await whatsapp.stop()
      await scenario.end()
      const unknown = whatsapp.unknown()
      if (unknown.length > 0) throw new Error(`stanzas that the server did not know:\n${unknown.join('\n')}`)
    },
  }
}

/** The code as a phone's camera would read it, off the screen. */
export const readCode = async (app: ElectronApplication, page: Page): Promise<string> => {
  const code = page.getByRole('img', { name: /code/i })
  await expect(code).toBeVisible()
  const png = (await code.screenshot()).toString('base64')
  const { width, height, bitmap } = await app.evaluate(({ nativeImage }, base64) => {
    const image = nativeImage.createFromBuffer(Buffer.from(base64, 'base64'))
    return { ...image.getSize(), bitmap: image.toBitmap().toString('base64') }
  }, png)
  // Four bytes a pixel; which of them is red does not matter to black and white.
  return decodeQR({ width, height, data: Uint8Array.from(Buffer.from(bitmap, 'base64')) })
}

export const openSettings = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: /Settings/ }).click()
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible()
}

/** Links from the window, as the owner does: whose number, show the code, scan it. */
export const linkInApp = async (
  { whatsapp }: WhatsAppScenario,
  app: ElectronApplication,
  page: Page,
  whose: 'separate' | 'own' = 'separate',
): Promise<void> => {
  await openSettings(page)
  await page.getByRole('radio', { name: whose === 'own' ? /My own number/ : /number of its own/ }).click()
  await page.getByRole('button', { name: /Show QR code/ }).click()
  await whatsapp.scan(await readCode(app, page))
  const card = page.getByRole('region', { name: 'WhatsApp' })
  await expect(card.getByText('Connected', { exact: true })).toBeVisible()
  await expect(card.getByText(whatsapp.me.number).first()).toBeVisible()
}

/** What somebody sees who links from a terminal. */
export interface LinkedByCli {
  /** Null where a signal ended it. */
  readonly exitCode: number | null
  readonly output: string
  /** What was scanned. */
  readonly code: string
}

/** Links from the command line: reads the code off what it printed, and scans it. A gateway may run, or not. */
export const linkByCli = async (
  { whatsapp, env }: WhatsAppScenario,
  whose: 'separate' | 'own' = 'separate',
): Promise<LinkedByCli> => {
  const command = startCli(env, 'link', 'whatsapp', '--number', whose)
  try {
    const code = await eventually('a code in the terminal', () => {
      if (command.child.exitCode !== null) throw new Error(`it ended:\n${command.output()}`)
      return codeInOutput(command.output())
    })
    await whatsapp.scan(code)
    return { exitCode: await command.ended, output: command.output(), code }
  } finally {
    await command.stop()
  }
}

/** Does this while a headless gateway of the scenario runs that is linked before; after it nothing of the scenario is left. */
export const runningLinked = async (
  scenario: WhatsAppScenario,
  use: () => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> => {
  let gateway: RunningCli | undefined
  try {
    const linked = await linkByCli(scenario)
    if (linked.exitCode !== 0) throw new Error(`not linked:\n${linked.output}`)
    gateway = startHeadless({ ...scenario.env, ...env })
    await scenario.whatsapp.until(() => scenario.whatsapp.isActive(), 'the linked gateway')
    await use()
  } finally {
    await gateway?.stop()
    await scenario.end()
  }
}

interface Writer {
  send(message: string): Promise<string>
  readonly received: readonly { readonly text: string }[]
}

/** Writes and waits for the next message on the same phone. */
export const ask = async ({ whatsapp }: WhatsAppScenario, who: Writer, text: string): Promise<string> => {
  const before = who.received.length
  await who.send(text)
  await whatsapp.until(
    () => who.received.length > before,
    `an answer to ${JSON.stringify(text.slice(0, 80))}`,
  )
  return who.received[before]?.text ?? ''
}
