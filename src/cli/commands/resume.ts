import { ClawdbotError, toErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { voidAll } from '../../shared/state/pairing-store.ts'
import { readLatch, resumeLatch } from '../../supervisor/stop/latch.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'

export interface ResumeOptions {
  readonly reason?: string
  readonly yes?: boolean
}

/** Ends a lockdown and starts nothing. The owner says why, and confirms. */
export const resume = async (context: CliContext, options: ResumeOptions): Promise<void> => {
  const { paths, now, print, warn } = context
  const reason = options.reason?.trim() ?? ''
  if (reason.length < 3 || reason.length > 500) {
    throw new UsageError('why is it safe to go on?', 'Add --reason <text>, of 3 to 500 characters.')
  }
  const latch = await readLatch(paths)
  if (latch.kind === 'open') {
    print('There is no lockdown.')
    return
  }
  const at = latch.at > 0 ? ` since ${new Date(latch.at).toISOString()}` : ''
  print(
    `Locked down${at}${latch.by === '' ? '' : ` by ${visibleLine(latch.by)}`}: ${visibleLine(latch.reason)}`,
  )
  if (options.yes !== true) await confirm(context)
  // Before the latch goes, so that no code of before the stop lets anybody in after it.
  await voidAll(paths).catch((error: unknown) => warn(`clawdbot: ${toErrorView(error).message}`))
  await resumeLatch(paths, { at: now(), by: 'cli', reason })
  print('Resumed. Nothing was started.')
}

const confirm = async ({ ask }: CliContext): Promise<void> => {
  if (ask === undefined) {
    throw new UsageError('nobody is at the terminal to confirm', 'Add --yes to resume without a question.')
  }
  const answer = await ask('Let Clawdbot start again? Type yes: ')
  if (answer.trim().toLowerCase() === 'yes') return
  throw new ClawdbotError('locked_down', 'Not resumed: the lockdown holds.', 'Type yes to end it.')
}
