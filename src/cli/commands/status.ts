import { toErrorView } from '../../shared/domain/error.ts'
import { PROVIDERS } from '../../shared/domain/provider.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { listRequests } from '../../shared/state/pairing-store.ts'
import { hasHostAccess } from '../../supervisor/hands/rules.ts'
import { isSupervised, readRunFile } from '../../supervisor/run/run-file.ts'
import { readLatch } from '../../supervisor/stop/latch/latch.ts'
import type { CliContext } from '../context.ts'
import { toSafeJson } from '../print-json.ts'
import { lookAtReadOnly, readOnlySentence } from './readonly.ts'

const iso = (time: number): string => new Date(time).toISOString()

/** What the gateway does, whether it may, and who waits. Read from files; it asks no process anything. */
export const status = async (context: CliContext, options: { readonly json?: boolean }): Promise<void> => {
  const found = await look(context)
  if (options.json === true) context.print(toSafeJson(found))
  else for (const [name, text] of linesOf(found)) context.print(`${name.padEnd(10)} ${visibleLine(text)}`)
}

type Found = Awaited<ReturnType<typeof look>>

const look = async ({ paths, env, now }: CliContext) => {
  const run = await readRunFile(paths)
  const alive = run !== undefined && isSupervised(run)
  const latch = await readLatch(paths)
  return {
    gateway: alive
      ? {
          phase: run.phase,
          since: iso(run.since),
          pid: run.gateway?.pid ?? null,
          supervisor: run.supervisor.pid,
          error: run.error === '' ? null : run.error,
        }
      : null,
    lockdown: latch.kind === 'open' ? null : { since: iso(latch.at), by: latch.by, reason: latch.reason },
    providers: alive ? run.providers : [],
    pending: await pendingOf(paths, now()),
    readOnly: await lookAtReadOnly({ paths, env }),
    ...(await configOf(paths, env)),
    stateDir: paths.root,
  }
}

const pendingOf = async (paths: CliContext['paths'], now: number) => {
  const pending: { provider: string; requests: number | null; error: string | null }[] = []
  for (const provider of PROVIDERS) {
    try {
      const requests = (await listRequests(paths, provider, now)).length
      if (requests > 0) pending.push({ provider, requests, error: null })
    } catch (error) {
      pending.push({ provider, requests: null, error: toErrorView(error).message })
    }
  }
  return pending
}

const configOf = async (paths: CliContext['paths'], env: NodeJS.ProcessEnv) => {
  try {
    const config = await loadConfig(paths, env)
    const { exists } = config
    return { hostAccess: hasHostAccess(config), config: { file: paths.config, exists, error: null } }
  } catch (error) {
    // Without a valid config nothing runs, on the host neither.
    return {
      hostAccess: false,
      config: { file: paths.config, exists: true, error: toErrorView(error).message },
    }
  }
}

const linesOf = (found: Found): readonly (readonly [name: string, text: string])[] => {
  const { gateway, lockdown, config } = found
  const by = lockdown?.by === '' ? '' : ` by ${lockdown?.by ?? ''}`
  return [
    [
      'Gateway',
      gateway === null
        ? 'not supervised by anything'
        : `${gateway.phase} since ${gateway.since}${gateway.pid === null ? '' : `, process ${String(gateway.pid)}`}${gateway.error === null ? '' : `: ${gateway.error}`}`,
    ],
    ['Lockdown', lockdown === null ? 'none' : `since ${lockdown.since}${by}: ${lockdown.reason}`],
    ...found.providers.map(
      ({ provider, state, detail, number }) =>
        [
          'Provider',
          `${provider} ${state}${number === '' ? '' : ` as ${number}`}${detail === '' ? '' : `: ${detail}`}`,
        ] as const,
    ),
    ...found.pending.map(
      ({ provider, requests, error }) =>
        [
          'Pending',
          `${provider} ${error ?? `${String(requests)} (clawdbot pairing list --provider ${provider})`}`,
        ] as const,
    ),
    ['Read-only', found.readOnly.on ? readOnlySentence(found.readOnly) : 'off'],
    [
      'Host',
      found.hostAccess ? 'commands may run on this machine (agent.elevated)' : 'nothing runs on this machine',
    ],
    ['Config', config.error ?? (config.exists ? config.file : `${config.file} (not there: defaults)`)],
    ['State', found.stateDir],
  ]
}
