import type { PrivilegedAct } from '../../shared/contracts/acts.ts'
import type { FromGateway } from '../../shared/contracts/gateway.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ClawdbotError, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import type { Audit, AuditRef } from '../audit/audit.ts'

/** Acts that were asked for and have not ended. A working gateway has one a conversation at most. */
const MAX_OPEN = 1_000
/** UTF-16 units of a reason, as the contract has it. */
const MAX_WHY = 300

type IntentAnswer = 'recorded' | 'refused'

export interface GatewayActsOptions {
  readonly audit: Pick<Audit, 'intend' | 'conclude' | 'note'>
  readonly isLocked: () => boolean
  /** What the owner's rules say against an act, in one sentence; undefined: they allow it. Asked at each intent. */
  readonly refusal: (act: PrivilegedAct) => string | undefined
  /** What an act lacks that the owner has to approve; undefined: nothing. Uses the approval up. */
  readonly unapproved: (act: PrivilegedAct) => string | undefined
  /** `why` of a refusal that the rules made; empty otherwise. */
  readonly answer: (intentId: number, answer: IntentAnswer, why: string) => void
  /** The audit takes nothing: this gateway can do nothing any more, and should end. */
  readonly onUnwritable: (error: ErrorView) => void
}

/** What the gateway asks to do and says it did, on its way into the audit. */
export interface GatewayActs {
  readonly asked: (message: Extract<FromGateway, { type: 'intent' }>) => void
  readonly ended: (message: Extract<FromGateway, { type: 'outcome' }>) => void
  readonly accepted: (message: Extract<FromGateway, { type: 'accepted' }>) => void
  readonly paired: (message: Extract<FromGateway, { type: 'pairing-ask' }>) => void
  readonly dropped: (message: Extract<FromGateway, { type: 'drops' }>) => void
  /** The process is gone: how its open acts ended nobody knows. */
  readonly gone: () => void
}

export const createGatewayActs = (options: GatewayActsOptions): GatewayActs => {
  const { audit } = options
  const open = new Map<number, AuditRef | 'being recorded'>()
  /** Rises when a gateway ends, so that a late record is not answered to its successor. */
  let run = 0

  const refuse = (intentId: number, why: string): void => {
    open.delete(intentId)
    options.answer(intentId, 'refused', why.slice(0, MAX_WHY))
  }

  const record = async (intentId: number, act: PrivilegedAct): Promise<void> => {
    const mine = run
    try {
      const ref = await audit.intend(entryOf(act))
      if (mine !== run) return audit.conclude(ref, 'unknown', { why: 'the gateway was gone' })
      // The record took a moment, in which the owner may have pressed STOP or changed the rules.
      const refusal = options.isLocked() ? '' : options.refusal(act)
      if (refusal !== undefined) {
        audit.conclude(ref, 'withheld', { why: refusal || 'locked down' })
        return refuse(intentId, refusal)
      }
      open.set(intentId, ref)
      options.answer(intentId, 'recorded', '')
    } catch (error) {
      // Its successor counts from 1 again: what is open under this number now may be another's.
      if (mine !== run) return
      refuse(intentId, '')
      options.onUnwritable(toErrorView(error))
    }
  }

  return {
    asked({ intentId, intent }) {
      if (options.isLocked() || open.has(intentId) || open.size >= MAX_OPEN) {
        options.answer(intentId, 'refused', '')
        return
      }
      const refusal = options.refusal(intent) ?? options.unapproved(intent)
      if (refusal !== undefined) {
        const entry = entryOf(intent)
        audit.note({ ...entry, detail: { ...entry.detail, refused: refusal } })
        return refuse(intentId, refusal)
      }
      open.set(intentId, 'being recorded')
      void record(intentId, intent)
    },
    ended({ intentId, result, detail }) {
      const ref = open.get(intentId)
      // An end without a beginning is the gateway's word about nothing.
      if (ref === undefined || ref === 'being recorded') return
      open.delete(intentId)
      audit.conclude(ref, result, detail === '' ? {} : { why: detail })
    },
    accepted: ({ provider, sender, session, trust, eventId, at }) =>
      audit.note({
        act: 'verdict.accept',
        actor: 'gateway',
        provider,
        sender,
        session,
        detail: { trust, eventId, at },
      }),
    paired: ({ provider, sender }) => audit.note({ act: 'verdict.pair', actor: 'gateway', provider, sender }),
    dropped: ({ provider, counts }) =>
      audit.note({ act: 'verdict.drop', actor: 'gateway', provider, detail: counts }),
    gone() {
      run += 1
      for (const ref of open.values()) {
        if (ref !== 'being recorded') audit.conclude(ref, 'unknown', { why: 'the gateway was gone' })
      }
      open.clear()
    },
  }
}

/** An act as the audit keeps it: facts and hashes, no text. */
const entryOf = (intent: PrivilegedAct): AuditEntry => {
  switch (intent.act) {
    case 'message.send': {
      const { act, provider, session, ...detail } = intent
      return { act, actor: 'gateway', provider, session, detail }
    }
    case 'tool.run': {
      const { act, provider, sender, session, ...detail } = intent
      return { act, actor: 'gateway', provider, sender, session, detail }
    }
    default:
      return assertNever(intent)
  }
}

/** Ends a gateway whose acts can not be recorded. */
export const unrecorded = (error: ErrorView): ClawdbotError =>
  new ClawdbotError(error.code, `nothing more is done: ${error.message}`, error.hint)
