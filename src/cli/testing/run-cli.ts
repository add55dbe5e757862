// Test support: the real cli as a process of its own, on a state directory of its own.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { parseAccount } from '../../shared/domain/account.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { requestPairing } from '../../shared/state/pairing-store.ts'
import { prepareStateDir, resolveStatePaths, type StatePaths } from '../../shared/state/state-dir.ts'
import { dockerEnv } from '../../supervisor/testing/docker-env.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export const cliState = async (): Promise<StatePaths> => {
  const folder = await mkdtemp(join(tmpdir(), 'clawdbot-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: folder }, '/nowhere')
  await prepareStateDir(paths)
  return paths
}

export interface CliResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Nothing of the machine's own Clawdbot, and what Node compiled is shared by the many starts. */
export const cliEnv = (paths: StatePaths, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: paths.root,
  CLAWDBOT_STATE_DIR: paths.root,
  NODE_COMPILE_CACHE: join(tmpdir(), 'clawdbot-test-compile-cache'),
  ...dockerEnv(),
  ...extra,
})

export const startCli = (
  paths: StatePaths,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcessByStdio<Writable, Readable, Readable> =>
  spawn(process.execPath, [main, ...args], { stdio: 'pipe', env: cliEnv(paths, env) })

export const runCli = async (
  paths: StatePaths,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CliResult> => {
  const child = startCli(paths, args, env)
  child.stdin.end()
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, err }
}

/** A stranger writes; returns their code. */
export const stranger = async (
  paths: StatePaths,
  id: string,
  claims: Readonly<Record<string, string>> = {},
  provider: ProviderId = 'telegram',
  /** Behind the id, where that is a phone number. */
  account?: string,
): Promise<string> => {
  const sender = parseSenderId(provider, id)
  if (sender === undefined) throw new Error(`not an id: ${id}`)
  const behind = account === undefined ? undefined : parseAccount(provider, account)
  const options = { answer: true, silent: false, ...(behind && { account: behind }) }
  const outcome = await requestPairing(paths, provider, sender, claims, Date.now(), options)
  if (outcome.kind !== 'created') throw new Error(`not created: ${outcome.kind}`)
  return outcome.request.code
}
