import { access, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StatePaths } from '../shared/state/state-dir.ts'
import { cliState, runCli, startCli, stranger } from './testing/run-cli.ts'

/** `clawdbot gateway`, with what it printed so far and a wait for a line. */
const startGateway = (paths: StatePaths) => {
  const child = startCli(paths, ['gateway'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const line = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (lines.some((text) => pattern.test(text))) resolve()
      }
      waiting.add(look)
      look()
      void ended.then(() => reject(new Error(`ended without ${String(pattern)}:\n${lines.join('\n')}`)))
    })
  return { child, lines, ended, line }
}

const ownLog = (paths: StatePaths): Promise<void> =>
  writeFile(paths.config, "{ logging: { file: '~/bot.log' } }")

// Whether out/gateway was built does not matter here: the supervisor starts what it finds, or tries again later.
describe('clawdbot gateway', () => {
  it('supervises until a signal ends it, and gives the state directory free', async () => {
    const paths = await cliState()
    await ownLog(paths)
    const gateway = startGateway(paths)
    await gateway.line(/^gateway starting/)
    const status = JSON.parse((await runCli(paths, ['status', '--json'])).out)
    expect(status.gateway.supervisor).toBe(gateway.child.pid)
    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toBe(0)
    await expect(access(paths.run)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('is refused while another one supervises', async () => {
    const paths = await cliState()
    await ownLog(paths)
    const first = startGateway(paths)
    await first.line(/^gateway starting/)
    const second = await runCli(paths, ['gateway'])
    expect(second.code).toBe(1)
    expect(second.err).toMatch(/^clawdbot: Clawdbot already runs for .*, as process \d+/)
    first.child.kill('SIGINT')
    expect(await first.ended).toBe(0)
  })

  it('ends with the reason when the config is wrong', async () => {
    const paths = await cliState()
    await writeFile(paths.config, '{ telegram: { dmPolcy: "open" } }')
    const { code, err } = await runCli(paths, ['gateway'])
    expect(code).toBe(1)
    expect(err).toMatch(
      /clawdbot: telegram\.dmPolcy is not a known key .*line 1, column 15.*\n {2}Did you mean "dmPolicy"\?/,
    )
  })

  it('ends with exit code 3 when somebody stops everything', async () => {
    const paths = await cliState()
    await ownLog(paths)
    const gateway = startGateway(paths)
    await gateway.line(/^gateway starting/)
    expect((await runCli(paths, ['stop'])).code).toBe(0)
    expect(await gateway.ended).toBe(3)
  })

  it('says who waits, without the code', async () => {
    const paths = await cliState()
    await ownLog(paths)
    const gateway = startGateway(paths)
    await gateway.line(/^gateway starting/)
    const code = await stranger(paths, '42', { username: 'alice' })
    await gateway.line(/^telegram 42 waits to be let in: clawdbot pairing list --provider telegram$/)
    gateway.child.kill('SIGTERM')
    expect(await gateway.ended).toBe(0)
    expect(gateway.lines.join('\n')).not.toContain(code)
  })
})
