import { TOOLS } from '../../domain/hands.ts'
import type { Workspaces } from './binds.ts'
import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import { resolveBox } from './resolve-box.ts'
import { risksOf } from './risks.ts'
import type { SandboxKeys, SandboxScope } from './sandbox-keys.ts'
import type { SandboxConfig } from './schema.ts'
import { suggest } from './suggest.ts'
import type { Surroundings } from './surroundings.ts'

const PATH: Path = ['agent', 'sandbox']

/** agent.sandbox with every default; `secrets` are those that no sandbox may be given. */
export const resolveSandbox = async (
  given: SandboxKeys,
  around: Surroundings,
  workspaces: Workspaces,
  secrets: readonly string[],
): Promise<SandboxConfig> => {
  refuseOfOthers(given)
  const sandbox: Omit<SandboxConfig, 'risks'> = {
    mode: given.mode ?? 'non-main',
    scope: scopeOf(given),
    workspaceAccess: given.workspaceAccess ?? 'none',
    workspaceRoot: workspaces.workspaceRoot,
    docker: await resolveBox(given.docker ?? {}, around, workspaces, secrets),
    tools: {
      allow: toolNames(given.tools?.allow ?? [], [...PATH, 'tools', 'allow']),
      deny: toolNames(given.tools?.deny ?? [], [...PATH, 'tools', 'deny']),
    },
    prune: { idleHours: given.prune?.idleHours ?? 24, maxAgeDays: given.prune?.maxAgeDays ?? 7 },
    ahead: given.ahead ?? 2,
  }
  return { ...sandbox, risks: risksOf(sandbox) }
}

/** Keys of the existing Clawdbot for what there is not here: taken where they ask for nothing. */
const refuseOfOthers = ({ browser, sessionToolsVisibility }: SandboxKeys): void => {
  if (browser?.enabled === true) {
    throw new ConfigProblem(
      [...PATH, 'browser', 'enabled'],
      'is true, but there is no browser in a sandbox here',
      'Remove it, or set it to false.',
    )
  }
  if (sessionToolsVisibility !== undefined && sessionToolsVisibility !== 'spawned') {
    throw new ConfigProblem(
      [...PATH, 'sessionToolsVisibility'],
      'would show sessions to each other, which nothing does here',
      'Remove it.',
    )
  }
}

const scopeOf = ({ scope, perSession }: SandboxKeys): SandboxScope => {
  if (scope !== undefined && perSession !== undefined) {
    throw new ConfigProblem(
      [...PATH, 'perSession'],
      'is given together with scope, which replaces it',
      'Keep scope.',
    )
  }
  return scope ?? (perSession === false ? 'shared' : 'session')
}

/** Tools of the existing Clawdbot. There are none of them here, so that naming one changes nothing. */
const ELSEWHERE = [
  'process',
  'sessions_list',
  'sessions_history',
  'sessions_send',
  'sessions_spawn',
  'browser',
  'canvas',
  'nodes',
  'cron',
  'discord',
  'slack',
  'whatsapp',
  'telegram',
  'gateway',
  'image',
] as const

const KNOWN: ReadonlySet<string> = new Set([...TOOLS, ...ELSEWHERE])

/** A misspelt tool under `deny` would be a missing rule. */
const toolNames = (given: readonly string[], path: Path): readonly string[] => {
  for (const [index, name] of given.entries()) {
    if (KNOWN.has(name)) continue
    const meant = suggest(name.slice(0, 80), TOOLS)
    throw new ConfigProblem(
      [...path, index],
      'is not the name of a tool',
      meant === undefined ? `Tools are: ${TOOLS.join(', ')}.` : `Did you mean "${meant}"?`,
    )
  }
  return given
}
