// A machine that sleeps and a clock that is set, with a real supervisor and a real gateway.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { processTable } from '../processes/process-table.ts'
import { killOrphans } from '../run/orphans.ts'
import { endPrograms, runProgram } from '../testing/processes.ts'
import { createTestHome, SOON, type TestHome } from '../testing/test-home.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(async () => {
  endPrograms()
  await killOrphans(home.paths, undefined)
  await home.remove()
})

const module = (path: string): string => JSON.stringify(join(import.meta.dirname, path))

const HOUR_MS = 3_600_000

/**
 * A supervisor in a process of its own that prints each phase and each answer of its gateway. SIGUSR2 sets its clock:
 * eight hours on, then a day back, and so on.
 */
const watched = async () => {
  const source = `
    import { createSupervisor } from ${module('../supervisor.ts')}
    import { resolveStatePaths } from ${module('../../shared/state/state-dir.ts')}
    let offset = 0
    let jumps = 0
    process.on('SIGUSR2', () => {
      offset += jumps % 2 === 0 ? 8 * ${HOUR_MS} : -24 * ${HOUR_MS}
      jumps += 1
    })
    const paths = resolveStatePaths(process.env, '/')
    const now = () => Date.now() + offset
    const env = { CLAWDBOT_TEST: '1' }
    const supervisor = await createSupervisor({ paths, appRoot: process.env.APP_ROOT, home: '/', env, now })
    let before = ''
    supervisor.subscribe(({ changed }) => {
      if (changed.gateway === undefined) return
      const { phase, pid } = changed.gateway
      if (phase === 'running' && before !== 'running') console.log('running ' + pid)
      else console.log(phase === before ? 'answered' : phase)
      before = phase
    })
    await supervisor.start()
  `
  const env = { CLAWDBOT_STATE_DIR: home.paths.root, APP_ROOT: home.appRoot }
  const supervisor = await runProgram(source, env)
  let output = `${supervisor.firstLine}\n`
  supervisor.child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await expect.poll(() => output, SOON).toMatch(/running \d+/)
  const gateway = Number(/running (\d+)/.exec(output)?.[1])
  return {
    supervisor,
    gateway,
    lines: () => output.split('\n').filter((line) => line !== ''),
    answers: () => output.split('\n').filter((line) => line === 'answered').length,
  }
}

describe.runIf(process.platform !== 'win32')('a real supervisor with a real gateway', () => {
  it('kills nothing after a sleep of the machine, nor after its clock was set on and back', async () => {
    const { supervisor, gateway, lines, answers } = await watched()
    for (const turn of [1, 2, 3]) {
      // Both stand still, as they do in a machine that sleeps, and wake at another time.
      process.kill(-gateway, 'SIGSTOP')
      process.kill(supervisor.pid, 'SIGSTOP')
      process.kill(supervisor.pid, 'SIGUSR2')
      process.kill(supervisor.pid, 'SIGCONT')
      process.kill(-gateway, 'SIGCONT')
      const before = answers()
      await expect.poll(answers, { ...SOON, message: `answers after sleep ${turn}` }).toBeGreaterThan(before)
    }
    const phases = lines().filter((line) => line !== 'answered')
    expect(phases.filter((phase) => phase !== 'starting')).toEqual([`running ${gateway}`])
    expect(processTable.read(gateway)).toBeDefined()
  })

  it('still sees a gateway that hangs, whatever its clock does', async () => {
    const { supervisor, gateway, lines } = await watched()
    process.kill(gateway, 'SIGSTOP')
    await expect
      .poll(
        () => {
          process.kill(supervisor.pid, 'SIGUSR2')
          return lines()
        },
        { ...SOON, interval: 200 },
      )
      .toContain('unresponsive')
    process.kill(gateway, 'SIGCONT')
    await expect.poll(() => lines().at(-1), SOON).toMatch(/^(answered|running \d+)$/)
    expect(processTable.read(gateway)).toBeDefined()
  })
})
