import type { Block, CallResult, Turn } from '../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { numberIn, stringIn } from '../read/json.ts'
import { modelName } from '../read/message-facts.ts'
import { blocksOf, callBlock, rawBlock, textBlock } from './blocks.ts'
import { callResult, commandResult } from './call-result.ts'
import type { Cutter } from './cutter.ts'
import { deliverySentence, refusalSentence } from './sentences.ts'
import type { FormedLine } from './stored-line.ts'

/** What a line says by itself. */
export interface Says {
  readonly kind: Turn['kind']
  readonly blocks: readonly Block[]
  readonly from?: NonNullable<Turn['from']>
  readonly event?: string
  readonly why?: string
  readonly isError?: boolean
  readonly refused?: boolean
  readonly delivery?: string
}

export const saysOf = (
  { form, text }: FormedLine,
  results: ReadonlyMap<string, CallResult>,
  at: number | null,
  cut: Cutter,
): Says => {
  const note = (said: string): Says => ({ kind: 'note', blocks: textBlock(said, cut) })
  switch (form.is) {
    case 'user':
      return { kind: 'user', blocks: blocksOf(form.message['content'], results, cut) }
    case 'assistant': {
      const stop = form.message['stopReason']
      return {
        kind: 'agent',
        blocks: blocksOf(form.message['content'], results, cut),
        why: stringIn(form.message, 'errorMessage'),
        isError: stop === 'error' || stop === 'aborted',
      }
    }
    case 'result': {
      const id = stringIn(form.message, 'toolCallId')
      const result = callResult(form.message, at, cut)
      const call = { id, tool: stringIn(form.message, 'toolName'), arguments: {} }
      const { isError, refused } = result
      return { kind: 'result', blocks: [callBlock(call, result, cut)], isError, refused }
    }
    case 'command': {
      const result = commandResult(form.message, at, cut)
      const call = { id: '', tool: 'bash', arguments: { command: stringIn(form.message, 'command') } }
      return { kind: 'result', blocks: [callBlock(call, result, cut)], isError: result.isError }
    }
    case 'summary':
      return {
        kind: 'summary',
        blocks: [
          ...textBlock(summaryName(form.of, numberIn(form.entry, 'tokensBefore')), cut),
          ...textBlock(form.text, cut),
        ],
      }
    case 'change': {
      const model = modelName(stringIn(form.entry, 'provider'), stringIn(form.entry, 'modelId'))
      const said =
        form.of === 'model' ? `Model: ${model}` : `Thinking: ${stringIn(form.entry, 'thinkingLevel')}`
      return { kind: 'change', blocks: textBlock(said, cut) }
    }
    case 'custom message':
      return { kind: 'note', blocks: [...textBlock(form.name, cut), ...blocksOf(form.content, results, cut)] }
    case 'label': {
      const label = stringIn(form.entry, 'label')
      return note(label === '' ? 'Label removed' : `Label: ${label}`)
    }
    case 'name':
      return note(`Name: ${stringIn(form.entry, 'name')}`)
    case 'custom':
      return {
        kind: 'note',
        blocks: [
          ...textBlock(stringIn(form.entry, 'customType'), cut),
          rawBlock(form.entry['data'] ?? null, cut),
        ],
      }
    case 'inbound':
      return { kind: 'note', blocks: [rawBlock(text, cut)], event: form.fact.event }
    case 'outbound': {
      const { event, result } = form.fact
      return {
        kind: 'outbox',
        blocks: [],
        event,
        why: deliverySentence(form.fact),
        delivery: result,
        isError: result === 'failed' || result === 'unconfirmed',
        refused: result === 'withheld',
      }
    }
    case 'refused': {
      const { provider, sender } = form.fact
      const from = { provider, sender, trust: '', forwarded: false }
      return { kind: 'gate', blocks: [], from, why: refusalSentence(form.fact), refused: true }
    }
    case 'interrupted': {
      const said = 'The gateway was ended in the middle of this; then the model was asked again.'
      return { ...note(said), event: form.event }
    }
    case 'torn':
      return note(`The last line of the file was incomplete: ${form.bytes} bytes of it were cut off.`)
    case 'broken':
      return { kind: 'broken', blocks: text === '' ? [] : [rawBlock(text, cut)], why: form.why }
    // A second header is a line that somebody put there.
    case 'header':
    case 'unknown':
      return { kind: 'unknown', blocks: [rawBlock(text, cut)] }
    default:
      return assertNever(form)
  }
}

const summaryName = (of: 'compaction' | 'branch', tokens: number | undefined): string =>
  of === 'branch'
    ? 'Summary of a branch that was left'
    : `Compaction${tokens === undefined ? '' : ` of ${Math.round(tokens)} tokens`}`
