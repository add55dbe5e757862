import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from './processes/process-table.ts'
import { readRunFile } from './run/run-file.ts'
import {
  createTestHome,
  inPhase,
  order,
  SOON,
  startRunning,
  stateWhere,
  type TestHome,
} from './testing/test-home.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

describe('the gateway under supervision', () => {
  it('starts, says that it is ready, and stops', async () => {
    const supervisor = await home.supervisor()
    const { gateway, providers } = await startRunning(supervisor)
    expect(gateway.pid).toBeGreaterThan(1)
    expect(gateway.grants[0]).toBe('--permission')
    expect(gateway.maySpawn).toBe(false)
    expect(providers.map(({ provider, state }) => [provider, state])).toEqual([
      ['telegram', 'off'],
      ['whatsapp', 'unlinked'],
      ['simulator', 'connected'],
    ])
    await supervisor.stop()
    const after = supervisor.snapshot().state
    expect(after.gateway).toMatchObject({ phase: 'stopped', pid: null, error: null })
    expect(after.providers.every(({ state }) => state === 'off')).toBe(true)
  })

  it('opens while everything is stopped, and stays so', async () => {
    const first = await home.supervisor()
    await first.lockdown('app', 'a drill')
    await first.close()
    const second = await home.supervisor()
    expect(second.snapshot().state.gateway.phase).toBe('locked')
    await expect(second.linkMessenger('whatsapp', 'own')).rejects.toMatchObject({ code: 'locked_down' })
    await expect(second.start()).rejects.toMatchObject({ code: 'locked_down' })
  })

  it('backs off after a crash, with the end of its output', async () => {
    const supervisor = await home.supervisor('crashes')
    await supervisor.start()
    const { gateway } = await inPhase(supervisor, 'backing-off')
    expect(gateway.error?.message).toBe('the gateway exited with code 3')
    expect(gateway.lastOutput).toContain('boom')
    expect(gateway.retryAt).toBeGreaterThan(gateway.since)
    await supervisor.stop()
    expect(supervisor.snapshot().state.gateway.phase).toBe('stopped')
  })

  it('comes back by itself after it was killed', async () => {
    const supervisor = await home.supervisor('', { random: () => 0 })
    const first = await startRunning(supervisor)
    process.kill(first.gateway.pid ?? 0, 'SIGKILL')
    const second = await stateWhere(
      supervisor,
      ({ gateway }) => gateway.phase === 'running' && gateway.pid !== first.gateway.pid,
    )
    expect(second.gateway.error).toBeNull()
  })

  it('is unresponsive when its event loop is blocked', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.simulate('owner', '', 'block')
    await inPhase(supervisor, 'unresponsive')
    expect(supervisor.snapshot().state.gateway.pid).not.toBeNull()
  })

  it('that does not want to stop is killed', async () => {
    const supervisor = await home.supervisor('ignores-term')
    const { gateway } = await startRunning(supervisor)
    await supervisor.stop()
    expect(processTable.read(gateway.pid ?? 0)).toBeUndefined()
    expect(supervisor.snapshot().state.gateway.phase).toBe('stopped')
  })

  it('is killed when it breaks the contract', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.simulate('owner', '', 'garbage')
    const { gateway } = await inPhase(supervisor, 'backing-off')
    expect(gateway.error?.code).toBe('contract_violation')
  })

  it.each([
    ['a socket over the channel', 'handle'],
    ['one of Node’s own messages', 'internal'],
    ['questions, and does not listen to the answers', 'deaf'],
    ['a name longer than a name can be', 'claim 100000'],
    ['bytes that are no JSON (CWE-248)', `bytes ${Buffer.from('not JSON\n').toString('base64')}`],
    ['NUL bytes and what is not UTF-8 (CWE-248)', `bytes ${Buffer.from([0, 255, 10]).toString('base64')}`],
    ['a line without an end (CWE-770)', 'endless'],
    ['a message nested without end (CWE-674)', 'deep'],
  ])('is killed when it sends %s, and the supervisor lives', async (_what, words) => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.simulate('owner', '', words)
    const { gateway } = await inPhase(supervisor, 'backing-off')
    expect(gateway.error?.code).toBe('contract_violation')
    await expect.poll(() => readRunFile(home.paths), SOON).toMatchObject({ phase: 'backing-off' })
  })

  it('is killed when it sends more than a working gateway ever does', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    await supervisor.simulate('owner', '', 'flood')
    const { gateway } = await inPhase(supervisor, 'backing-off')
    expect(gateway.error).toMatchObject({ code: 'contract_violation' })
  })

  it('is started again with a new token, model or log', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    home.config({ agent: { timeoutSeconds: 60 } })
    const after = await stateWhere(
      supervisor,
      (state) => state.gateway.phase === 'running' && state.gateway.pid !== gateway.pid,
    )
    expect(after.gateway.error).toBeNull()
  })

  it('has no secret in its output', async () => {
    const key = 'sk-ant-test-0123456789abcdef'
    const lines: string[] = []
    home.config({ models: { anthropic: { apiKey: key } } })
    const supervisor = await home.supervisor('', { onOutput: (line) => lines.push(line) })
    await startRunning(supervisor)
    await order(supervisor, `print the key is ${key} indeed`)
    await supervisor.stop()
    expect(lines.join('\n')).toContain('the key is')
    expect(lines.join('\n')).not.toContain(key)
  })

  it('is restarted on request, and the request ends when it is ready', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    await supervisor.restart()
    const after = supervisor.snapshot().state.gateway
    expect(after.phase).toBe('running')
    expect(after.pid).not.toBe(gateway.pid)
  })

  it('is stopped while it is still starting', async () => {
    const supervisor = await home.supervisor('never-ready')
    await supervisor.start()
    await supervisor.stop()
    expect(supervisor.snapshot().state.gateway).toMatchObject({ phase: 'stopped', pid: null })
  })

  it('can not be spoken to while it does not run', async () => {
    const supervisor = await home.supervisor()
    await expect(supervisor.simulate('friend', '', 'hello')).rejects.toMatchObject({
      code: 'gateway_not_running',
    })
    await expect(supervisor.simulate('Not An Id', '', 'hello')).rejects.toMatchObject({
      code: 'sender_invalid',
    })
  })

  it('is not started without its Node', async () => {
    const supervisor = await home.supervisor()
    rmSync(join(home.appRoot, 'node_modules'))
    await supervisor.start()
    const { gateway } = await inPhase(supervisor, 'failed')
    expect(gateway.error?.code).toBe('runtime_missing')
  })

  it('is written down for the command line, and the file goes when the supervisor does', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    await expect
      .poll(() => readRunFile(home.paths), SOON)
      .toMatchObject({ phase: 'running', gateway: { pid: gateway.pid }, supervisor: { pid: process.pid } })
    await supervisor.close()
    expect(await readRunFile(home.paths)).toBeUndefined()
  })

  it.each([
    ['too long', 'x'.repeat(100_000)],
    ['no JSON', '{'],
  ])('starts also where the file that an earlier run left is %s', async (_what, text) => {
    writeFileSync(home.paths.run, text)
    const { gateway } = await startRunning(await home.supervisor())
    expect(gateway.error).toBeNull()
  })
})

