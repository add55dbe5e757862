import type { Block, CallResult, Turn } from '../../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { Redact } from './redact-json.ts'

/**
 * UTF-16 units that are left out before a cut, because half a secret looks like none: no secret that is known by its
 * form is longer.
 */
const BEFORE_A_CUT = 8_192

interface Cut {
  readonly text: string
  readonly cut: number
}

/** All that is remote in a turn, redacted. */
export const redactTurn = (turn: Turn, redact: Redact): Turn => ({
  ...turn,
  id: redact(turn.id),
  event: redact(turn.event),
  model: redact(turn.model),
  stop: redact(turn.stop),
  why: redactCut({ text: turn.why, cut: turn.why.length >= LONG_WHY ? 1 : 0 }, redact).text,
  from:
    turn.from === null
      ? null
      : {
          ...turn.from,
          provider: redact(turn.from.provider),
          sender: redact(turn.from.sender),
          trust: redact(turn.from.trust),
        },
  blocks: turn.blocks.map((block) => redactBlock(block, redact)),
})

/** UTF-16 units from which a reason may have been cut; nothing says whether it was. */
const LONG_WHY = 2_000

const redactCut = ({ text, cut }: Cut, redact: Redact): Cut => {
  if (cut === 0) return { text: redact(text), cut: 0 }
  const kept = text.slice(0, Math.max(0, text.length - BEFORE_A_CUT))
  return { text: redact(kept), cut: cut + text.length - kept.length }
}

const redactBlock = (block: Block, redact: Redact): Block => {
  switch (block.kind) {
    case 'text':
    case 'thinking':
    case 'raw':
      return { ...block, ...redactCut(block, redact) }
    case 'image':
      return { ...block, mime: redact(block.mime) }
    case 'call':
      return redactCall(block, redact)
    default:
      return assertNever(block)
  }
}

type Call = Extract<Block, { kind: 'call' }>

/** Without its brief, which is a piece of the arguments. */
const redactCall = (call: Call, redact: Redact): Call => {
  const given = redactCut({ text: call.arguments, cut: call.cut }, redact)
  return {
    ...call,
    id: redact(call.id),
    tool: redact(call.tool),
    brief: '',
    arguments: given.text,
    cut: given.cut,
    change: call.change === null ? null : redactChange(call.change, redact),
    result: call.result === null ? null : redactResult(call.result, redact),
  }
}

const redactChange = (change: NonNullable<Call['change']>, redact: Redact): NonNullable<Call['change']> => {
  const before = redactCut({ text: change.before, cut: change.cut }, redact)
  const after = redactCut({ text: change.after, cut: change.cut }, redact)
  const lost = before.cut + after.cut - 2 * change.cut
  return { path: redact(change.path), before: before.text, after: after.text, cut: change.cut + lost }
}

const redactResult = (result: CallResult, redact: Redact): CallResult => ({
  ...result,
  ...redactCut({ text: result.text, cut: result.cut }, redact),
})
