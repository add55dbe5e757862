import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { resolveStatePaths } from '../src/shared/state/state-dir.ts'
import { createSupervisor } from '../src/supervisor/supervisor.ts'
import { cli, eventually, startHeadless } from './support/cli.ts'
import { environment } from './support/environment.ts'
import { launchApp } from './support/launch.ts'
import { ANA, type Scenario } from './support/scenario.ts'
import { gatewayPid, isAlive, withAna } from './support/stop.ts'

/** 200 together. */
const LOOPS = { gateway: 80, supervisor: 90, main: 30 } as const
/** From the first sign of life up to well into an answer. */
const WITHIN_MS = 250

/** The moments of death differ from run to run of a loop, and are the same in every run of the test. */
const momentOf = (loop: number): number => ((loop * 2_654_435_761) % 2 ** 32) / 2 ** 32

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What the audit says was about to be sent, as `chat hash`. */
const intents = (scenario: Scenario): ReadonlySet<string> => {
  const folder = scenario.file('audit')
  const lines = readdirSync(folder)
    .filter((name) => /^log-\d+\.jsonl$/.test(name))
    .flatMap((name) => readFileSync(scenario.file('audit', name), 'utf8').trimEnd().split('\n'))
  return new Set(
    lines
      .map((line) => JSON.parse(line))
      .filter(({ kind, act }) => kind === 'intent' && act === 'message.send')
      .map(({ detail }) => `${detail.chatId} ${detail.textSha256}`),
  )
}

/** Everything on disk is whole, nothing left unrecorded, and nobody was answered twice. */
const expectIntact = async (scenario: Scenario): Promise<void> => {
  const verified = await cli(scenario.env, 'audit', 'verify', '--json')
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true })
  const known = intents(scenario)
  for (const { chatId, text } of scenario.telegram.sent)
    expect([...known], text).toContain(`${chatId} ${sha256(text)}`)
  const answers = scenario.telegram.sent
    .map(({ text }) => text)
    .filter((text) => text.startsWith('Answer to'))
  expect(new Set(answers).size).toBe(answers.length)
  // Of so many, some were cut off and some got through: without either this would show nothing.
  expect(answers.length).toBeGreaterThan(0)
  expect(answers.length).toBeLessThan(scenario.anthropic.requests.length)
  for (const list of ['pairing', 'allow', 'block'])
    expect((await cli(scenario.env, list, 'list', '--provider', 'telegram', '--json')).code).toBe(0)
  for (const name of readdirSync(scenario.file('sessions')).filter((file) => file.endsWith('.jsonl'))) {
    const lines = readFileSync(scenario.file('sessions', name), 'utf8').trimEnd().split('\n')
    // Only the last line may be torn, and the next gateway cuts it off.
    for (const line of lines.slice(0, -1)) expect(() => JSON.parse(line)).not.toThrow()
  }
}

const talk = ({ telegram, anthropic }: Scenario, loop: number): void => {
  anthropic.reply((request) => `Answer to ${String(request.messages.length)}/${String(loop)}`)
  telegram.dm(ANA, `question ${String(loop)}`)
  telegram.dm({ id: 7_000_000_000 + loop, first_name: 'Stranger' }, 'let me in')
}

test('the gateway, killed -9 again and again: stores and audit stay whole, and nothing leaves unrecorded', async () => {
  test.setTimeout(600_000)
  const scenario = await withAna({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'pairing', allowFrom: [String(ANA.id)] },
  })
  const env = environment(scenario.env)
  const supervisor = await createSupervisor({
    paths: resolveStatePaths(env, '/'),
    appRoot: `${import.meta.dirname}/..`,
    env,
    home: '/',
  })
  try {
    for (let loop = 0; loop < LOOPS.gateway; loop += 1) {
      // By the owner's hand: otherwise the breaker would have given up after five.
      await supervisor.start()
      const pid = await eventually('a process', () => supervisor.snapshot().state.gateway.pid ?? undefined)
      talk(scenario, loop)
      await pause(momentOf(loop) * WITHIN_MS * 2)
      process.kill(pid, 'SIGKILL')
      await eventually('its death to be seen', () =>
        supervisor.snapshot().state.gateway.pid === pid ? undefined : true,
      )
    }
    await supervisor.close()
    await expectIntact(scenario)
  } finally {
    await supervisor.close()
    await scenario.end()
  }
})

test('the supervisor, killed -9 again and again: its gateway ends with it, and the next one finds everything whole', async () => {
  test.setTimeout(600_000)
  const scenario = await withAna({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'pairing', allowFrom: [String(ANA.id)] },
  })
  try {
    for (let loop = 0; loop < LOOPS.supervisor; loop += 1) {
      const gateway = startHeadless(scenario.env)
      await eventually('a sign of life', () => (gateway.output() === '' ? undefined : true))
      talk(scenario, loop)
      await pause(momentOf(loop) * WITHIN_MS * 2)
      gateway.child.kill('SIGKILL')
      await eventually('its end', () => gateway.child.signalCode ?? undefined)
    }
    const last = startHeadless(scenario.env)
    const pid = await eventually(
      'the last one to run',
      async () => (await gatewayPid(scenario).catch(() => 0)) || undefined,
    )
    await last.stop()
    expect(isAlive(pid)).toBe(false)
    await expectIntact(scenario)
  } finally {
    await scenario.end()
  }
})

test('the app, killed -9 again and again: its gateway ends with it, and the next one finds everything whole', async () => {
  test.setTimeout(600_000)
  const scenario = await withAna({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'pairing', allowFrom: [String(ANA.id)] },
  })
  try {
    for (let loop = 0; loop < LOOPS.main; loop += 1) {
      const { app } = await launchApp(scenario)
      talk(scenario, loop)
      await pause(momentOf(loop) * WITHIN_MS)
      const gone = app.waitForEvent('close')
      app.process().kill('SIGKILL')
      await gone
    }
    const { app, page } = await launchApp(scenario)
    await expect(page.getByText('Gateway running')).toBeVisible()
    await app.close()
    await expectIntact(scenario)
  } finally {
    await scenario.end()
  }
})
