import { type FromGateway, fromGateway } from '../../shared/contracts/gateway.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'

/** What may come at once, and the rate at which that allowance fills up again: messages of up to a KiB, a longer one as so many. */
const BURST = 10_000
const PER_SECOND = 2_000
const KIB = 1024
/** A place in a message can be named by a key of the gateway's own, of any length and with anything in it. */
const MAX_WHAT = 200

/** Ends a run: the gateway is not what it should be, and is not listened to any longer. */
export const contractViolation = (what: string): ClawdbotError =>
  new ClawdbotError(
    'contract_violation',
    `the gateway broke its contract and was killed: ${what}`,
    'This is a fault in Clawdbot, or the gateway was taken over. The log has the details.',
  )

/**
 * Turns what came over the channel into messages, or throws `contract_violation`: for what is not in the
 * contract, and for more than a working gateway ever sends.
 */
export const createInbox = (now: () => number): ((raw: unknown) => FromGateway) => {
  let allowance = BURST
  let filledAt = now()
  return (raw) => {
    const at = now()
    allowance = Math.min(BURST, allowance + (Math.max(0, at - filledAt) / 1000) * PER_SECOND)
    filledAt = at
    allowance -= Math.ceil(lengthOf(raw) / KIB)
    if (allowance < 0) throw contractViolation(`more than ${PER_SECOND} messages, or as many KiB, a second`)
    const parsed = fromGateway.safeParse(raw)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    const what = `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not understood'}`
    throw contractViolation(visibleLine(what.slice(0, MAX_WHAT)))
  }
}

/** As JSON, in UTF-16 units. */
const lengthOf = (raw: unknown): number => {
  try {
    return (JSON.stringify(raw) ?? '').length
  } catch {
    // It was JSON a moment ago, so only its depth can be the reason: reading it needs no stack, writing it does.
    throw contractViolation('a message is nested too deeply')
  }
}
