import { failure, type Outcome, type QueuedUpdate, result } from './types.ts'

export const TERMINATED_BY_OTHER_POLL =
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'
export const TERMINATED_BY_WEBHOOK = 'Conflict: terminated by setWebhook request'

interface WaitingPoll {
  readonly answer: (outcome: Outcome) => void
  readonly take: () => readonly QueuedUpdate[]
}

/** The one place in which a bot's long poll waits. A newcomer throws out who is there. */
export class PollSlot {
  #waiting: WaitingPoll | undefined

  get occupied(): boolean {
    return this.#waiting !== undefined
  }

  /**
   * Waits until `take` has something, `timeoutMs` are over, somebody else comes, or the client is `gone`
   * (then the outcome reaches nobody, and nothing is taken).
   */
  wait(take: () => readonly QueuedUpdate[], timeoutMs: number, gone: AbortSignal): Promise<Outcome> {
    return new Promise<Outcome>((resolve) => {
      const answer = (outcome: Outcome): void => {
        clearTimeout(timer)
        gone.removeEventListener('abort', leave)
        if (this.#waiting === poll) this.#waiting = undefined
        resolve(outcome)
      }
      const leave = (): void => answer(result([]))
      const timer = setTimeout(leave, timeoutMs)
      const poll: WaitingPoll = { answer, take }
      this.#waiting = poll
      gone.addEventListener('abort', leave)
      if (gone.aborted) leave()
    })
  }

  /** Answers the waiting poll if there is something for it. */
  wake(): void {
    const updates = this.#waiting?.take() ?? []
    if (updates.length > 0) this.#waiting?.answer(result(updates))
  }

  /** Answers the waiting poll with nothing, as if its time were over. */
  expire(): void {
    this.#waiting?.answer(result([]))
  }

  /** Answers the waiting poll with 409: Telegram ends the older request, not the newer. */
  terminate(description: string): void {
    this.#waiting?.answer(failure(409, description))
  }
}
