import type { ArchiveStatus } from '../shared/contracts/archive.ts'
import { toErrorView } from '../shared/domain/error.ts'
import { visibleLine } from '../shared/domain/visible-text.ts'
import { loadConfig } from '../shared/state/config/load.ts'
import type { Config } from '../shared/state/config/schema.ts'
import { type ArchiveClient, createArchive } from '../supervisor/archive/archive-client.ts'
import { logFileOf } from '../supervisor/logs/log-location.ts'
import type { CliContext } from './context.ts'

/** After so long of reading files the owner is told how far it is, and then so often. Milliseconds. */
const TELL_EVERY_MS = 1_000

export interface OpenArchive {
  readonly archive: ArchiveClient
  /** Null: it is not valid, and that was said. */
  readonly config: Config | null
  /** As of when everything that there is had been read. */
  readonly status: ArchiveStatus
}

/**
 * An archive of the command's own, which knows everything that was on disk at the call. It needs no app and no gateway, and
 * disturbs none: their archive and this one share the index. Errors: those of ArchiveClient's `ask`.
 */
export const withArchive = async <T>(
  context: CliContext,
  work: (open: OpenArchive) => Promise<T>,
): Promise<T> => {
  const { paths, env, home, appRoot, now, warn } = context
  const config = await configOf(context)
  const logFile = logFileOf(config?.logging.file ?? null, paths.root, home)
  const archive = createArchive({
    paths,
    appRoot,
    env,
    logFile: () => logFile,
    now,
    onView: () => undefined,
    onError: (error) => warn(`clawdbot: ${visibleLine(toErrorView(error).message)}`),
  })
  try {
    return await work({ archive, config, status: await settled(archive, context) })
  } finally {
    await archive.close()
  }
}

/** A config that is not valid does not keep anybody from reading; what depends on it is said by whoever needs it. */
const configOf = async ({ paths, env, warn }: CliContext): Promise<Config | null> => {
  try {
    return await loadConfig(paths, env)
  } catch (error) {
    warn(`clawdbot: ${visibleLine(toErrorView(error).message)}\n  The log is looked for in its usual place.`)
    return null
  }
}

/** Resolves when the index holds what is there, and says how far it is where that takes its time. */
export const settled = async (archive: ArchiveClient, { warn }: CliContext): Promise<ArchiveStatus> => {
  let newest: ArchiveStatus | undefined
  const off = archive.on('status', (status) => {
    newest = status
  })
  const timer = setInterval(() => {
    if (newest?.phase === 'indexing') warn(`Reading what is there: ${progressOf(newest)}`)
  }, TELL_EVERY_MS)
  try {
    const status = await archive.ask('settled', {})
    if (status.phase === 'stuck') {
      const as = status.asOf === null ? 'incomplete' : `as of ${new Date(status.asOf).toISOString()}`
      const why = status.error === null ? '' : `: ${status.error.message}\n  ${status.error.hint}`
      warn(`clawdbot: the index can not be written now, so this is ${as}${why}`)
    }
    return status
  } finally {
    clearInterval(timer)
    off()
  }
}

const progressOf = ({ indexedBytes, totalBytes, messages }: ArchiveStatus): string => {
  const share = totalBytes === 0 ? 100 : Math.floor((indexedBytes / totalBytes) * 100)
  return `${String(Math.min(share, 100))} %, ${messages.toLocaleString('en')} messages`
}
