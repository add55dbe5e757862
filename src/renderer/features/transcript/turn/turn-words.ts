// What a turn is called and what stands beside it, in words. Pure.
import type { CallResult, Turn } from '../../../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../../../shared/domain/assert-never.ts'
import { groupDigits } from '../../../ui/text/words.ts'

/** Who or what speaks in a row. The name of a person is remote text. */
export const speakerOf = (turn: Turn, names: ReadonlyMap<string, string>): string => {
  switch (turn.kind) {
    case 'user':
      if (turn.from === null) return 'User'
      if (turn.from.trust === 'owner') return 'You'
      return names.get(`${turn.from.provider}:${turn.from.sender}`) || turn.from.sender || 'User'
    case 'agent':
      return 'Agent'
    case 'result':
      return 'Result'
    case 'gate':
      return 'Gate'
    case 'outbox':
      return 'Outbox'
    case 'summary':
      return 'Summary'
    case 'change':
      return 'Change'
    case 'note':
      return 'Note'
    case 'unknown':
      return 'Unknown line'
    case 'broken':
      return 'Broken line'
    default:
      return assertNever(turn.kind)
  }
}

/** `claude-opus-4-5`, without who offers it. */
export const modelName = (model: string): string => model.slice(model.lastIndexOf('/') + 1)

/** `3,201 tokens`, `$0.0123`; empty where nothing says it. */
export const tokenWords = ({ tokens }: Turn): string =>
  tokens === null ? '' : `${groupDigits(Math.round(tokens.total))} tokens`

/** US dollars to the hundredth of a cent: `$0.0123`. Empty where nothing says it. */
export const costWords = (cost: number | null): string =>
  cost === null || !Number.isFinite(cost) ? '' : `$${cost >= 1 ? cost.toFixed(2) : cost.toFixed(4)}`

/** `3 ms`, `1.2 s`, `2 m 5 s`. Milliseconds; negative counts as nothing. */
export const spanWords = (millis: number): string => {
  const span = Math.max(0, millis)
  if (span < 1_000) return `${Math.round(span)} ms`
  if (span < 60_000) return `${(span / 1_000).toFixed(1)} s`
  return `${Math.floor(span / 60_000)} m ${Math.floor((span % 60_000) / 1_000)} s`
}

/** How a call ended: `exit 0`, `signal 9`, `timed out`, `refused`, `failed`; empty where it is plainly done. */
export const endWords = (result: CallResult): string => {
  if (result.refused) return 'refused'
  if (result.timedOut) return 'timed out'
  if (result.signal !== null) return `signal ${result.signal}`
  if (result.exitCode !== null) return `exit ${result.exitCode}`
  return result.isError ? 'failed' : ''
}

/** What became of an answer, where it is not simply sent. */
export const deliveryWords = (delivery: string): string => {
  switch (delivery) {
    case '':
    case 'sent':
      return ''
    case 'failed':
      return 'Not delivered'
    case 'unconfirmed':
      return 'Nobody knows whether it was delivered'
    case 'withheld':
      return 'Held back'
    default:
      return `Delivery: ${delivery}`
  }
}

/** How a model's turn ended, where it did not end by itself. */
export const stopWords = (stop: string): string => {
  switch (stop) {
    case '':
    case 'stop':
    case 'toolUse':
      return ''
    case 'aborted':
      return 'Stopped before it was done.'
    case 'error':
      return 'The model failed.'
    case 'length':
      return 'Cut by the model’s limit.'
    default:
      return `Ended by: ${stop}`
  }
}

/** The first `most` lines, and how many there are. A last line feed begins no line. */
export const firstLines = (
  text: string,
  most: number,
  mostChars: number,
): { readonly head: string; readonly lines: number; readonly shown: number } => {
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  const head =
    lines.length <= most && text.length <= mostChars
      ? text
      : lines.slice(0, most).join('\n').slice(0, mostChars)
  return {
    head,
    lines: text === '' ? 0 : lines.length,
    shown: Math.min(lines.length, head.split('\n').length),
  }
}
