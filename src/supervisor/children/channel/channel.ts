import type { ChildProcess } from 'node:child_process'
import type { ToGateway } from '../../../shared/contracts/gateway.ts'
import type { ClawdbotError } from '../../../shared/domain/error.ts'

/** The way to a gateway and back: to the gateway it is always Node's own ipc channel. */
export interface Channel {
  /** What the fourth of the child's files is to be, and what its environment has to say of it. */
  readonly stdio: 'pipe' | 'ipc'
  readonly env: Readonly<Record<string, string>>
  /** At most once a child, right after it was made, or could not be. */
  readonly open: (child: ChildProcess, listener: ChannelListener) => ChannelEnd
}

interface ChannelListener {
  /** What one message said, whatever it is; in order. */
  readonly onMessage: (raw: unknown) => void
  /** At most once, with a `contract_violation`: the gateway is neither heard nor told anything from then on. */
  readonly onRefused: (error: ClawdbotError) => void
}

export interface ChannelEnd {
  /** False: the channel is closed, so the exit is near or past. */
  readonly send: (message: ToGateway) => boolean
  readonly close: () => void
}

/** Messages that it has not taken from the channel. A gateway that asks and does not listen would fill our memory. */
export const MAX_UNREAD = 2_000

/** Node means by them sockets that are passed, and its own housekeeping. No message of ours has a `cmd`. */
export const isNodesOwn = (message: unknown): boolean =>
  typeof message === 'object' &&
  message !== null &&
  'cmd' in message &&
  typeof message.cmd === 'string' &&
  message.cmd.startsWith('NODE_')
