import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProvenStopped, type StopResultView, type Survivor } from '../../shared/contracts/stop-views.ts'
import type { ErrorView } from '../../shared/domain/error.ts'
import { stopSentence, stopWords } from './stop-words.ts'

const whole: StopResultView = {
  latchMs: 3,
  frozenMs: 40,
  deadMs: 9,
  containersDeadMs: 120,
  verifiedMs: 140.4,
  killed: 14,
  containers: { found: 3, frozen: 3, dead: 3 },
  survivors: [],
  latchError: null,
  containersError: null,
  recordError: null,
  steps: [],
}
const error: ErrorView = { code: 'latch_unwritable', message: 'the disk is full', hint: '' }

describe('what a stop is called in a notification', () => {
  it('says what was found, and when it was verified', () => {
    expect(stopSentence(whole)).toBe('Everything is stopped: 14 processes, 3 boxes, verified in 140 ms.')
    const little = { ...whole, killed: 1, containers: { found: 1, frozen: 1, dead: 1 } }
    expect(stopWords(little).body).toBe('1 process, 1 box, verified in 140 ms.')
  })

  it('names the survivors, the first three of them', () => {
    const survivors: readonly Survivor[] = [
      { kind: 'process', pid: 42, command: 'node x' },
      { kind: 'container', id: 'abc', name: 'box-1' },
      { kind: 'process', pid: 43, command: 'node y' },
      { kind: 'process', pid: 44, command: 'node z' },
    ]
    expect(stopSentence({ ...whole, survivors })).toBe(
      'NOT everything is stopped: Still alive: process 42, box box-1, process 43 and 1 more.',
    )
  })

  it('says what nobody could prove', () => {
    expect(stopSentence({ ...whole, latchMs: null, latchError: error })).toBe(
      'NOT everything is stopped: The latch is not on disk: the disk is full.',
    )
    const containersError: ErrorView = {
      code: 'docker_unreachable',
      message: 'Docker does not answer',
      hint: '',
    }
    expect(stopWords({ ...whole, containersError }).body).toBe(
      'Nobody can say whether boxes live: Docker does not answer.',
    )
  })

  it('is never called stopped on hope', () => {
    const doubt = fc.record({
      survivors: fc.array(fc.constant<Survivor>({ kind: 'process', pid: 1, command: 'x' }), { maxLength: 5 }),
      latchError: fc.constantFrom(null, error),
      containersError: fc.constantFrom(null, error),
    })
    fc.assert(
      fc.property(doubt, (doubts) => {
        const result = { ...whole, ...doubts }
        expect(stopWords(result).title === 'Everything is stopped').toBe(isProvenStopped(result))
      }),
    )
  })
})