describe('a config that is not valid', () => {
  it('stops no supervisor from opening, and is shown', async () => {
    writeFileSync(home.paths.config, '{ telegram: { botTokn: "x" } }')
    const supervisor = await home.supervisor()
    expect(supervisor.snapshot().state.config).toMatchObject({
      exists: true,
      error: { code: 'config_invalid' },
    })
  })

  it('fails the start without a retry, and its repair starts the gateway', async () => {
    writeFileSync(home.paths.config, '{ nonsense')
    const supervisor = await home.supervisor()
    await supervisor.start()
    const { gateway } = await inPhase(supervisor, 'failed')
    expect(gateway.error?.code).toBe('config_invalid')
    expect(gateway.retryAt).toBeNull()
    home.config({})
    await inPhase(supervisor, 'running')
    expect(supervisor.snapshot().state.config.error).toBeNull()
  })

  it('stops a running gateway, because nobody knows any more who may talk to it', async () => {
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    writeFileSync(home.paths.config, '{ simulator: { dmPolicy: "everybody" } }')
    const { gateway } = await inPhase(supervisor, 'failed')
    expect(gateway.error).toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('dmPolicy'),
    })
  })

  it('stops a running gateway also when it is gone, because the defaults may let in more people', async () => {
    home.config({ simulator: { dmPolicy: 'disabled' } })
    const supervisor = await home.supervisor()
    await startRunning(supervisor)
    rmSync(home.paths.config)
    const { gateway, config, providers } = await inPhase(supervisor, 'failed')
    expect(gateway.error).toMatchObject({
      code: 'config_unreadable',
      message: expect.stringContaining('gone'),
    })
    expect(config.error).toMatchObject({ code: 'config_unreadable' })
    expect(providers.find(({ provider }) => provider === 'simulator')?.dmPolicy).toBe('disabled')
    home.config({ simulator: { dmPolicy: 'disabled' } })
    await inPhase(supervisor, 'running')
  })

  it('is not missed while an editor removes it and writes it anew', async () => {
    const supervisor = await home.supervisor()
    const { gateway } = await startRunning(supervisor)
    const seen: (string | undefined)[] = []
    supervisor.subscribe(({ changed }) => seen.push(changed.gateway?.phase))
    const text = readFileSync(home.paths.config, 'utf8')
    rmSync(home.paths.config)
    setTimeout(
      () => writeFileSync(home.paths.config, text.replace('{', '{"simulator":{"pairing":"silent"},')),
      60,
    )
    const after = await stateWhere(supervisor, ({ providers }) => providers.some(({ silent }) => silent))
    expect(after.gateway.pid).toBe(gateway.pid)
    expect(seen.filter((phase) => phase !== undefined && phase !== 'running')).toEqual([])
  })
})

describe('the log', () => {
  it('has the supervisor’s lines, and is followed live', async () => {
    const supervisor = await home.supervisor()
    const follow = await new Promise<readonly string[]>((done) => {
      const messages: string[] = []
      void supervisor
        .followLogs(({ lines }) => {
          messages.push(...lines.map(({ source, message }) => `${source}: ${message}`))
          if (messages.some((message) => message.startsWith('supervisor: the gateway is running')))
            done(messages)
        })
        .then(async () => supervisor.start())
    })
    expect(follow.join('\n')).toContain('supervisor: the gateway is starting')
    expect(readFileSync(home.logFile, 'utf8')).toContain('the gateway is running')
  })

  it('is refused where it would be one of the owner’s files', async () => {
    home.config({ logging: { file: join(home.paths.credentials, 'telegram-allowFrom.json') } })
    const supervisor = await home.supervisor()
    await supervisor.start()
    const { gateway } = await inPhase(supervisor, 'failed')
    expect(gateway.error?.code).toBe('log_unsafe')
    expect(existsSync(join(home.paths.credentials, 'telegram-allowFrom.json'))).toBe(false)
  })
})
