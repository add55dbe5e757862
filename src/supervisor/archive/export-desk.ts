import type { ExportFormat, ExportSecrets } from '../../shared/contracts/bridge.ts'
import { secretTag } from '../../shared/log/secret-tag.ts'
import { createRedactor } from '../../shared/redact/redactor.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { recorded } from '../acts/recorded.ts'
import type { Audit } from '../audit/audit.ts'
import type { ArchiveClient } from './archive-client.ts'
import { exportLog } from './export/export-log.ts'
import { exportSession } from './export/export-session.ts'

/** Takes what the archive shows out of it, as a file of the owner's; each resolves with a sentence. */
export interface ExportDesk {
  readonly exportSession: (
    target: string,
    what: { readonly ref: string; readonly format: ExportFormat; readonly secrets: ExportSecrets },
  ) => Promise<string>
  /** The rows of the log view that is open. */
  readonly exportLog: (
    target: string,
    what: { readonly view: number; readonly secrets: ExportSecrets },
  ) => Promise<string>
}

interface ExportDeskOptions {
  readonly archive: Pick<ArchiveClient, 'ask'>
  readonly audit: Pick<Audit, 'perform' | 'intend' | 'conclude'>
  readonly paths: StatePaths
  /** Every secret that the config has or had. */
  readonly secrets: () => readonly string[]
  /** Whether there is a valid config to know them from. */
  readonly knowsSecrets: () => boolean
  readonly home: string
  /** The version of Clawdbot. */
  readonly program: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

/** Takes secrets, and the names of homes in paths, out of what is to be given away. */
export const exportRedactor = (secrets: readonly string[], home: string): ((text: string) => string) =>
  createRedactor({ secrets, tag: secretTag, purpose: 'export', homes: [home] })

/** What the owner has to know who asked for a file without secrets. */
export const PATTERNS_ONLY =
  'Without a valid config nobody knows your secrets: only what looks like one was taken out.'

export const createExportDesk = (options: ExportDeskOptions): ExportDesk => {
  const { archive, audit, paths, now, onError } = options
  const program = `Clawdbot ${options.program}`.trimEnd()
  const redact = (): ((text: string) => string) => exportRedactor(options.secrets(), options.home)
  const kept = (secrets: ExportSecrets): string => {
    if (secrets === 'keep') return 'Secrets were kept in it.'
    return options.knowsSecrets() ? 'Secrets were taken out.' : PATTERNS_ONLY
  }
  /** It changes nothing, and is wanted most when the audit is broken. */
  const inAudit = <T>(
    detail: Readonly<Record<string, string | number | boolean | null>>,
    work: () => Promise<T>,
  ): Promise<T> =>
    recorded(audit, 'restricts', { act: 'archive.export', actor: 'owner', detail }, work, onError)

  return {
    exportSession: (target, { ref, format, secrets }) =>
      inAudit({ target, session: ref, format, secrets }, async () => {
        const done = await exportSession({
          archive,
          ref,
          format,
          secrets,
          redact: redact(),
          target,
          paths,
          // The dialog that asked for the place has asked about a file that is there.
          existing: 'replace',
          now,
          program,
        })
        return `${String(done.turns)} turns are in ${done.file}. ${kept(secrets)}`
      }),
    exportLog: (target, { view, secrets }) =>
      inAudit({ target, log: true, secrets }, async () => {
        const done = await exportLog({
          archive,
          view,
          secrets,
          redact: redact(),
          target,
          paths,
          existing: 'replace',
          now,
          program,
        })
        return `${String(done.rows)} lines are in ${done.file}. ${kept(secrets)}`
      }),
  }
}
