import { statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readReadOnly } from '../shared/state/read-only-switch.ts'
import { recordsIn } from '../supervisor/audit/testing/audit-files.ts'
import { cliState, runCli } from './testing/run-cli.ts'

describe('clawdbot readonly', () => {
  it('throws the switch, says what that means, and takes it back, each in the audit', async () => {
    const paths = await cliState()
    const run = (...args: readonly string[]) => runCli(paths, ['readonly', ...args])
    expect((await run('status')).out).toBe('Read-only mode is off.\n')
    expect((await run('on')).out).toMatch(
      /^Read-only mode is on: no write outside a sandbox, no shell on this machine/,
    )
    expect(await readReadOnly(paths)).toMatchObject({ kind: 'on', by: 'cli' })
    expect(statSync(paths.readOnly).mode & 0o777).toBe(0o600)
    expect((await run('status')).out).toMatch(/^Read-only mode is on since 2\d{3}-.*, by cli: /)
    expect((await run('off')).out).toBe('Read-only mode is off.\n')
    expect(await readReadOnly(paths)).toEqual({ kind: 'off' })
    const acts = (await recordsIn(paths)).map(({ kind, act }) => `${kind} ${act}`)
    expect(acts.filter((line) => line.includes('readonly'))).toEqual([
      'intent readonly.on',
      'outcome readonly.on',
      'intent readonly.off',
      'outcome readonly.off',
    ])
  })

  it('prints JSON', async () => {
    const paths = await cliState()
    const on = JSON.parse((await runCli(paths, ['readonly', 'on', '--json'])).out)
    expect(on).toMatchObject({ on: true, by: 'switch', who: 'cli', file: paths.readOnly, configError: null })
    expect(JSON.parse((await runCli(paths, ['readonly', 'status', '--json'])).out)).toEqual(on)
  })

  it('refuses to switch off what the config has switched on, and names the file', async () => {
    const paths = await cliState()
    writeFileSync(paths.config, '{ readOnlyMode: true }')
    expect((await runCli(paths, ['readonly', 'status'])).out).toMatch(
      /is on by the key readOnlyMode in the config/,
    )
    const off = await runCli(paths, ['readonly', 'off'])
    expect(off).toMatchObject({ code: 1, out: '' })
    expect(off.err).toContain(`by the key readOnlyMode in ${paths.config}`)
  })

  it('counts a switch that can not be read as on, and switches it off', async () => {
    const paths = await cliState()
    writeFileSync(paths.readOnly, 'hello\u001b[31m')
    const { out } = await runCli(paths, ['readonly', 'status'])
    expect(out).toContain(`is on, because ${paths.readOnly} is not what Clawdbot wrote`)
    await runCli(paths, ['readonly', 'off'])
    expect((await runCli(paths, ['readonly', 'status'])).out).toBe('Read-only mode is off.\n')
  })

  it('switches on under a broken config, and does not switch off under one', async () => {
    const paths = await cliState()
    writeFileSync(paths.config, '{ readOnly: true }')
    const on = await runCli(paths, ['readonly', 'on', '--json'])
    expect(on.code).toBe(0)
    expect(JSON.parse(on.out)).toMatchObject({ on: true, configError: expect.stringContaining('readOnly') })
    expect(await runCli(paths, ['readonly', 'off'])).toMatchObject({ code: 1 })
    expect(await readReadOnly(paths)).toMatchObject({ kind: 'on' })
  })
})
