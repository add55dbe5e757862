import { describe, expect, it } from 'vitest'
import type { CallResult } from '../../../../shared/contracts/archive-transcript.ts'
import { someTurn } from '../../../test/some-turn.ts'
import {
  costWords,
  deliveryWords,
  endWords,
  firstLines,
  modelName,
  spanWords,
  speakerOf,
} from './turn-words.ts'

const result = (changed: Partial<CallResult>): CallResult => ({
  text: '',
  cut: 0,
  at: null,
  isError: false,
  refused: false,
  exitCode: null,
  signal: null,
  timedOut: false,
  durationMs: null,
  dropped: 0,
  ranOn: '',
  ...changed,
})

describe('the words beside a turn', () => {
  it('name who spoke: the owner, a known name, or the id that nobody knows', () => {
    const from = { provider: 'telegram', sender: '42', trust: 'friend', forwarded: false }
    const names = new Map([['telegram:42', 'Jonas']])
    expect(speakerOf(someTurn({ kind: 'user', from }), names)).toBe('Jonas')
    expect(speakerOf(someTurn({ kind: 'user', from }), new Map())).toBe('42')
    expect(speakerOf(someTurn({ kind: 'user', from: { ...from, trust: 'owner' } }), names)).toBe('You')
    expect(speakerOf(someTurn({ kind: 'user' }), names)).toBe('User')
    expect(speakerOf(someTurn({ kind: 'broken' }), names)).toBe('Broken line')
  })

  it('say how a call ended, a refusal before anything else', () => {
    expect(endWords(result({ exitCode: 0 }))).toBe('exit 0')
    expect(endWords(result({ exitCode: 1, isError: true }))).toBe('exit 1')
    expect(endWords(result({ signal: 9, exitCode: 137 }))).toBe('signal 9')
    expect(endWords(result({ timedOut: true, signal: 9 }))).toBe('timed out')
    expect(endWords(result({ refused: true, isError: true }))).toBe('refused')
    expect(endWords(result({ isError: true }))).toBe('failed')
    expect(endWords(result({}))).toBe('')
  })

  it('speak of a delivery only where something is to be said', () => {
    expect(deliveryWords('sent')).toBe('')
    expect(deliveryWords('failed')).toBe('Not delivered')
    expect(deliveryWords('something new')).toBe('Delivery: something new')
  })

  it('are short for spans, costs and models', () => {
    expect([spanWords(3), spanWords(1_240), spanWords(125_000), spanWords(-5)]).toEqual([
      '3 ms',
      '1.2 s',
      '2 m 5 s',
      '0 ms',
    ])
    expect([costWords(0.01234), costWords(12), costWords(null), costWords(Number.NaN)]).toEqual([
      '$0.0123',
      '$12.00',
      '',
      '',
    ])
    expect(modelName('anthropic/claude-opus-4-5')).toBe('claude-opus-4-5')
  })

  it('count lines as an editor does', () => {
    expect(firstLines('a\nb\nc\n', 2, 100)).toEqual({ head: 'a\nb', lines: 3, shown: 2 })
    expect(firstLines('a\nb\n', 2, 100)).toEqual({ head: 'a\nb\n', lines: 2, shown: 2 })
    expect(firstLines('', 2, 100).lines).toBe(0)
    expect(firstLines('x'.repeat(1_000), 12, 100)).toEqual({ head: 'x'.repeat(100), lines: 1, shown: 1 })
  })
})
