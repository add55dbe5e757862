// Test support: what the whole gateway has around it in one test, and what ends with that test: a state directory, a
// server that stands in for Telegram’s, and the gateways that were started on both.
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ProviderTold, StartMessage } from '../../shared/contracts/gateway-told.ts'
import { type GatewayProcess, startGateway } from './gateway-process.ts'

/** The test’s own, started. */
interface StandInTelegram {
  readonly token: string
  readonly url: string
  readonly sent: readonly { readonly text: string }[]
  stop(): Promise<void>
}

export interface GatewayWorld {
  readonly stateDir: string
  /** Starts a gateway that knows the server. If it still runs when the test is over, it is killed. */
  readonly launch: (
    people: readonly ProviderTold[],
    start?: Partial<StartMessage>,
    env?: Readonly<Record<string, string>>,
    grants?: readonly string[],
  ) => GatewayProcess
  /** What stands in all of them. */
  readonly transcripts: () => string
  /** How many messages have arrived at the server with this text in them. */
  readonly answersTo: (text: string) => number
}

/** In a test or before each: takes the server over, and stops it too. */
export const createGatewayWorld = (server: StandInTelegram): GatewayWorld => {
  const stateDir = realpathSync(mkdtempSync(join(tmpdir(), 'gateway-')))
  const running: GatewayProcess[] = []
  onTestFinished(async () => {
    for (const gateway of running) gateway.child.kill('SIGKILL')
    await Promise.all(running.map(({ gone }) => gone))
    await server.stop()
    rmSync(stateDir, { recursive: true })
  })
  return {
    stateDir,
    launch: (people, start, env, grants) => {
      const telegram = { botToken: server.token, apiRoot: server.url }
      const gateway = startGateway(stateDir, people, { telegram, ...start }, env, grants)
      running.push(gateway)
      return gateway
    },
    transcripts: () =>
      readdirSync(join(stateDir, 'sessions'))
        .filter((name) => name.endsWith('.jsonl'))
        .map((name) => readFileSync(join(stateDir, 'sessions', name), 'utf8'))
        .join(''),
    answersTo: (text) => server.sent.filter((sent) => sent.text.includes(text)).length,
  }
}
