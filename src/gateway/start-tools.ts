import type { Duplex } from 'node:stream'
import type { StartMessage } from '../shared/contracts/gateway-told.ts'
import type { Logger } from '../shared/log/logger.ts'
import { type Approvals, createApprovals } from './hands/approvals.ts'
import { createBoxChannel } from './hands/box-channel.ts'
import { createHands, type Hands } from './hands/hands.ts'
import { startHostHelper } from './hands/host-stream.ts'
import type { SupervisorLink } from './ipc/supervisor-link.ts'
import { createTakeIn, type TakeIn, type TakeInOptions } from './tools/take-in.ts'
import { createToolset, type ToolsetOptions } from './tools/toolset.ts'

/** What the tools need of the process that they run in. */
export interface ToolsSurroundings {
  readonly start: StartMessage
  readonly link: Pick<SupervisorLink, 'send' | 'isBehind'>
  /** The streams to the sandboxes. */
  readonly boxes: Duplex
  /** A fault after which this process should end. */
  readonly onFault: (error: unknown) => void
  /** What the host helper inherits is taken from it. */
  readonly env: NodeJS.ProcessEnv
  readonly log: Logger
}

export interface Tools {
  readonly hands: Hands
  readonly approvals: Approvals
  readonly toolsFor: ReturnType<typeof createToolset>
  readonly takeIn: TakeIn
}

/** The contract's limit for what is said of a violation. UTF-16 units. */
const MAX_WHY = 500

/** The tools, and behind them the sandboxes, the host if it is given, and the owner's word. Nothing is started yet. */
export const startTools = (
  options: ToolsSurroundings & Omit<ToolsetOptions & TakeInOptions, 'hands' | 'approvals'>,
): Tools => {
  const { link, redact, boxes, onFault, env } = options
  const { host } = options.start
  const hands = createHands({
    ask: (askId, session) => link.send({ type: 'box-ask', askId, session }),
    violation: (box, why) => {
      link.send({ type: 'box-violation', box, why: redact(why).slice(0, MAX_WHY) })
    },
    channel: createBoxChannel({ channel: boxes, onBroken: onFault }),
    host: host === null ? undefined : () => startHostHelper(host, env),
    now: () => performance.now(),
  })
  const approvals = createApprovals({ send: link.send })
  const parts = { ...options, hands, approvals, log: options.log.child('tools') }
  return { hands, approvals, toolsFor: createToolset(parts), takeIn: createTakeIn(parts) }
}
