import { visibleLine } from '../../shared/domain/visible-text.ts'
import { faultText } from '../../supervisor/audit/fault.ts'
import { repairAudit } from '../../supervisor/audit/repair-audit.ts'
import type { CliContext } from '../context.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'

/** On the owner's word: a broken audit goes into a folder of its own, and a new one begins. Refused while none is. */
export const auditRepair = async (
  { paths, now, print, warn }: CliContext,
  options: { readonly json?: boolean },
): Promise<ExitCode> => {
  const done = await repairAudit(paths, { now, actor: 'cli' })
  if (options.json === true) print(toSafeJson(done))
  if (done.kind === 'whole') {
    if (options.json !== true) warn('clawdbot: nothing to repair: the audit is not broken.')
    return EXIT.refused
  }
  if (options.json !== true) {
    print(`Set aside in ${done.movedTo}`)
    print(`What was wrong: ${visibleLine(faultText(done.fault))}.`)
    print(`The ${String(done.records)} records before it are whole. A new audit has begun, and says so.`)
  }
  return EXIT.ok
}
