import type { HostCommand } from '../../shared/contracts/acts.ts'
import type { FromGateway, ToGateway } from '../../shared/contracts/gateway.ts'
import type { Asker } from '../../shared/domain/hands.ts'

export type Approval =
  /** By this number the supervisor knows what was approved: exactly this command, once. */
  | { readonly kind: 'approved'; readonly id: number }
  /** One sentence for whoever asked. */
  | { readonly kind: 'denied'; readonly why: string }

/** The gateway's side of the owner's word on a command for the host. No answer is a no. */
export interface Approvals {
  /** Waits for the owner as long as the supervisor does. Aborted: denied, and the question is taken back. */
  ask(asker: Asker, command: HostCommand, signal: AbortSignal): Promise<Approval>
  /** The supervisor's answer. One that nobody waits for is ignored. */
  answered(message: Extract<ToGateway, { readonly type: 'approval-answer' }>): void
  /** Denies everything that has no answer yet, and everything from now on. */
  close(): void
}

export interface ApprovalsOptions {
  /** False if it was not handed over. */
  readonly send: (
    message: Extract<FromGateway, { readonly type: 'approval-ask' | 'approval-withdrawn' }>,
  ) => boolean
  /** Beyond this many without an answer, further ones are denied at once. @default 32 */
  readonly maxOpen?: number
}

export const createApprovals = ({ send, maxOpen = 32 }: ApprovalsOptions): Approvals => {
  const open = new Map<number, (approval: Approval) => void>()
  let lastId = 0
  let closed = false

  const settle = (askId: number, approval: Approval): void => {
    const resolve = open.get(askId)
    open.delete(askId)
    resolve?.(approval)
  }

  return {
    ask: async ({ provider, sender, session }, command, signal) => {
      if (closed) return denied('the gateway is ending')
      if (signal.aborted) return denied('it was aborted')
      if (open.size >= maxOpen) return denied(`${maxOpen} commands are waiting for the owner already`)
      lastId += 1
      const askId = lastId
      const withdraw = (): void => {
        if (!open.has(askId)) return
        send({ type: 'approval-withdrawn', askId })
        settle(askId, denied('it was aborted'))
      }
      const answer = new Promise<Approval>((resolve) => open.set(askId, resolve))
      if (!send({ type: 'approval-ask', askId, provider, sender, session, command }))
        settle(askId, denied('the owner could not be asked'))
      signal.addEventListener('abort', withdraw, { once: true })
      try {
        return await answer
      } finally {
        signal.removeEventListener('abort', withdraw)
      }
    },
    answered: ({ askId, answer, why }) =>
      settle(askId, answer === 'approved' ? { kind: 'approved', id: askId } : denied(why)),
    close: () => {
      closed = true
      for (const askId of open.keys()) settle(askId, denied('the gateway is ending'))
    },
  }
}

const denied = (why: string): Approval => ({ kind: 'denied', why })
