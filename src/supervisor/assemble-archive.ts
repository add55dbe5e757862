import type { SupervisorOptions } from './api.ts'
import { type ArchiveClient, createArchive } from './archive/archive-client.ts'
import { createExportDesk, type ExportDesk } from './archive/export-desk.ts'
import type { Audit } from './audit/audit.ts'
import type { ConfigInForce } from './config-in-force.ts'
import type { OwnerFiles } from './people/owner-files.ts'
import type { StateFeed } from './view/state-feed.ts'

export interface ReadingOptions
  extends Pick<SupervisorOptions, 'paths' | 'appRoot' | 'env' | 'home' | 'runsAs' | 'program'> {
  readonly now: () => number
  readonly audit: Audit
  readonly config: ConfigInForce
  readonly files: Pick<OwnerFiles, 'logFileOfAnyDay'>
  readonly feed: StateFeed
  readonly onError: (error: unknown) => void
}

/** What was said and done, to be read, searched and written out. */
export interface Reading {
  readonly archive: ArchiveClient
  readonly exports: ExportDesk
}

export const createReading = (options: ReadingOptions): Reading => {
  const { paths, appRoot, env, now, audit, config, files, feed, onError } = options
  const archive = createArchive({
    paths,
    appRoot,
    env,
    now,
    logFile: files.logFileOfAnyDay,
    begins: options.runsAs === 'app' ? 'at once' : 'when asked',
    onView: (view) => feed.update({ archive: view }),
    onError,
  })
  const exports = createExportDesk({
    paths,
    archive,
    audit,
    secrets: config.secrets,
    knowsSecrets: () => config.now() !== null,
    home: options.home,
    program: options.program ?? '',
    now,
    onError,
  })
  return { archive, exports }
}
