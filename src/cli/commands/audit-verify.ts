import { shortCode } from '../../shared/domain/audit.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { faultText } from '../../supervisor/audit/fault.ts'
import { type AuditReport, verifyAudit } from '../../supervisor/audit/verify/verify-audit.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'

export interface AuditVerifyOptions {
  readonly json?: boolean
  /** A code that was noted earlier, such as `7F2A·91C0`; the dot may be missing. */
  readonly head?: string
}

/** Reads the whole audit and names the first record that is not as it was written. Changes nothing. */
export const auditVerify = async (
  { paths, print, warn }: CliContext,
  options: AuditVerifyOptions,
): Promise<ExitCode> => {
  const code = options.head === undefined ? undefined : codeOf(options.head)
  const report = await verifyAudit(paths, code)
  const missing = code !== undefined && report.found === null
  const ok = report.ok && !missing
  if (options.json === true) {
    print(toSafeJson({ ...report, ok, headFound: code === undefined ? null : !missing }))
    return ok ? EXIT.ok : EXIT.refused
  }
  const { firstBroken, needsRepair } = report
  if (report.ok) print(summary(report))
  if (firstBroken !== null) {
    warn(
      `clawdbot: the audit is ${needsRepair ? 'broken' : 'not whole'}. ${visibleLine(faultText(firstBroken))}.`,
    )
    if (needsRepair) {
      warn(
        `  The ${String(report.records)} records before it are whole. To set it aside and begin a new audit: clawdbot audit repair`,
      )
    }
  }
  if (report.found !== null) {
    print(`${shortCode(report.found.hash)} is record ${String(report.found.seq)} of this audit.`)
  }
  if (missing) {
    warn(`clawdbot: no record of this audit has the code ${shortCode(code)}.`)
    warn('  If it was noted from this audit, the audit was put back to an earlier copy, or begun anew.')
  }
  return ok ? EXIT.ok : EXIT.refused
}

const summary = ({ records, code, checkpoints, repairs }: AuditReport): string =>
  records === 0
    ? 'There is no audit yet.'
    : `The audit is whole: ${String(records)} records, ${String(checkpoints)} checkpoints, ${String(repairs)} torn ends repaired. Its code is ${code}.`

const codeOf = (text: string): string => {
  const code = text.replace(/[\s·.-]/g, '').toLowerCase()
  if (/^[0-9a-f]{8}$/.test(code)) return code
  throw new UsageError(
    '--head takes a code of eight digits, such as 7F2A·91C0',
    'See: clawdbot audit verify --help',
  )
}
