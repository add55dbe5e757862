import { assertNever } from '../../shared/domain/assert-never.ts'
import { refusalWords } from '../../shared/domain/verdict.ts'
import { personName } from './clawdbot-facts.ts'
import { stringIn, wordsOf } from './json.ts'
import { NO_FACTS, type Part } from './line-facts.ts'
import { type Line, type LineForm, TOO_LONG } from './line-form.ts'
import {
  assistantParts,
  type CallPart,
  commandPart,
  modelName,
  resultPart,
  saidIn,
  userPart,
} from './message-facts.ts'

/** UTF-16 units of a broken line that are searched. */
const MAX_BROKEN = 10_000

export type RowForm = Exclude<LineForm, { readonly is: 'blank' | 'header' }>

/** What there is to find in a line: itself, then each call in it. */
export const partsOf = (
  form: RowForm,
  line: Line,
  at: number | null,
  calls: readonly CallPart[],
): readonly [Part, ...(readonly Part[])] => {
  const part = { ...NO_FACTS, at }
  switch (form.is) {
    case 'broken': {
      const text = line === TOO_LONG ? '' : line.slice(0, MAX_BROKEN)
      return [{ ...part, kind: 'broken', role: 'broken', broken: true, text }]
    }
    case 'user':
      return [userPart(form.message, at)]
    case 'assistant':
      return assistantParts(form.message, calls, at)
    case 'result':
      return [resultPart(form.message, at)]
    case 'command':
      return [commandPart(form.message, at)]
    case 'summary':
      return [{ ...part, kind: 'summary', role: 'summary', text: form.text }]
    case 'change': {
      const model =
        form.of === 'model'
          ? modelName(stringIn(form.entry, 'provider'), stringIn(form.entry, 'modelId'))
          : ''
      const text = form.of === 'model' ? model : stringIn(form.entry, 'thinkingLevel')
      return [{ ...part, kind: 'change', role: 'change', model, text }]
    }
    case 'custom message':
      return [{ ...part, kind: 'note', role: 'note', text: `${form.name}\n${saidIn(form.content)}` }]
    case 'label':
      return [{ ...part, kind: 'note', role: 'note', text: stringIn(form.entry, 'label') }]
    case 'name':
      return [{ ...part, kind: 'note', role: 'note', text: stringIn(form.entry, 'name') }]
    case 'custom': {
      const text = `${stringIn(form.entry, 'customType')}\n${wordsOf(form.entry['data'])}`
      return [{ ...part, kind: 'note', role: 'note', text }]
    }
    case 'inbound': {
      const { event, provider, sender } = form.fact
      const person = personName(provider, sender)
      return [{ ...part, kind: 'note', role: 'note', event, provider, person }]
    }
    case 'outbound': {
      const { event, result, why } = form.fact
      const isError = result === 'failed' || result === 'unconfirmed'
      const refused = result === 'withheld'
      const text = `${result} ${why}`.trim()
      return [{ ...part, kind: 'outbox', role: 'outbox', event, isError, refused, text }]
    }
    case 'refused': {
      const { provider, sender, reason } = form.fact
      const person = personName(provider, sender)
      const text = `${person} ${reason} ${refusalWords(reason)}`.trim()
      return [{ ...part, kind: 'gate', role: 'gate', refused: true, provider, person, text }]
    }
    case 'interrupted':
      return [{ ...part, kind: 'note', role: 'note', event: form.event, text: 'interrupted' }]
    case 'torn':
      return [{ ...part, kind: 'note', role: 'note', text: 'torn' }]
    case 'unknown':
      return [{ ...part, text: wordsOf(form.entry) }]
    default:
      return assertNever(form)
  }
}
