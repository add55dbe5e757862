import type { Block, CallResult } from '../../shared/contracts/archive-transcript.ts'
import { asJson, isObject, stringIn } from '../read/json.ts'
import { type CallPart, callOf } from '../read/message-facts.ts'
import { briefOf, changeOf } from './call-arguments.ts'
import type { Cutter } from './cutter.ts'

/** Blocks of one turn. What is beyond is counted; the line as it stands has it. */
const MAX_BLOCKS = 400
const MAX_NAME = 200

/** @param results what calls came to, by their ids; of several for one call the first. */
export const blocksOf = (
  content: unknown,
  results: ReadonlyMap<string, CallResult>,
  cut: Cutter,
): readonly Block[] => {
  if (typeof content === 'string') return textBlock(content, cut)
  if (content === undefined || content === null) return []
  if (!Array.isArray(content)) return [rawBlock(content, cut)]
  const blocks = content.slice(0, MAX_BLOCKS).flatMap((part) => partBlocks(part, results, cut))
  const more = content.length - MAX_BLOCKS
  return more > 0
    ? [...blocks, { kind: 'text', text: `(and ${more} more parts, which the line itself has)`, cut: 0 }]
    : blocks
}

export const textBlock = (text: string, cut: Cutter): readonly Block[] =>
  text === '' ? [] : [{ kind: 'text', ...cut(text) }]

export const rawBlock = (value: unknown, cut: Cutter): Block => ({
  kind: 'raw',
  ...cut(typeof value === 'string' ? value : asJson(value)),
})

const partBlocks = (
  part: unknown,
  results: ReadonlyMap<string, CallResult>,
  cut: Cutter,
): readonly Block[] => {
  const call = callOf(part)
  if (call !== undefined) return [callBlock(call, results.get(call.id) ?? null, cut)]
  if (!isObject(part)) return [rawBlock(part, cut)]
  const { type, text, thinking } = part
  if (type === 'text' && typeof text === 'string') return textBlock(text, cut)
  if (type === 'thinking' && typeof thinking === 'string') {
    return thinking === '' ? [] : [{ kind: 'thinking', ...cut(thinking) }]
  }
  return type === 'image' ? [picture(part)] : [rawBlock(part, cut)]
}

/** Its data, or `source.data` in older files, is base64. */
const picture = (part: Readonly<Record<string, unknown>>): Block => {
  const { source } = part
  const data = stringIn(part, 'data') || (isObject(source) ? stringIn(source, 'data') : '')
  const mime = stringIn(part, 'mimeType') || (isObject(source) ? stringIn(source, 'mediaType') : '')
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0
  return {
    kind: 'image',
    mime: mime.slice(0, MAX_NAME),
    bytes: Math.max(0, Math.floor((data.length * 3) / 4) - padding),
  }
}

export const callBlock = (call: CallPart, result: CallResult | null, cut: Cutter): Block => {
  const given = cut(asJson(call.arguments ?? {}))
  return {
    kind: 'call',
    id: call.id.slice(0, MAX_NAME),
    tool: call.tool.slice(0, MAX_NAME),
    brief: briefOf(call),
    arguments: given.text,
    cut: given.cut,
    change: changeBlock(call, cut),
    result,
  }
}

const changeBlock = (call: CallPart, cut: Cutter): Extract<Block, { kind: 'call' }>['change'] => {
  const change = changeOf(call)
  if (change === null) return null
  const [before, after] = [cut(change.before), cut(change.after)]
  return {
    path: cut(change.path).text,
    before: before.text,
    after: after.text,
    cut: before.cut + after.cut,
  }
}
