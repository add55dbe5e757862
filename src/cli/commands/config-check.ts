import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import { loadConfig } from '../../shared/state/config/load.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'

/** Reads the config as the gateway's supervisor would, and starts nothing. */
export const configCheck = async (
  { paths, env, print }: CliContext,
  options: { readonly json?: boolean },
): Promise<ExitCode> => {
  const file = paths.config
  try {
    const { exists } = await loadConfig(paths, env)
    if (options.json === true) print(toSafeJson({ file, exists, valid: true }))
    else print(exists ? `${file} is valid.` : `There is no ${file}: every setting has its default.`)
    return EXIT.ok
  } catch (error) {
    if (options.json !== true || !(error instanceof ClawdbotError)) throw error
    print(toSafeJson({ file, exists: true, valid: false, error: toErrorView(error) }))
    return EXIT.refused
  }
}
