import type { ToolCall } from '../../agent/turn.ts'
import { type Entry, textOf, toolCallsOf } from './entry.ts'
import { inboundFact, interruptedFact, outboundFact } from './facts.ts'

/** How far a transcript has come with one accepted message. */
export type EventState =
  | { readonly kind: 'absent' }
  /** Its text is here, in this entry, and no answer; perhaps steps on the way to one. */
  | {
      readonly kind: 'asked'
      readonly entryId: string
      readonly text: string
      /** Times that the model called tools. */
      readonly steps: number
      /** Calls of which nothing says what they came to. */
      readonly openCalls: readonly ToolCall[]
    }
  /** This is the answer, and nothing here says what became of it. */
  | { readonly kind: 'answered'; readonly text: string }
  /** Nothing is left to do for it. */
  | { readonly kind: 'closed' }

/** Follows the entries of one transcript and knows the state of each event in it. */
export interface EventLog {
  add(entry: Entry): void
  stateOf(eventId: string): EventState
}

/**
 * A session has one turn at a time, so an answer belongs to the user entry before it, or to the event that was
 * taken up again before it. Which event a user entry belongs to is said by the inbound fact that names it.
 */
export const createEventLog = (): EventLog => {
  const states = new Map<string, EventState>()
  const eventOfEntry = new Map<string, string>()
  let current: string | undefined

  const addMessage = (entry: Entry, message: NonNullable<Entry['message']>): void => {
    if (message.role === 'user') {
      current = eventOfEntry.get(entry.id)
      eventOfEntry.delete(entry.id)
      if (current !== undefined) {
        const text = textOf(message.content)
        states.set(current, { kind: 'asked', entryId: entry.id, text, steps: 0, openCalls: [] })
      }
      return
    }
    if (current === undefined) return
    const state = states.get(current)
    if (state?.kind === 'asked' && message.role === 'toolResult') {
      const openCalls = state.openCalls.filter(({ id }) => id !== message.toolCallId)
      states.set(current, { ...state, openCalls })
    }
    if (message.role !== 'assistant') return
    // A message that calls tools is not yet an answer.
    if (message.stopReason === 'toolUse') {
      if (state?.kind !== 'asked') return
      const openCalls = [...state.openCalls, ...toolCallsOf(message)]
      states.set(current, { ...state, steps: state.steps + 1, openCalls })
      return
    }
    const text = textOf(message.content)
    states.set(current, message.stopReason === 'aborted' ? { kind: 'closed' } : { kind: 'answered', text })
  }

  return {
    add(entry) {
      if (entry.message !== undefined) return addMessage(entry, entry.message)
      const inbound = inboundFact(entry)
      if (inbound !== undefined) eventOfEntry.set(inbound.entryId, inbound.eventId)
      const takenUp = interruptedFact(entry)
      if (takenUp !== undefined) current = takenUp.eventId
      const outbound = outboundFact(entry)
      if (outbound !== undefined && outbound.open !== true) states.set(outbound.eventId, { kind: 'closed' })
    },
    stateOf: (eventId) => states.get(eventId) ?? { kind: 'absent' },
  }
}
