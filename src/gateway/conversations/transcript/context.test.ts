import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { branchOf, createContext, estimateTokens } from './context.ts'
import type { Entry } from './entry.ts'
import { FACTS } from './facts.ts'

const entry = (id: string, parentId: string | null, more: Partial<Entry>): Entry => ({
  type: 'custom',
  id,
  parentId,
  timestamp: '',
  ...more,
})

const say = (id: string, parentId: string | null, role: string, text: string, more: object = {}): Entry =>
  entry(id, parentId, {
    type: 'message',
    message: { role, content: [{ type: 'text', text }], ...more },
  })

const inbound = (id: string, parentId: string | null, entryId: string, forwarded: boolean): Entry =>
  entry(id, parentId, {
    customType: FACTS.inbound,
    data: { eventId: `e-${id}`, entryId, provider: 'telegram', sender: '1', trust: 'friend', forwarded },
  })

const textsOf = (entries: readonly Entry[], maxTokens = 10_000): readonly string[] =>
  createContext(branchOf(entries), maxTokens)
    .messages()
    .map((message) => `${message.role}: ${message.text}`)

describe('what the model sees', () => {
  it('is the conversation with who wrote each message, as it was noted', () => {
    const entries = [
      inbound('1', null, '2', true),
      say('2', '1', 'user', 'look'),
      say('3', '2', 'assistant', 'nice', { stopReason: 'stop' }),
      say('4', '3', 'user', 'from another program'),
    ]
    const [first, , last] = createContext(branchOf(entries), 1000).messages()
    expect(first).toMatchObject({ origin: { trust: 'friend', forwarded: true }, boundary: '2' })
    expect(last).toMatchObject({ role: 'user', origin: undefined })
  })

  it('is one branch of the tree: the one that ends with the last entry', () => {
    const entries = [
      say('1', null, 'user', 'a'),
      say('2', '1', 'assistant', 'given up'),
      say('3', '1', 'assistant', 'kept'),
    ]
    expect(textsOf(entries)).toEqual(['user: a', 'assistant: kept'])
  })

  it('leaves out apologies, aborted answers, thoughts and tool calls', () => {
    const entries = [
      say('1', null, 'user', 'a'),
      say('2', '1', 'assistant', 'sorry', { stopReason: 'error' }),
      say('3', '2', 'assistant', 'par', { stopReason: 'aborted' }),
      entry('4', '3', {
        type: 'message',
        message: {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm' },
            { type: 'toolCall', id: 'x' },
            { type: 'text', text: 'b' },
          ],
        },
      }),
      entry('5', '4', {
        type: 'message',
        message: { role: 'toolResult', content: [{ type: 'text', text: 'c' }] },
      }),
      entry('6', '5', { type: 'message', message: { role: 'user', content: 'plain' } }),
    ]
    expect(textsOf(entries)).toEqual(['user: a', 'assistant: b', 'user: plain'])
  })

  it('begins with pi’s summary where the conversation was summed up', () => {
    const entries = [
      say('1', null, 'user', 'old'),
      say('2', '1', 'user', 'kept'),
      entry('3', '2', { type: 'compaction', summary: 'they met', firstKeptEntryId: '2' }),
      say('4', '3', 'user', 'new'),
    ]
    expect(textsOf(entries)).toEqual([
      'user: Summary of the conversation so far: they met',
      'user: kept',
      'user: new',
    ])
  })

  it('stays within its bound by whole messages from the oldest on, begins with a question, and keeps the newest', () => {
    const text = fc.string({ maxLength: 300, unit: 'grapheme' }).filter((each) => each.trim() !== '')
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.integer({ min: 1, max: 400 }), (texts, bound) => {
        const entries = texts.map((each, index) =>
          say(
            String(index),
            index === 0 ? null : String(index - 1),
            index % 2 === 0 ? 'user' : 'assistant',
            each,
          ),
        )
        const messages = createContext(branchOf(entries), bound).messages()
        const kept = messages.map((message) => message.text)
        const tokens = kept.reduce((sum, each) => sum + estimateTokens(each), 0)
        expect(texts.slice(texts.length - kept.length)).toEqual(kept)
        // Only a newest message that is an answer can be without the question it belongs to.
        expect(kept.length > 0 || texts.length % 2 === 0).toBe(true)
        expect(kept.length <= 1 || messages[0]?.role === 'user').toBe(true)
        expect(kept.length <= 1 || tokens <= bound).toBe(true)
      }),
    )
  })

  it('is the same read at once and followed entry by entry', () => {
    const entries = Array.from({ length: 40 }, (_, index) =>
      say(
        String(index),
        index === 0 ? null : String(index - 1),
        index % 2 === 0 ? 'user' : 'assistant',
        `m${index}`,
      ),
    )
    const followed = createContext([], 100)
    for (const each of entries) followed.add(each)
    expect(followed.messages()).toEqual(createContext(branchOf(entries), 100).messages())
  })
})

