import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toModelMessages } from './model-messages.ts'
import type { TurnMessage } from './turn.ts'

const exchange = (...ids: readonly string[]): TurnMessage => ({
  role: 'exchange',
  text: '',
  calls: ids.map((id) => ({
    call: { id, name: 'bash', arguments: {} },
    answer: { text: `of ${id}`, isError: false },
  })),
  of: '00000001',
})

/** What the parts of all messages of one kind name. */
const idsOf = (messages: readonly TurnMessage[], kind: 'tool-call' | 'tool-result'): readonly string[] =>
  toModelMessages(messages).flatMap(({ content }) =>
    typeof content === 'string'
      ? []
      : content.flatMap((part) => (part.type === kind && 'toolCallId' in part ? [part.toolCallId] : [])),
  )

describe('calls in a conversation for a model', () => {
  // The APIs refuse a whole conversation for one id that stands in it twice; transcripts of other programs have such.
  it('have an id each, also where a transcript of another program counts from 0 in each answer', () => {
    const messages = [exchange('call_0', 'call_0'), exchange('call_0'), exchange('call.0')]
    expect(idsOf(messages, 'tool-call')).toEqual(['call_0', 'call_0_2', 'call_0_3', 'call_0_4'])
  })

  it('keep ids that are good', () => {
    expect(idsOf([exchange('call_a'), exchange('call_b')], 'tool-call')).toEqual(['call_a', 'call_b'])
  })

  it('have ids that every API takes, all different, and the same as their results', () => {
    const anyId = fc.oneof(
      fc.string({ minLength: 1, maxLength: 80 }),
      fc.constantFrom('a', 'a_2', 'x'.repeat(64)),
    )
    fc.assert(
      fc.property(fc.array(fc.array(anyId, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), (steps) => {
        const messages = steps.map((ids) => exchange(...ids))
        const ids = idsOf(messages, 'tool-call')
        expect(new Set(ids).size).toBe(steps.flat().length)
        expect(idsOf(messages, 'tool-result')).toEqual(ids)
        for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
      }),
    )
  })
})
