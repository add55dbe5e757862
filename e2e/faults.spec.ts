import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { cli, eventually, type HeadlessGateway, startHeadless } from './support/cli.ts'
import { launchApp } from './support/launch.ts'
import { ANA, createScenario, type Scenario } from './support/scenario.ts'

const TOKEN = '123456:TEST-token'
const ALLOW_ANA = { telegram: { botToken: TOKEN, dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] } }

/** A friend who writes to a running gateway, with everything between them and the answer in the test's hand. */
const withGateway = async (
  change: Readonly<Record<string, unknown>>,
  use: (scenario: Scenario, gateway: HeadlessGateway) => Promise<void>,
): Promise<void> => {
  const scenario = await createScenario(change)
  const gateway = startHeadless(scenario.env)
  try {
    await use(scenario, gateway)
  } finally {
    await gateway.stop()
    await scenario.end()
  }
}

const providerState = async (scenario: Scenario): Promise<string> => {
  const status = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout)
  const telegram = status.providers.find((one: { provider: string }) => one.provider === 'telegram')
  return telegram?.state ?? 'none'
}

test('a wrong token is a provider state that says so, not a crash loop', async () => {
  await withGateway({ telegram: { botToken: '999999:WRONG-token' } }, async (scenario) => {
    await eventually('the refusal', async () =>
      (await providerState(scenario)) === 'refused' ? true : undefined,
    )
    const status = JSON.parse((await cli(scenario.env, 'status', '--json')).stdout)
    expect(status.gateway.phase).toBe('running')
  })
})

test('another poller of the same bot is a conflict that is told and then got over', async () => {
  await withGateway(ALLOW_ANA, async (scenario) => {
    const { telegram } = scenario
    await telegram.waitFor(() => telegram.isPolling())
    telegram.fail({
      method: 'getUpdates',
      times: 1,
      status: 409,
      description:
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    })
    telegram.expirePoll()
    await eventually('the conflict', async () =>
      (await providerState(scenario)) === 'conflict' ? true : undefined,
    )
    telegram.dm(ANA, 'still there?')
    await telegram.waitForSent(1)
  })
})

test('a model that is down, refuses or sends garbage costs the sender one honest sentence each, without internals', async () => {
  await withGateway(ALLOW_ANA, async ({ telegram, anthropic }) => {
    await telegram.waitFor(() => telegram.isPolling())
    const faults = [
      () => anthropic.fail('authentication_error', { times: 99 }),
      () => anthropic.fail('overloaded_error', { times: 99 }),
      () => anthropic.garbage('not-json'),
      () => anthropic.dropAfterChunks(1),
    ]
    for (const [index, fault] of faults.entries()) {
      fault()
      telegram.dm(ANA, `question ${index}`)
      const sent = await telegram.waitForSent(index + 1)
      const text = sent[index]?.text ?? ''
      expect(text.length).toBeLessThan(200)
      expect(text).not.toMatch(/https?:|127\.0\.0\.1|sk-ant|x-api-key|\n/)
      anthropic.heal()
    }
    telegram.dm(ANA, 'and now?')
    const sent = await telegram.waitForSent(faults.length + 1)
    expect(sent.at(-1)?.text).toContain('and now?')
  })
})

test('a model that is slow beyond the limit is cut, and the next person is answered meanwhile', async () => {
  await withGateway(
    {
      telegram: { botToken: TOKEN, dmPolicy: 'allowlist', allowFrom: [String(ANA.id), '77'] },
      agent: { model: 'anthropic/claude-test', timeoutSeconds: 2 },
    },
    async ({ telegram, anthropic }) => {
      await telegram.waitFor(() => telegram.isPolling())
      anthropic.stall()
      telegram.dm(ANA, 'slow')
      await anthropic.waitFor(() => anthropic.requests.length === 1)
      telegram.dm({ id: 77, first_name: 'Bo' }, 'quick')
      const sent = await telegram.waitForSent(2)
      expect(sent[0]).toMatchObject({ chatId: 77, text: 'You said: quick' })
      expect(sent[1]?.chatId).toBe(ANA.id)
    },
  )
})

test('Telegram stalls, drops, repeats and reorders: every message is answered once', async () => {
  await withGateway(ALLOW_ANA, async ({ telegram }) => {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.drop('getUpdates')
    const first = telegram.dm(ANA, 'one')
    await telegram.waitForSent(1)
    // The same update again, as Telegram does when a confirmation was lost, and once with a new update id.
    telegram.dm(ANA, 'one', { update_id: first.updateId, message_id: first.messageId, ignoreOffset: true })
    telegram.dm(ANA, 'one', { message_id: first.messageId })
    telegram.dm(ANA, 'three', { update_id: first.updateId + 50 })
    telegram.dm(ANA, 'two', { update_id: first.updateId + 40, ignoreOffset: true })
    await telegram.waitFor(() => telegram.sent.length >= 3)
    telegram.dm(ANA, 'last')
    await telegram.waitFor(() => telegram.sent.some(({ text }) => text === 'You said: last'))
    const texts = telegram.sent.map(({ text }) => text).toSorted()
    expect(texts).toEqual(['You said: last', 'You said: one', 'You said: three', 'You said: two'])
  })
})

