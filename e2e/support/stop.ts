import { existsSync, readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { cli } from './cli.ts'
import { ANA, createScenario, type Scenario } from './scenario.ts'

/** Is there such a process, other than as a zombie that nobody has asked about yet? */
export const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    // ENOENT or ESRCH: gone.
    return false
  }
}

export const gatewayPid = async (scenario: Scenario): Promise<number> =>
  JSON.parse((await cli(scenario.env, 'status', '--json')).stdout).gateway.pid

export const isLatched = (scenario: Scenario): boolean => existsSync(scenario.file('lockdown.json'))

/** Ana may write; nobody else. */
export const withAna = (more: Readonly<Record<string, unknown>> = {}): Promise<Scenario> =>
  createScenario({
    telegram: { botToken: '123456:TEST-token', dmPolicy: 'allowlist', allowFrom: [String(ANA.id)] },
    // The boxes of these tests are made by hand, and counted: none is started ahead.
    agent: { model: 'anthropic/claude-test', sandbox: { ahead: 0 } },
    ...more,
  })

/** The model has begun to answer Ana and does not end. */
export const beginTurn = async ({ telegram, anthropic }: Scenario): Promise<void> => {
  await telegram.waitFor(() => telegram.isPolling())
  anthropic.holdAfterChunks(1)
  const before = anthropic.requests.length
  telegram.dm(ANA, 'tell me a long story')
  await anthropic.waitFor(() => anthropic.requests.length > before)
}

export const holdStop = async (page: Page): Promise<void> => {
  const stop = page.getByRole('button', { name: 'STOP', exact: true })
  await stop.hover()
  await page.mouse.down()
  await page.getByRole('heading', { name: /Everything is stopped|Not everything|not proven/ }).waitFor()
  await page.mouse.up()
}
