import { toErrorView } from '../../shared/domain/error.ts'
import type { ModelRef } from './model-name.ts'
import type {
  AskModel,
  ModelRequest,
  ModelResult,
  ToolAnswer,
  ToolCall,
  ToolOffer,
  TurnMessage,
  TurnResult,
  Usage,
} from './turn.ts'
import { addUsage, NO_USAGE } from './usage.ts'

/** Questions to the model in one turn. In the last one it has to answer without tools. */
export const MAX_STEPS = 24

/** What the model may do in a turn. */
export interface TurnTools<Result extends ToolAnswer> {
  /** As of now: the owner's rules may change between two steps. */
  offered(): readonly ToolOffer[]
  /** Does it, or says why not. Never throws. */
  run(call: ToolCall, signal: AbortSignal): Promise<Result>
  /** The answer to a call that was not begun, because the turn ended before. */
  notBegun(call: ToolCall): Result
}

/** What the model said when it called tools. */
export interface CalledStep {
  readonly model: ModelRef
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly usage: Usage
}

/** Where the steps of a turn are written. Durable when a call returns. @throws the system's error. */
interface TurnRecord<Result extends ToolAnswer> {
  /** Before anything of it is done. */
  called(step: CalledStep): void
  ended(call: ToolCall, result: Result): void
}

export interface TurnRequest extends Pick<ModelRequest, 'origin' | 'signal' | 'onText'> {
  /** The conversation as it stands on record now: up to the message to answer, and the exchanges for it. */
  readonly messages: () => readonly TurnMessage[]
  /** The `boundary` of the message to answer. */
  readonly question: string
  /** Steps that an earlier run has taken already. */
  readonly stepsTaken: number
}

export interface TurnParts<Result extends ToolAnswer> {
  readonly askModel: AskModel
  readonly tools: TurnTools<Result>
  readonly record: TurnRecord<Result>
  /** 16 hex digits. */
  readonly newCallId: () => string
}

/**
 * One turn: the model is asked, what it calls is run, one call after the other, and it is asked again with what came of it,
 * until it answers. What it calls is on record before it happens, and what came of it before the model is asked again.
 * @throws what the record throws; then nothing more is done.
 */
export const runTurn = async <Result extends ToolAnswer>(
  request: TurnRequest,
  parts: TurnParts<Result>,
): Promise<TurnResult> => {
  const { tools, record } = parts
  let used = NO_USAGE
  for (let step = request.stepsTaken + 1; ; step += 1) {
    const isLast = step >= MAX_STEPS
    const result = await ask(request, parts, tools.offered(), isLast ? 'none' : 'auto')
    if (result.kind === 'aborted') return result
    used = addUsage(used, result.usage)
    if (result.kind !== 'calls') return { ...result, usage: used }
    const { model, text, usage } = result
    if (isLast) return endless(model, used)
    const calls = result.calls.map((call) => ({
      id: `call_${parts.newCallId()}`,
      name: call.name,
      arguments: call.arguments,
    }))
    record.called({ model, text, calls, usage })
    for (const call of calls) {
      const { signal } = request
      record.ended(call, signal.aborted ? tools.notBegun(call) : await tools.run(call, signal))
    }
    if (request.signal.aborted) return { kind: 'aborted', model }
  }
}

const ask = async <Result extends ToolAnswer>(
  { messages, question, origin, signal, onText }: TurnRequest,
  { askModel }: TurnParts<Result>,
  tools: readonly ToolOffer[],
  toolUse: ModelRequest['toolUse'],
): Promise<ModelResult> => {
  // Who has no tools now is not told what came of some before.
  const visible = messages().filter(
    (message) => tools.length > 0 || message.role !== 'exchange' || message.of === question,
  )
  try {
    return await askModel({ messages: visible, origin, tools, toolUse, signal, onText })
  } catch (error) {
    // It promises not to throw. That it did is our fault, and no reason to leave somebody without an answer.
    const detail = 'a fault in the gateway itself; the log has it in full'
    return { kind: 'failed', model: UNKNOWN_MODEL, failure: 'internal', detail, error, usage: NO_USAGE }
  }
}

const endless = (model: ModelRef, usage: Usage): TurnResult => {
  const error = new Error(`the model called tools in ${MAX_STEPS} steps and did not come to an answer`)
  return { kind: 'failed', model, failure: 'too_long', detail: toErrorView(error).message, error, usage }
}

const UNKNOWN_MODEL: ModelRef = { api: 'offline', provider: 'unknown', model: 'unknown' }
