// WhatsApp by command line alone: linked, let in, answered and unlinked without a window.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import { cli, eventually, type RunningCli, startCli, startHeadless } from './support/cli.ts'
import { codeInOutput } from './support/terminal-code.ts'
import { readTranscript } from './support/transcript.ts'
import { ask, createWhatsAppScenario, linkByCli, type WhatsAppScenario } from './support/whatsapp.ts'

const ANA = { number: '+15550001111', lid: '77770000222@lid', name: 'Ana Lima' }

/** What `clawdbot status` says of WhatsApp. */
const whatsAppIn = (status: {
  readonly providers: readonly { readonly provider: string; readonly state: string }[]
}) => status.providers.find(({ provider }) => provider === 'whatsapp')

const statusOf = async ({ env }: WhatsAppScenario) => JSON.parse((await cli(env, 'status', '--json')).stdout)

const connected = (scenario: WhatsAppScenario): Promise<true> =>
  eventually('it to be connected', async () =>
    (await statusOf(scenario).then(whatsAppIn))?.state === 'connected' ? true : undefined,
  )

const filesUnder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** Whoever has the code can link a device of theirs; each of its parts is a key or a token. */
const expectForgotten = async (
  scenario: WhatsAppScenario,
  code: string,
  ...outputs: readonly string[]
): Promise<void> => {
  const parts = code.split(',').filter((part) => part.length > 20)
  expect(parts.length).toBeGreaterThan(2)
  const texts = new Map(filesUnder(scenario.stateDir).map((file) => [file, readFileSync(file, 'utf8')]))
  // The login itself holds keys of which the code showed some.
  texts.delete(scenario.file('credentials', 'whatsapp', 'login.jsonl'))
  outputs.forEach((output, index) => texts.set(`output ${String(index)}`, output))
  texts.set('status', JSON.stringify(await statusOf(scenario)))
  for (const part of parts) for (const [where, text] of texts) expect(text, where).not.toContain(part)
}

test('the whole job by command line alone: the code is read off the terminal, a stranger is approved and answered, and it is unlinked again', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp, env } = scenario
  const ana = await whatsapp.addContact(ANA)
  let gateway: RunningCli | undefined
  try {
    const linked = await linkByCli(scenario)
    expect(linked.exitCode, linked.output).toBe(0)
    expect(linked.output).toContain(`WhatsApp is linked as ${whatsapp.me.number}.`)
    expect(linked.output).toContain('while the app or `clawdbot gateway` runs')
    expect(whatsapp.isLinked()).toBe(true)
    expect(await scenario.readJson('credentials', 'whatsapp-number.json')).toEqual({
      version: 1,
      use: 'separate',
      number: whatsapp.me.number,
    })
    // Nothing goes on behind the command's back.
    await whatsapp.until(() => whatsapp.openConnections() === 0, 'the end of its connection')

    gateway = startHeadless(env)
    await whatsapp.until(() => whatsapp.isActive(), 'the gateway')
    await connected(scenario)
    await ana.send('hello')
    await whatsapp.until(() => ana.received.length === 1, 'a code on the phone of the stranger')

    const listed = await cli(env, 'pairing', 'list', '--provider', 'whatsapp', '--json')
    const { requests } = JSON.parse(listed.stdout)
    expect(requests).toHaveLength(1)
    expect(requests[0]).toMatchObject({ id: ANA.number, meta: { name: ANA.name } })
    expect(ana.received[0]?.text).toContain(requests[0].code)
    const { code } = requests[0]
    const approved = await cli(env, 'pairing', 'approve', '--provider', 'whatsapp', code, '--notify')
    expect([approved.code, approved.stderr]).toEqual([0, ''])
    // --notify: the running gateway tells the stranger that they are in.
    await whatsapp.until(() => ana.received.length === 2, 'the word that they are in')
    expect(await ask(scenario, ana, 'say how do you do')).toBe('how do you do')
    const transcript = await readTranscript(scenario.stateDir, `whatsapp:dm:${ANA.number}`)
    expect(transcript?.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      'user: say how do you do',
      'assistant: how do you do',
    ])
    expect((await cli(env, 'audit', 'verify')).code).toBe(0)
    await expectForgotten(scenario, linked.code, gateway.output())

    const unlinked = await cli(env, 'unlink', 'whatsapp')
    expect([unlinked.code, unlinked.stderr]).toEqual([0, ''])
    expect(unlinked.stdout).toContain(whatsapp.me.number)
    expect(whatsapp.isLinked()).toBe(false)
    expect(existsSync(scenario.file('credentials', 'whatsapp', 'login.jsonl'))).toBe(false)
    expect(existsSync(scenario.file('credentials', 'whatsapp-number.json'))).toBe(false)
    // Who was let in stays in: that is about them, not about the login.
    expect(await scenario.readJson('credentials', 'whatsapp-allowFrom.json')).toMatchObject({
      allowFrom: [ANA.number],
    })
  } finally {
    await gateway?.stop()
    await scenario.end()
  }
})

