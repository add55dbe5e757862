import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ArchiveView } from '../../src/shared/contracts/app-state.ts'
import { prepareStateDir, resolveStatePaths } from '../../src/shared/state/state-dir.ts'
import { type ArchiveClient, createArchive } from '../../src/supervisor/archive/archive-client.ts'

export interface OpenArchive {
  readonly client: ArchiveClient
  /** Resolves when the archive is as wanted. */
  readonly until: (wanted: (view: ArchiveView) => boolean) => Promise<ArchiveView>
  readonly close: () => Promise<void>
}

/** The archive of a state directory, as the supervisor starts it. */
export const openArchive = async (stateDir: string): Promise<OpenArchive> => {
  const env = { ...process.env, CLAWDBOT_STATE_DIR: stateDir }
  const paths = resolveStatePaths(env, homedir())
  await prepareStateDir(paths)
  let view: ArchiveView | undefined
  const waiting = new Set<() => void>()
  const client = createArchive({
    paths,
    appRoot: join(import.meta.dirname, '..', '..'),
    env,
    logFile: () => join(stateDir, 'log', 'clawdbot.log'),
    now: Date.now,
    onView: (next) => {
      view = next
      for (const check of waiting) check()
    },
    onError: (error) => process.stderr.write(`bench: ${String(error)}\n`),
  })
  return {
    client,
    until: (wanted) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (view === undefined || !wanted(view)) return
          waiting.delete(check)
          resolve(view)
        }
        waiting.add(check)
        check()
      }),
    close: () => client.close(),
  }
}
