import type { CallResult, Turn } from '../../shared/contracts/archive-transcript.ts'
import { isObject, type JsonObject, numberIn, stringIn } from '../read/json.ts'
import { modelName } from '../read/message-facts.ts'
import { momentOf } from '../read/when.ts'
import { rawBlock } from './blocks.ts'
import { callResult } from './call-result.ts'
import type { Cutter } from './cutter.ts'
import { saysOf } from './says-of.ts'
import type { FormedLine } from './stored-line.ts'

const MAX_NAME = 300
const MAX_WHY = 2_000

/** One row from its lines: the line that it is, and those that belong to it. Undefined for no line at all. */
export const turnOf = (lines: readonly FormedLine[], cut: Cutter): Turn | undefined => {
  // A sender is noted before the message; all else that belongs to a row comes after it.
  const itself = lines.find(({ form }) => form.is !== 'inbound') ?? lines[0]
  if (itself === undefined) return undefined
  const others = lines.filter((line) => line !== itself)
  const { entry } = itself.form
  const id = entry === undefined ? '' : stringIn(entry, 'id')
  const at = entry === undefined ? null : timeOf(entry)
  const inbound = others.map(({ form }) => form).find((form) => form.is === 'inbound')
  const from = inbound?.is === 'inbound' && inbound.fact.entryId === id ? inbound.fact : undefined
  const sent = others.map(({ form }) => form).find((form) => form.is === 'outbound')
  const delivery = sent?.is === 'outbound' ? sent.fact : undefined
  const says = saysOf(itself, resultsIn(others, cut), at, cut)
  return {
    turn: itself.row,
    line: itself.line,
    id: id.slice(0, MAX_NAME),
    at,
    kind: says.kind,
    from:
      from === undefined
        ? (says.from ?? null)
        : {
            provider: from.provider.slice(0, MAX_NAME),
            sender: from.sender.slice(0, MAX_NAME),
            trust: from.trust.slice(0, MAX_NAME),
            forwarded: from.forwarded,
          },
    event: (from?.event ?? delivery?.event ?? says.event ?? '').slice(0, MAX_NAME),
    blocks: [
      ...says.blocks,
      ...leftOver(itself, others, from !== undefined).map(({ text }) => rawBlock(text, cut)),
    ],
    ...modelAndCost(itself),
    why: (says.why ?? '').slice(0, MAX_WHY),
    isError: says.isError ?? false,
    refused: says.refused ?? false,
    delivery: delivery?.result ?? says.delivery ?? '',
    abandoned: itself.abandoned,
    forkOf: itself.forkOf,
  }
}

const resultsIn = (others: readonly FormedLine[], cut: Cutter): ReadonlyMap<string, CallResult> => {
  const results = new Map<string, CallResult>()
  for (const { form } of others) {
    if (form.is !== 'result') continue
    const callId = stringIn(form.message, 'toolCallId')
    if (!results.has(callId)) results.set(callId, callResult(form.message, timeOf(form.entry), cut))
  }
  return results
}

/** What belongs to this row and found no place in it: nothing of a file is left out. */
const leftOver = (
  itself: FormedLine,
  others: readonly FormedLine[],
  hasSender: boolean,
): readonly FormedLine[] => {
  const calls = new Set(callIds(itself))
  return others.filter(({ form }) => {
    if (form.is === 'inbound') return !hasSender
    if (form.is === 'outbound') return false
    return form.is !== 'result' || !calls.delete(stringIn(form.message, 'toolCallId'))
  })
}

const callIds = ({ form }: FormedLine): readonly string[] => {
  const content = form.is === 'assistant' ? form.message['content'] : undefined
  return Array.isArray(content)
    ? content.flatMap((part) => (isObject(part) && part['type'] === 'toolCall' ? [stringIn(part, 'id')] : []))
    : []
}

const timeOf = ({ timestamp, message }: JsonObject): number | null =>
  momentOf(timestamp) ?? (isObject(message) ? momentOf(message['timestamp']) : null)

const modelAndCost = ({ form }: FormedLine): Pick<Turn, 'model' | 'tokens' | 'cost' | 'stop'> => {
  if (form.is === 'change' && form.of === 'model') {
    const model = modelName(stringIn(form.entry, 'provider'), stringIn(form.entry, 'modelId'))
    return { model: model.slice(0, MAX_NAME), tokens: null, cost: null, stop: '' }
  }
  if (form.is !== 'assistant') return { model: '', tokens: null, cost: null, stop: '' }
  const { message } = form
  const model = modelName(stringIn(message, 'provider'), stringIn(message, 'model'))
  return {
    model: model.slice(0, MAX_NAME),
    ...usageOf(message['usage']),
    stop: stringIn(message, 'stopReason').slice(0, MAX_NAME),
  }
}

const usageOf = (usage: unknown): Pick<Turn, 'tokens' | 'cost'> => {
  if (!isObject(usage)) return { tokens: null, cost: null }
  const input = numberIn(usage, 'input') ?? 0
  const output = numberIn(usage, 'output') ?? 0
  const total = numberIn(usage, 'totalTokens') ?? numberIn(usage, 'total') ?? input + output
  const cost = isObject(usage['cost']) ? (numberIn(usage['cost'], 'total') ?? 0) : 0
  return {
    tokens: input === 0 && output === 0 && total === 0 ? null : { input, output, total },
    cost: cost > 0 ? cost : null,
  }
}
