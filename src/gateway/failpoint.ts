import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The points at which losing power would be worst, in the order in which one message reaches them. */
export const STEPS = [
  'inbound:received',
  'inbox:before',
  'inbox:after',
  'turn:before-user-entry',
  'turn:after-user-entry',
  'turn:mid-stream',
  'turn:after-answer-entry',
  'outbox:before-intent',
  'outbox:after-intent',
  'audit:before-ask',
  'audit:after-answer',
  'outbox:after-send',
  'outbox:after-outcome',
  'inbox:done',
] as const

/** The same within a turn that uses tools. */
export const TOOL_STEPS = [
  'turn:after-calls-entry',
  'tool:before-ask',
  'tool:after-answer',
  'tool:after-act',
  'turn:before-result-entry',
  'turn:after-result-entry',
] as const
export type Step = (typeof STEPS)[number] | (typeof TOOL_STEPS)[number]

/** Says that a step is reached. Does nothing but under test. */
export type Reached = (step: Step) => void

/**
 * Under `CLAWDBOT_TEST=1`, `CLAWDBOT_TEST_KILL_AT=<step>` makes the process kill itself with SIGKILL the first
 * time it comes to that step. A marker file in `folder` remembers it, so that the next run gets past.
 */
export const createFailpoint = (
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
  kill: () => void = () => process.kill(process.pid, 'SIGKILL'),
): Reached => {
  const wanted = env['CLAWDBOT_TEST_KILL_AT']
  if (env['CLAWDBOT_TEST'] !== '1' || wanted === undefined || wanted === '') return () => undefined
  const marker = join(folder, `killed-at-${wanted.replace(/[^a-z-]/g, '-')}`)
  return (step) => {
    if (step !== wanted || existsSync(marker)) return
    writeFileSync(marker, '', { mode: 0o600 })
    kill()
  }
}
