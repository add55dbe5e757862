import type { PrivilegedAct } from '../../shared/contracts/acts.ts'
import type { FromGateway, ToGateway } from '../../shared/contracts/gateway.ts'

type ActResult = Extract<FromGateway, { type: 'outcome' }>['result']
type IntentAnswer = Extract<ToGateway, { type: 'intent-answer' }>['answer']

/** An act that stands in the audit and may happen now. It has to be concluded, whatever becomes of it. */
export interface RecordedAct {
  readonly kind: 'recorded'
  /** How it ended. The first word counts, further ones are ignored. */
  conclude(result: ActResult, detail: string): void
}

/** It must not happen. */
export interface RefusedAct {
  readonly kind: 'refused'
  /** Of a refusal that the owner's rules made: one sentence. Empty where the audit did not take it. */
  readonly why: string
}

export interface PrivilegedActs {
  /**
   * Asks that an act be written into the audit. Resolves when it is durable there, or when it is not and will not
   * be. While the supervisor is silent this waits, and so does the act.
   */
  readonly ask: (act: PrivilegedAct) => Promise<RecordedAct | RefusedAct>
  /** The supervisor's answer. One that nobody waits for is ignored. */
  readonly answered: (intentId: number, answer: IntentAnswer, why: string) => void
  /** Refuses everything that has no answer yet, and everything from now on. What is recorded can still end. */
  readonly close: () => void
}

export interface PrivilegedActsOptions {
  /** False if the intent was not handed over. */
  readonly ask: (intentId: number, act: PrivilegedAct) => boolean
  readonly outcome: (intentId: number, result: ActResult, detail: string) => void
  /** Beyond this many without an answer, further acts are refused at once. @default 256 */
  readonly maxOpen?: number
}

/** Nothing may happen before it is on record: the gateway's side of the audit. */
export const createPrivilegedActs = ({
  ask,
  outcome,
  maxOpen = 256,
}: PrivilegedActsOptions): PrivilegedActs => {
  const open = new Map<number, (answer: RecordedAct | RefusedAct) => void>()
  /** Refused here before the supervisor answered: it may have recorded them all the same. */
  const givenUp = new Set<number>()
  let lastId = 0
  let closed = false

  const recorded = (intentId: number): RecordedAct => {
    let concluded = false
    return {
      kind: 'recorded',
      conclude: (result, detail) => {
        if (concluded) return
        concluded = true
        outcome(intentId, result, detail)
      },
    }
  }

  return {
    ask: async (act) => {
      if (closed || open.size >= maxOpen) return NOT_TAKEN
      lastId += 1
      const intentId = lastId
      return new Promise((resolve) => {
        open.set(intentId, resolve)
        if (ask(intentId, act)) return
        open.delete(intentId)
        resolve(NOT_TAKEN)
      })
    },
    answered: (intentId, answer, why) => {
      const resolve = open.get(intentId)
      open.delete(intentId)
      if (resolve !== undefined)
        resolve(answer === 'recorded' ? recorded(intentId) : { kind: 'refused', why })
      else if (givenUp.delete(intentId) && answer === 'recorded')
        outcome(intentId, 'withheld', 'given up before the record was confirmed')
    },
    close: () => {
      closed = true
      for (const [intentId, resolve] of open) {
        givenUp.add(intentId)
        resolve(NOT_TAKEN)
      }
      open.clear()
    },
  }
}

const NOT_TAKEN: RefusedAct = { kind: 'refused', why: '' }
