import { assertNever } from '../../shared/domain/assert-never.ts'
import { toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import { readReadOnly, switchReadOnlyOff, switchReadOnlyOn } from '../../shared/state/read-only-switch.ts'
import { onByConfig } from '../../supervisor/hands/read-only.ts'
import type { CliContext } from '../context.ts'
import { inAudit } from '../in-audit.ts'
import { toSafeJson } from '../print-json.ts'

type Json = { readonly json?: boolean }

/** Throws the switch that the app has too. A gateway that runs is told by its supervisor, which watches the file. */
export const readOnlyChange = async (
  context: CliContext,
  change: 'on' | 'off',
  options: Json,
): Promise<void> => {
  const { paths } = context
  if (change === 'on') {
    await inAudit(context, 'restricts', { act: 'readonly.on' }, () =>
      switchReadOnlyOn(paths, context.now(), 'cli'),
    )
  } else {
    // Before the record: what only the config can undo is not undone here.
    await refuseByConfig(context)
    await inAudit(context, 'grants', { act: 'readonly.off' }, () => switchReadOnlyOff(paths))
  }
  if (options.json === true) context.print(toSafeJson(await lookAtReadOnly(context)))
  else context.print(change === 'on' ? `Read-only mode is on: ${MEANING}.` : 'Read-only mode is off.')
}

export const readOnlyStatus = async (context: CliContext, options: Json): Promise<void> => {
  const found = await lookAtReadOnly(context)
  if (options.json === true) return context.print(toSafeJson(found))
  context.print(visibleLine(readOnlySentence(found)))
  if (found.configError !== null) context.warn(visibleLine(`clawdbot: the config: ${found.configError}`))
}

const MEANING = 'no write outside a sandbox, no shell on this machine, no message to anybody but the owner'

const refuseByConfig = async ({ paths, env }: CliContext): Promise<void> => {
  if ((await loadConfig(paths, env)).readOnlyMode) throw onByConfig(paths.config)
}

/** Read-only mode as the files on disk say it. */
export interface ReadOnlyFound {
  readonly on: boolean
  readonly by: 'config' | 'switch' | 'broken' | null
  /** When the switch was thrown, ISO 8601, and who threw it. */
  readonly since: string | null
  readonly who: string | null
  readonly file: string
  readonly why: string | null
  /** Why nobody can say what the config's own key is. */
  readonly configError: string | null
}

export const lookAtReadOnly = async ({
  paths,
  env,
}: Pick<CliContext, 'paths' | 'env'>): Promise<ReadOnlyFound> => {
  const { byConfig, configError } = await configSays(paths, env)
  const found = await readReadOnly(paths)
  const none = { since: null, who: null, file: paths.readOnly, why: null, configError }
  switch (found.kind) {
    case 'off':
      return { ...none, on: byConfig, by: byConfig ? 'config' : null }
    case 'on': {
      const since = new Date(found.since).toISOString()
      return { ...none, on: true, by: byConfig ? 'config' : 'switch', since, who: found.by }
    }
    case 'broken':
      return { ...none, on: true, by: byConfig ? 'config' : 'broken', why: found.why }
    default:
      return assertNever(found)
  }
}

/** Without a valid config no gateway runs, and the switch is all there is to tell. */
const configSays = async (
  paths: CliContext['paths'],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly byConfig: boolean; readonly configError: string | null }> => {
  try {
    return { byConfig: (await loadConfig(paths, env)).readOnlyMode, configError: null }
  } catch (error) {
    return { byConfig: false, configError: toErrorView(error).message }
  }
}

export const readOnlySentence = ({ by, since, who, file, why }: ReadOnlyFound): string => {
  switch (by) {
    case null:
      return 'Read-only mode is off.'
    case 'config':
      return `Read-only mode is on by the key readOnlyMode in the config: ${MEANING}.`
    case 'switch':
      return `Read-only mode is on since ${since ?? 'some time'}, by ${who ?? 'somebody'}: ${MEANING}.`
    case 'broken':
      return `Read-only mode is on, because ${file} ${why ?? 'can not be understood'}: ${MEANING}.`
    default:
      return assertNever(by)
  }
}
