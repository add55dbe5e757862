import { join } from 'node:path'
import type { StatePaths } from '../../../shared/state/state-dir.ts'

/** Every file of the audit, as absolute paths. */
export interface AuditFiles {
  readonly root: string
  readonly folder: string
  readonly checkpoints: string
  /** How long the log is and how it ends, signed. */
  readonly head: string
  /** The same outside the folder, so that a folder which was put back as a whole is found. */
  readonly anchor: string
  readonly signingKey: string
  readonly publicKey: string
}

export const auditFiles = ({ root, audit }: StatePaths): AuditFiles => ({
  root,
  folder: audit,
  checkpoints: join(audit, 'checkpoints.jsonl'),
  head: join(audit, 'head.json'),
  anchor: join(root, 'audit-head.json'),
  signingKey: join(audit, 'signing-key.pem'),
  publicKey: join(audit, 'public-key.pem'),
})

/** The log's `segment`-th file, counted from 1. */
export const logFile = (files: AuditFiles, segment: number): string =>
  join(files.folder, `log-${String(segment).padStart(6, '0')}.jsonl`)

/** The number in a log file's name; undefined for any other file. */
export const segmentOf = (name: string): number | undefined => {
  const digits = /^log-(\d{6}|[1-9]\d{6,})\.jsonl$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** A time as a part of a file name. */
export const stampOf = (at: number): string => new Date(at).toISOString().replace(/[:.]/g, '-')
