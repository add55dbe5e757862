import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { voidAll } from '../../shared/state/pairing-store.ts'
import { openAudit } from '../../supervisor/audit/audit.ts'
import { type LatchState, readWitnesses } from '../../supervisor/stop/latch/latch.ts'
import { resumeLatch } from '../../supervisor/stop/latch/resume-latch.ts'
import { findSurvivors, refuseSurvivors } from '../../supervisor/stop/survivors.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'

export interface ResumeOptions {
  readonly reason?: string
  readonly acceptUnknown?: boolean
  readonly yes?: boolean
}

/**
 * Ends a lockdown and starts nothing. First it looks whether anything lives that was to be dead; then the owner, who
 * has said why, confirms. It is in the audit before it happens, and does not happen where that can not be written.
 */
export const resume = async (context: CliContext, options: ResumeOptions): Promise<void> => {
  const { paths, env, now, print, warn } = context
  const reason = options.reason?.trim() ?? ''
  if (reason.length < 3 || reason.length > 500) {
    throw new UsageError('why is it safe to go on?', 'Add --reason <text>, of 3 to 500 characters.')
  }
  const known = await readWitnesses(paths)
  const { latch } = known
  if (latch.kind === 'open') {
    print('There is no lockdown.')
    return
  }
  print(describe(latch))
  const found = await findSurvivors({ paths, env })
  refuseSurvivors(found, options.acceptUnknown === true ? 'accept' : 'refuse')
  if (found.error !== null) warn(`clawdbot: ${visibleLine(found.error.message)}`)
  if (options.yes !== true) await confirm(context)
  const audit = await openAudit({ paths, now })
  try {
    // All of it: an old record that was changed is as much a reason to look first as a new one.
    await audit.verify()
    const detail = { incident: latch.incident, by: 'cli', reason, unknowns: found.error?.code ?? null }
    await audit.perform({ act: 'lockdown.resume', actor: 'cli', detail }, async () => {
      // Before the latch goes, so that no code of before the stop lets anybody in after it.
      await voidAll(paths).catch((error: unknown) => warn(`clawdbot: ${toErrorView(error).message}`))
      await resumeLatch(paths, { at: now(), by: 'cli', reason }, known)
    })
  } finally {
    await audit.close()
  }
  print('Resumed. Nothing was started.')
}

const describe = ({ at, by, reason }: Extract<LatchState, { kind: 'locked' }>): string => {
  const since = at > 0 ? ` since ${new Date(at).toISOString()}` : ''
  return `Locked down${since}${by === '' ? '' : ` by ${visibleLine(by)}`}: ${visibleLine(reason)}`
}

const confirm = async ({ ask }: CliContext): Promise<void> => {
  if (ask === undefined) {
    throw new UsageError('nobody is at the terminal to confirm', 'Add --yes to resume without a question.')
  }
  const answer = await ask('Let Clawdbot start again? Type yes: ')
  if (answer.trim().toLowerCase() === 'yes') return
  throw new ClawdbotError('locked_down', 'Not resumed: the lockdown holds.', 'Type yes to end it.')
}
