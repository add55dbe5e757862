import { isErrno } from '../../shared/domain/errno.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'

/** The first thing in the audit's files that is not as it was written. */
export interface Fault {
  /** Absolute path. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The record's number in the chain, where the file is a part of the log. */
  readonly seq: number | null
  /** Completes the sentence “it …”. */
  readonly why: string
}

/** As a sentence without its full stop. */
export const faultText = ({ file, line, seq, why }: Fault): string =>
  `${file}, line ${String(line)}${seq === null ? '' : `, record ${String(seq)}`}: it ${why}`

/** The fault as the error that refuses every privileged act. */
export const auditBroken = (fault: Fault): ClawdbotError =>
  new ClawdbotError(
    'audit_broken',
    `The audit is broken. ${faultText(fault)}.`,
    'Look into it: clawdbot audit verify. To keep it aside and begin a new one: clawdbot audit repair.',
  )

/** Anything that went wrong with a record as the product's own error: `audit_broken` or `audit_unwritable`. */
export const auditFailure = (error: unknown, folder: string): ClawdbotError => {
  const ours = error instanceof ClawdbotError ? error : undefined
  if (ours?.code === 'audit_broken' || ours?.code === 'audit_unwritable') return ours
  return new ClawdbotError(
    'audit_unwritable',
    `The audit in ${folder} can not be written: ${reasonOf(ours?.cause ?? error)}.`,
    'Free some space or make the folder writable. Until then nothing that needs a record is done.',
    error,
  )
}

const reasonOf = (error: unknown): string => {
  if (isErrno(error, 'ENOSPC', 'EDQUOT')) return 'the disk is full'
  if (isErrno(error, 'EROFS')) return 'the file system is read-only'
  if (isErrno(error, 'EACCES', 'EPERM')) return 'permission denied'
  return error instanceof Error ? error.message : String(error)
}
