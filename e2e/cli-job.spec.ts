import { expect, test } from '@playwright/test'
import { cli, eventually, startHeadless } from './support/cli.ts'
import { ANA, createScenario, OWNER } from './support/scenario.ts'
import { readTranscript } from './support/transcript.ts'

test('the whole job by command line alone: list, approve, answer', async () => {
  const scenario = await createScenario()
  const { telegram, anthropic, env } = scenario
  const gateway = startHeadless(env)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(ANA, 'hello')
    await telegram.waitForSent(1)

    const listed = await cli(env, 'pairing', 'list', '--provider', 'telegram', '--json')
    const { provider, requests } = JSON.parse(listed.stdout)
    expect(provider).toBe('telegram')
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ id: String(ANA.id), meta: { username: 'ana', firstName: 'Ana' } })

    const unknown = await cli(env, 'pairing', 'approve', '--provider', 'telegram', 'AAAAAAAA')
    expect(unknown.code).toBe(1)
    expect(unknown.stderr).not.toContain('    at ')

    const code = ` ${String(requests[0].code).toLowerCase()} `
    const approved = await cli(env, 'pairing', 'approve', '--provider', 'telegram', code, '--notify')
    expect(approved.stderr).toBe('')
    expect(approved.code).toBe(0)
    // --notify: the running gateway tells the stranger that they are in.
    await telegram.waitForSent(2)

    anthropic.reply(() => 'Hello Ana.')
    telegram.dm(ANA, 'hello again')
    const sent = await telegram.waitForSent(3)
    expect(sent[2]).toMatchObject({ chatId: ANA.id, text: 'Hello Ana.' })
    await eventually('the transcript', () => readTranscript(scenario.stateDir, `telegram:dm:${ANA.id}`))

    const status = JSON.parse((await cli(env, 'status', '--json')).stdout)
    expect(status.gateway.phase ?? status.gateway.state).toBe('running')

    const removed = await cli(env, 'allow', 'remove', '--provider', 'telegram', String(ANA.id))
    expect(removed.code).toBe(0)
    expect(await scenario.readJson('credentials', 'telegram-allowFrom.json')).toEqual({
      version: 1,
      allowFrom: [],
    })
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})

test('stop kills the running gateway and latches; nothing starts until resume, and resume starts nothing', async () => {
  const scenario = await createScenario()
  const { telegram, env } = scenario
  const gateway = startHeadless(env)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    const stopped = await cli(env, 'stop', '--reason', 'a test')
    expect(stopped.stderr).toBe('')
    expect(stopped.code).toBe(0)
    await eventually('the poll to end', () => (telegram.isPolling() ? undefined : true))

    const refused = startHeadless(env)
    await eventually('the refusal', () => refused.child.exitCode ?? undefined)
    expect(refused.child.exitCode).toBe(3)

    const resumed = await cli(env, 'resume', '--reason', 'the test goes on', '--yes')
    expect(resumed.code).toBe(0)
    expect(telegram.isPolling()).toBe(false)
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})

test('the owner talks in main, and a friend never shares it', async () => {
  const scenario = await createScenario({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
  })
  const { telegram, anthropic, env } = scenario
  const gateway = startHeadless(env)
  try {
    await telegram.waitFor(() => telegram.isPolling())
    telegram.dm(OWNER, 'my secret plan is to plant trees')
    await telegram.waitForSent(1)
    telegram.dm(ANA, 'what is the plan?')
    await telegram.waitForSent(2)
    const main = await eventually('main', () => readTranscript(scenario.stateDir, 'main'))
    expect(main.messages[0]?.text).toContain('plant trees')
    const friend = anthropic.requests[1]
    expect(JSON.stringify(friend?.body)).not.toContain('plant trees')
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})
