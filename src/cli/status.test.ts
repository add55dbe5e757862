import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliState, runCli, stranger } from './testing/run-cli.ts'

describe('clawdbot status', () => {
  it('tells what it finds, and starts nothing', async () => {
    const paths = await cliState()
    await stranger(paths, '42')
    expect(JSON.parse((await runCli(paths, ['status', '--json'])).out)).toEqual({
      gateway: null,
      lockdown: null,
      providers: [],
      pending: [{ provider: 'telegram', requests: 1, error: null }],
      readOnly: {
        on: false,
        by: null,
        since: null,
        who: null,
        file: paths.readOnly,
        why: null,
        configError: null,
      },
      hostAccess: false,
      config: { file: paths.config, exists: false, error: null },
      stateDir: paths.root,
    })
    const { code, out } = await runCli(paths, ['status'])
    expect(code).toBe(0)
    expect(out).toMatch(/^Gateway {4}not supervised by anything\nLockdown {3}none\nPending {4}telegram 1 /)
  })

  it('says when read-only mode is on, and when commands may run on this machine', async () => {
    const paths = await cliState()
    await writeFile(paths.config, '{ readOnlyMode: true, agent: { elevated: { enabled: true } } }')
    const { out } = await runCli(paths, ['status'])
    expect(out).toMatch(/^Read-only {2}Read-only mode is on by the key readOnlyMode/m)
    expect(out).toMatch(/^Host {7}commands may run on this machine/m)
  })

  it('works while everything else is broken, and names what is', async () => {
    const paths = await cliState()
    await writeFile(paths.config, '{ telegram: { dmPolcy: "open" } }')
    await writeFile(paths.lockdown, '')
    await writeFile(paths.run, 'x')
    await writeFile(join(paths.credentials, 'signal-pairing.json'), 'x')
    const found = JSON.parse((await runCli(paths, ['status', '--json'])).out)
    expect(found.gateway).toBeNull()
    expect(found.lockdown.reason).toMatch(/counts as locked/)
    expect(found.config.error).toMatch(/dmPolcy is not a known key/)
    expect(found.pending).toEqual([
      {
        provider: 'signal',
        requests: null,
        error: expect.stringMatching(/signal-pairing\.json is not valid JSON/),
      },
    ])
  })
})

describe('clawdbot config check', () => {
  it('says that a config is valid, or that there is none', async () => {
    const paths = await cliState()
    expect((await runCli(paths, ['config', 'check'])).out).toMatch(
      /^There is no .*: every setting has its default\.\n$/,
    )
    await writeFile(paths.config, '{}')
    expect(await runCli(paths, ['config', 'check'])).toEqual({
      code: 0,
      out: `${paths.config} is valid.\n`,
      err: '',
    })
  })

  it('says where a config is wrong, with exit code 1', async () => {
    const paths = await cliState()
    await writeFile(paths.config, '{\n  telegram: { dmPolcy: "open" } }')
    const text = await runCli(paths, ['config', 'check'])
    expect(text).toMatchObject({ code: 1, out: '' })
    expect(text.err).toBe(
      `clawdbot: telegram.dmPolcy is not a known key (${paths.config}, line 2, column 15).\n  Did you mean "dmPolicy"?\n`,
    )
    const json = await runCli(paths, ['config', 'check', '--json'])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.out)).toMatchObject({ valid: false, error: { code: 'config_invalid' } })
  })
})