const calling = (id: string, parentId: string | null, ...calls: readonly string[]): Entry =>
  entry(id, parentId, {
    type: 'message',
    message: {
      role: 'assistant',
      stopReason: 'toolUse',
      content: calls.map((call) => ({
        type: 'toolCall',
        id: call,
        name: 'bash',
        arguments: { command: call },
      })),
    },
  })

const result = (id: string, parentId: string | null, toolCallId: string, text: string): Entry =>
  say(id, parentId, 'toolResult', text, { toolCallId, toolName: 'bash', isError: false })

describe('calls of tools', () => {
  it('are one message with their results, and say so where a result is missing', () => {
    const entries = [
      say('1', null, 'user', 'look'),
      calling('2', '1', 'a', 'b'),
      result('3', '2', 'a', 'A'),
      result('4', '3', 'a', 'again'),
      result('5', '4', 'z', 'of no call'),
    ]
    expect(createContext(branchOf(entries), 1000).messages()).toMatchObject([
      { role: 'user' },
      {
        role: 'exchange',
        of: '1',
        calls: [
          { call: { id: 'a', arguments: { command: 'a' } }, answer: { text: 'A', isError: false } },
          { call: { id: 'b' }, answer: { text: 'What came of this call is not known.', isError: true } },
        ],
      },
    ])
  })

  it('leave the conversation whole, oldest first, while what they are for stays', () => {
    const step = fc.record({ calls: fc.integer({ min: 1, max: 3 }), text: fc.string({ maxLength: 600 }) })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 50, max: 2_000 }),
        (steps, max) => {
          const entries: Entry[] = [say('0', null, 'user', 'old'), say('1', '0', 'assistant', 'old answer')]
          const add = (make: (id: string, parentId: string) => Entry): void => {
            const parent = entries.at(-1)?.id ?? ''
            entries.push(make(String(entries.length), parent))
          }
          add((id, parent) => say(id, parent, 'user', 'the question'))
          for (const [at, { calls, text }] of steps.entries()) {
            const names = Array.from({ length: calls }, (_, index) => `c${at}-${index}`)
            add((id, parent) => calling(id, parent, ...names))
            for (const name of names) add((id, parent) => result(id, parent, name, `${name} ${text}`))
          }
          const messages = createContext(entries, max).messages()
          expect(messages.some((message) => message.role === 'user' && message.text === 'the question')).toBe(
            true,
          )
          const exchanges = messages.filter((message) => message.role === 'exchange')
          const kept = exchanges.flatMap(({ calls }) => calls.map(({ call }) => call.id))
          // A row without a gap that ends with the newest, each with its own result.
          const all = steps.flatMap(({ calls }, at) =>
            Array.from({ length: calls }, (_, index) => `c${at}-${index}`),
          )
          expect(kept).toEqual(all.slice(all.length - kept.length))
          for (const { calls } of exchanges)
            for (const { call, answer } of calls) expect(answer.text.startsWith(`${call.id} `)).toBe(true)
          expect(exchanges.at(-1)?.calls).toHaveLength(steps.at(-1)?.calls ?? 0)
        },
      ),
    )
  })
})