test('beside a gateway that runs it links through it, by file, and unlinks and links again', async () => {
  const scenario = await createWhatsAppScenario({ whatsapp: { allowFrom: [ANA.number] } })
  const { whatsapp, env } = scenario
  const ana = await whatsapp.addContact(ANA)
  const gateway = startHeadless(env)
  try {
    await eventually('the gateway to run', async () =>
      gateway.output().includes('gateway running') ? true : undefined,
    )
    const { pid } = (await statusOf(scenario)).gateway
    const first = await linkByCli(scenario)
    expect(first.exitCode, first.output).toBe(0)
    expect(first.output).not.toContain('while the app or')
    expect(await ask(scenario, ana, 'say one')).toBe('one')

    const again = await cli(env, 'link', 'whatsapp', '--number', 'separate')
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('linked already')
    expect(await ask(scenario, ana, 'say still linked')).toBe('still linked')

    expect((await cli(env, 'unlink', 'whatsapp')).code).toBe(0)
    expect(whatsapp.isLinked()).toBe(false)
    const second = await linkByCli(scenario)
    expect(second.exitCode, second.output).toBe(0)
    expect(second.code).not.toBe(first.code)
    expect(await ask(scenario, ana, 'say two')).toBe('two')
    // It was one and the same gateway all the time.
    expect((await statusOf(scenario)).gateway.pid).toBe(pid)
    expect(existsSync(scenario.file('link-request.json'))).toBe(false)
    await expectForgotten(scenario, first.code, gateway.output())
    await expectForgotten(scenario, second.code, gateway.output())
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})

test('one’s own number: said at once what is heard there, and nobody else is answered', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp, env } = scenario
  const ana = await whatsapp.addContact(ANA)
  await scenario.writeConfig({
    owner: { whatsapp: whatsapp.me.number },
    telegram: { enabled: false },
    agent: { model: 'offline/obedient' },
    models: {},
  })
  const gateway = startHeadless(env)
  try {
    await eventually('the gateway to run', () =>
      gateway.output().includes('gateway running') ? true : undefined,
    )
    const linked = await linkByCli(scenario, 'own')
    expect(linked.exitCode, linked.output).toBe(0)
    expect(linked.output).toMatch(/only your chat with yourself/i)
    await ana.send('are you there?')
    await whatsapp.phone.sendToSelf('say only to me')
    await whatsapp.until(() => whatsapp.phone.received.some(({ text }) => text === 'only to me'), 'the note')
    expect(ana.received).toEqual([])
    expect(
      JSON.parse((await cli(env, 'pairing', 'list', '--provider', 'whatsapp', '--json')).stdout),
    ).toEqual(expect.objectContaining({ requests: [] }))
  } finally {
    await gateway.stop()
    await scenario.end()
  }
})

test('without a word on whose number it is, and while everything is locked down, nothing is linked', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp, env } = scenario
  try {
    const unsaid = await cli(env, 'link', 'whatsapp')
    expect([unsaid.code, unsaid.stdout]).toEqual([2, ''])
    expect(unsaid.stderr).toContain('--number separate')
    expect(unsaid.stderr).toContain('--number own')

    expect((await cli(env, 'stop', '--reason', 'a test')).code).toBe(0)
    for (const command of [
      ['link', 'whatsapp', '--number', 'separate'],
      ['unlink', 'whatsapp'],
    ]) {
      const refused = await cli(env, ...command)
      expect([refused.code, refused.stdout], command.join(' ')).toEqual([3, ''])
      expect(refused.stderr).toContain('resume')
    }
    expect(whatsapp.connections()).toBe(0)
    expect(existsSync(scenario.file('credentials', 'whatsapp', 'login.jsonl'))).toBe(false)
  } finally {
    await scenario.end()
  }
})

test('broken off with Ctrl-C it shows no code any more, and what was shown can not be scanned', async () => {
  const scenario = await createWhatsAppScenario()
  const { whatsapp } = scenario
  const command = startCli(scenario.env, 'link', 'whatsapp', '--number', 'separate')
  try {
    const code = await eventually('a code', () => codeInOutput(command.output()))
    command.child.kill('SIGINT')
    expect(await command.ended).toBe(1)
    expect(command.output()).toContain('Nothing was linked')
    await expect(whatsapp.scan(code)).rejects.toThrow()
    expect(whatsapp.isLinked()).toBe(false)
    expect(existsSync(scenario.file('credentials', 'whatsapp', 'login.jsonl'))).toBe(false)
    await expectForgotten(scenario, code)
  } finally {
    await command.stop()
    await scenario.end()
  }
})
