import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import manifest from '../../../package.json' with { type: 'json' }
import { ClawdbotError } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import {
  type LinkAnswer,
  type LinkRequest,
  readLinkAnswer,
  removeLinkRequest,
  writeLinkRequest,
} from '../../shared/state/link-request.ts'
import { lockedDown } from '../../supervisor/children/launch-plan.ts'
import { isSupervised, readRunFile } from '../../supervisor/run/run-file.ts'
import { isLatched } from '../../supervisor/stop/latch/latch.ts'
import { createSupervisor } from '../../supervisor/supervisor.ts'
import type { CliContext } from '../context.ts'

const LOOK_EVERY_MS = 100
/** For a busy machine: whoever supervises sees a request within seconds. */
const ANSWERED_WITHIN_MS = 20_000
/** How long a code may go on being shown after Ctrl-C until it is known to be void. */
const CANCELLED_WITHIN_MS = 5_000

type WithoutContext<R> = R extends unknown ? Omit<R, 'version' | 'id' | 'at'> : never
export type LinkAsk = WithoutContext<Exclude<LinkRequest, { readonly act: 'cancel' }>>

/** Whether this process has to supervise, because no other does. */
export type Supervised = 'here' | 'elsewhere'

/**
 * Asks whoever supervises, and supervises here for that long where nobody does. `onAnswer` hears how it goes, also when nothing
 * has changed, as often as somebody who watches needs it. Resolves with the last answer. Errors: `locked_down`, what the
 * supervisor answers, and `gateway_not_running` where none does.
 */
export const askSupervisor = async (
  context: CliContext,
  ask: LinkAsk,
  onAnswer: (answer: LinkAnswer) => void,
): Promise<{ readonly answer: LinkAnswer; readonly supervised: Supervised }> => {
  const { paths, appRoot, env, home } = context
  if (isLatched(paths)) throw lockedDown(paths)
  const run = await readRunFile(paths)
  if (run !== undefined && isSupervised(run))
    return { answer: await follow(context, ask, onAnswer), supervised: 'elsewhere' }
  const supervisor = await createSupervisor({
    paths,
    appRoot,
    env,
    home,
    runsAs: 'cli',
    program: manifest.version,
  })
  try {
    // To link, one is started where none runs; nothing is started elsewhere only to unlink.
    if (ask.act === 'unlink') await supervisor.start()
    return { answer: await follow(context, ask, onAnswer), supervised: 'here' }
  } finally {
    await supervisor.close()
  }
}

const follow = async (
  { paths, now }: CliContext,
  ask: LinkAsk,
  onAnswer: (answer: LinkAnswer) => void,
): Promise<LinkAnswer> => {
  const id = randomUUID()
  const signal = untilSignal()
  await writeLinkRequest(paths, { version: 1, id, at: now(), ...ask })
  let waited = 0
  let wasAnswered = false
  try {
    for (;;) {
      const answer = await readLinkAnswer(paths, id)
      if (answer !== undefined) {
        wasAnswered = true
        onAnswer(answer)
        if (answer.progress === 'over') return isDone(paths, answer)
      } else if (wasAnswered) throw notAnswered('something else was asked of it in the meantime')
      if (signal.came()) return await cancelled(paths, ask, id, now())
      if (waited > ANSWERED_WITHIN_MS && !wasAnswered) throw notAnswered('it did not take the request')
      const run = await readRunFile(paths)
      if (run === undefined || !isSupervised(run))
        throw isLatched(paths) ? lockedDown(paths) : notAnswered('it ended')
      await sleep(LOOK_EVERY_MS)
      waited += LOOK_EVERY_MS
    }
  } finally {
    signal.close()
    // Only where nobody has taken it.
    if (!wasAnswered) await removeLinkRequest(paths)
  }
}

const isDone = (paths: CliContext['paths'], answer: LinkAnswer): LinkAnswer => {
  if (answer.error === null) return answer
  if (answer.error.code === 'locked_down') throw lockedDown(paths)
  throw new ClawdbotError(
    'link_impossible',
    visibleLine(answer.error.message),
    visibleLine(answer.error.hint),
  )
}

/** Errors: always, and only once no code can be scanned any more, as far as that can be known. */
const cancelled = async (
  paths: CliContext['paths'],
  { act, provider }: LinkAsk,
  id: string,
  at: number,
): Promise<never> => {
  if (act === 'link') {
    await writeLinkRequest(paths, { version: 1, id, act: 'cancel', provider, at })
    for (let waited = 0; waited < CANCELLED_WITHIN_MS; waited += LOOK_EVERY_MS) {
      if ((await readLinkAnswer(paths, id))?.progress !== 'under way') break
      await sleep(LOOK_EVERY_MS)
    }
  }
  throw new ClawdbotError(
    'link_impossible',
    act === 'link' ? 'Nothing was linked: it was broken off.' : 'Broken off: it may be unlinked, or not.',
    'See: clawdbot status',
  )
}

/** Whoever presses Ctrl-C twice does not want to wait. */
const untilSignal = (): { readonly came: () => boolean; readonly close: () => void } => {
  let came = false
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const listener = (): void => {
    came = true
  }
  for (const name of names) process.once(name, listener)
  return {
    came: () => came,
    close: () => {
      for (const name of names) process.off(name, listener)
    },
  }
}

const notAnswered = (why: string): ClawdbotError =>
  new ClawdbotError(
    'gateway_not_running',
    `The Clawdbot that runs gave no answer: ${why}.`,
    'See what it does with `clawdbot status`, and try again.',
  )
