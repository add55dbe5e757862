import { personName } from './clawdbot-facts.ts'
import { isObject, type JsonObject, numberIn, stringIn } from './json.ts'
import { FORK_FROM_EARLIER, type LineFacts, type Part } from './line-facts.ts'
import { formOf, type Line } from './line-form.ts'
import { type CallPart, callsIn } from './message-facts.ts'
import { partsOf, type RowForm } from './part-of.ts'
import {
  type ReaderState,
  rowOfAnswer,
  rowOfEntry,
  withAnswer,
  withCalls,
  withEntry,
  withEvent,
  withInbound,
  withoutCall,
} from './reader-state.ts'
import { momentOf } from './when.ts'

export type { LineFacts } from './line-facts.ts'
export { FORK_FROM_EARLIER } from './line-facts.ts'
export { TOO_LONG } from './line-form.ts'
export { newReaderState, parseReaderState, type ReaderState } from './reader-state.ts'

interface SessionHeader {
  readonly id: string
  /** 1 where it says none. */
  readonly version: number
  readonly startedAt: number | null
  readonly cwd: string
}

export interface ReadLine {
  /** None for a header and for white space; otherwise the first is of the line itself, the rest of its calls. */
  readonly facts: readonly LineFacts[]
  readonly header: SessionHeader | null
  readonly state: ReaderState
}

/**
 * One line of a session file, given in order: which row it is or belongs to, and what there is to find in it. A line
 * of any bytes is read; what makes no sense is a broken row, and never throws.
 * @param lineNumber from 1
 */
export const readSessionLine = (line: Line, lineNumber: number, state: ReaderState): ReadLine => {
  const form = formOf(line)
  if (form.is === 'blank') return { facts: [], header: null, state }
  if (form.is === 'header') {
    // A second one is a line that somebody put there, and is shown.
    if (state.sawHeader || lineNumber < 1) return row({ is: 'unknown', entry: form.entry }, line, state)
    return { facts: [], header: headerOf(form.entry), state: { ...state, sawHeader: true } }
  }
  return row(form, line, state)
}

const headerOf = (entry: JsonObject): SessionHeader => ({
  id: stringIn(entry, 'id'),
  version: Math.max(1, Math.trunc(numberIn(entry, 'version') ?? 1)),
  startedAt: momentOf(entry['timestamp']),
  cwd: stringIn(entry, 'cwd'),
})

const row = (form: RowForm, line: Line, before: ReaderState): ReadLine => {
  const { entry } = form
  const entryId = entry === undefined ? '' : stringIn(entry, 'id')
  const parentId = entry === undefined ? null : parentOf(entry)
  const calls = form.is === 'assistant' ? callsIn(form.message['content']) : []
  const [itself, ...rest] = partsOf(form, line, timeOf(form), calls)
  const attachTo = ownerOf(form, before)
  const at = attachTo ?? before.nextRow
  const forkOf = forkFrom(entry, entryId, before)
  const place: Place = { row: null, attachTo: at, entryId, parentId, forkOf }
  const known = withOrigin(form, itself, before)
  const first: LineFacts =
    attachTo === null ? { ...known, ...place, row: at, attachTo: null } : { ...known, ...place }
  const next = attachTo === null ? { ...before, nextRow: at + 1 } : before
  return {
    facts: [first, ...placed(rest, place)],
    header: null,
    state: remembered(form, calls, at, withEntry(next, entryId, at)),
  }
}

type Place = Pick<LineFacts, 'row' | 'attachTo' | 'entryId' | 'parentId' | 'forkOf'>

const placed = (parts: readonly Part[], place: Place): readonly LineFacts[] => {
  const facts: LineFacts[] = []
  for (const part of parts) facts.push({ ...part, ...place })
  return facts
}

/** The row of an earlier line that this one is a part of, or the next row for what stands before its message. */
const ownerOf = (form: RowForm, state: ReaderState): number | null => {
  if (form.is === 'result') {
    const callId = stringIn(form.message, 'toolCallId')
    return state.calls.findLast((call) => call.id === callId)?.row ?? null
  }
  if (form.is === 'inbound') return rowOfEntry(state, form.fact.entryId) ?? state.nextRow
  return form.is === 'outbound' && form.fact.result === 'sent'
    ? (rowOfAnswer(state, form.fact.event) ?? null)
    : null
}

/** A message has its sender from the fact before it. */
const withOrigin = (form: RowForm, part: Part, { inbound }: ReaderState): Part =>
  form.is === 'user' && inbound !== null && inbound.entryId === form.entry['id']
    ? {
        ...part,
        event: inbound.event,
        provider: inbound.provider,
        person: personName(inbound.provider, inbound.sender),
      }
    : part

const remembered = (
  form: RowForm,
  calls: readonly CallPart[],
  at: number,
  state: ReaderState,
): ReaderState => {
  if (form.is === 'user') {
    const { inbound } = state
    const isAwaited = inbound !== null && inbound.entryId === form.entry['id']
    return { ...state, inbound: null, event: isAwaited ? inbound.event : '' }
  }
  if (form.is === 'assistant') return withAnswer(withCalls(state, calls, at), at)
  if (form.is === 'result') return withoutCall(state, stringIn(form.message, 'toolCallId'))
  if (form.is === 'interrupted') return withEvent(state, form.event)
  if (form.is !== 'inbound') return state
  const { entryId, event, provider, sender } = form.fact
  return withInbound(state, { entryId, event, provider, sender })
}

const parentOf = (entry: JsonObject): string | null => {
  const parentId = entry['parentId']
  return typeof parentId === 'string' && parentId !== '' ? parentId : null
}

/** Version 1 has no ids, and so no branches. */
const forkFrom = (entry: JsonObject | undefined, entryId: string, state: ReaderState): number | null => {
  if (entry === undefined || entryId === '' || state.lastId === '' || !Object.hasOwn(entry, 'parentId'))
    return null
  const parentId = parentOf(entry)
  if (parentId === state.lastId) return null
  return (parentId === null ? undefined : rowOfEntry(state, parentId)) ?? FORK_FROM_EARLIER
}

const timeOf = (form: RowForm): number | null => {
  const { entry } = form
  if (entry === undefined) return null
  const { timestamp, message } = entry
  return momentOf(timestamp) ?? (isObject(message) ? momentOf(message['timestamp']) : null)
}