test('an answer whose send was cut is unconfirmed and never sent again', async () => {
  await withGateway(ALLOW_ANA, async (scenario) => {
    const { telegram } = scenario
    await telegram.waitFor(() => telegram.isPolling())
    telegram.drop('sendMessage', { effect: 'after' })
    telegram.dm(ANA, 'one')
    await telegram.waitForSent(1)
    telegram.dm(ANA, 'two')
    await telegram.waitForSent(2)
    expect(telegram.sent.map(({ text }) => text)).toEqual(['You said: one', 'You said: two'])
    expect(await readFile(scenario.file('gateway', 'outbox.jsonl'), 'utf8')).toContain('unconfirmed')
  })
})

test('the owner sees a reply that was cut in mid-send as unconfirmed, also after a restart of the app', async () => {
  const scenario = await createScenario(ALLOW_ANA)
  const { telegram } = scenario
  let { app, page } = await launchApp(scenario)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.drop('sendMessage', { effect: 'before' })
    telegram.dm(ANA, 'one')
    await expect(page.getByText(/unconfirmed|may or may not/i).first()).toBeVisible()
    await app.close()
    ;({ app, page } = await launchApp(scenario))
    await expect(page.getByText(/unconfirmed|may or may not/i).first()).toBeVisible()
    expect(telegram.sent).toEqual([])
  } finally {
    await app.close()
    await scenario.end()
  }
})

test('a state directory that can not be written is refused with its name and what to do', async () => {
  test.skip(process.getuid?.() !== 0, 'only root can mount a read-only disk')
  const scenario = await createScenario()
  const readOnly = scenario.file('read-only')
  await mkdir(readOnly)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', readOnly])
  try {
    const { code, stderr } = await cli({ ...scenario.env, CLAWDBOT_STATE_DIR: readOnly }, 'gateway')
    expect(code).toBe(1)
    expect(stderr).toContain(readOnly)
    expect(stderr).not.toContain('    at ')
  } finally {
    execFileSync('umount', [readOnly])
    await scenario.end()
  }
})

test('on a full disk nothing is accepted that could be lost; with room again it is answered, once', async () => {
  test.skip(process.getuid?.() !== 0, 'only root can mount a small disk')
  const scenario = await createScenario()
  const small = scenario.file('small')
  await mkdir(small)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', small])
  const { telegram } = scenario
  const config = {
    telegram: ALLOW_ANA.telegram,
    logging: { file: scenario.file('log', 'clawdbot.log') },
  }
  await writeFile(scenario.file('small', 'clawdbot.json'), JSON.stringify(config), { mode: 0o600 })
  const gateway = startHeadless({ ...scenario.env, CLAWDBOT_STATE_DIR: small })
  try {
    await telegram.waitFor(() => telegram.isPolling())
    const filler = scenario.file('small', 'filler')
    await writeFile(filler, Buffer.alloc(4 * 1024 * 1024)).catch(() => undefined)
    telegram.dm(ANA, 'kept?')
    const polls = telegram.calls.length
    await telegram.waitFor(() => telegram.calls.length > polls + 1)
    expect(telegram.sent).toEqual([])
    await rm(filler)
    await telegram.waitFor(() => telegram.sent.length > 0)
    telegram.dm(ANA, 'last')
    await telegram.waitFor(() => telegram.sent.some(({ text }) => text.includes('last')))
    expect(telegram.sent.filter(({ text }) => text.includes('kept?'))).toHaveLength(1)
  } finally {
    await gateway.stop()
    execFileSync('umount', [small])
    await scenario.end()
  }
})

test('two gateways that pair with each other exchange exactly one code each', async () => {
  const one = await createScenario()
  const two = await createScenario()
  const { telegram } = one
  const otherToken = '654321:OTHER-token'
  telegram.addBot(otherToken, { id: 654_321, username: 'other_bot' })
  // The worst case: neither looks like a bot to the other.
  telegram.wire(TOKEN, otherToken, { isBot: false })
  await two.writeConfig({ telegram: { botToken: otherToken } })
  const first = startHeadless(one.env)
  const second = startHeadless({ ...two.env, CLAWDBOT_TEST_TELEGRAM_API_ROOT: telegram.url })
  try {
    await telegram.waitFor(() => telegram.isPolling() && telegram.isPolling({ bot: otherToken }))
    // A person's word at each bot starts it: bot one is told that bot two's id wrote, and the other way round.
    telegram.dm({ id: 654_321, first_name: 'Other' }, 'hello')
    telegram.dm({ id: 123_456, first_name: 'One' }, 'hello', { bot: otherToken })
    await telegram.waitForSent(2)
    await telegram.waitFor(() => telegram.pending() === 0 && telegram.pending({ bot: otherToken }) === 0)
    // A stranger at each proves that both are still at work and have nothing more to say to each other.
    telegram.dm(ANA, 'hello')
    telegram.dm(ANA, 'hello', { bot: otherToken })
    await telegram.waitForSent(4)
    const between = telegram.sent.filter(({ chatId }) => chatId !== ANA.id)
    expect(between).toHaveLength(2)
  } finally {
    await first.stop()
    await second.stop()
    await one.end()
    await two.end()
  }
})
