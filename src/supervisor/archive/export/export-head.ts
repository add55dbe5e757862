import type { ExportSecrets } from '../../../shared/contracts/bridge.ts'

/** What every exported file says of itself before anything else. */
export interface ExportHead {
  /** The program and its version. */
  readonly program: string
  /** ISO 8601. */
  readonly exported: string
  /** The session's ref, or what the log was filtered by. Remote text. */
  readonly of: string
  readonly secrets: 'redacted' | 'kept'
}

export const headOf = (program: string, now: number, of: string, secrets: ExportSecrets): ExportHead => ({
  program,
  exported: new Date(now).toISOString(),
  of,
  secrets: secrets === 'redact' ? 'redacted' : 'kept',
})
