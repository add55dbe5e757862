import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProvenStopped, type StopResultView, type Survivor } from '../../../shared/contracts/stop-views.ts'
import type { ErrorView } from '../../../shared/domain/error.ts'
import { lockdownView, stopResult } from '../../test/app-state.ts'
import { endingOf, figuresOf, lockdownPromise, lockdownTitle, type StopFigure } from './describe-stop.ts'
import { doubtsOf } from './doubts.ts'

const process: Survivor = { kind: 'process', pid: 4242, command: 'sh' }
const box: Survivor = { kind: 'container', id: '8f3a9c01de77aabbccddeeff', name: 'demo' }
const latchError: ErrorView = { code: 'latch_unwritable', message: 'disk full', hint: '' }
const containersError: ErrorView = { code: 'docker_unreachable', message: 'no answer', hint: '' }

const title = (changed: Partial<StopResultView>): string =>
  lockdownTitle(lockdownView({ result: stopResult(changed) }), null)

const figure = (name: string, changed: Partial<StopResultView>): StopFigure => {
  const found = figuresOf(stopResult(changed)).find((candidate) => candidate.name === name)
  if (!found) throw new Error(`no figure ${name}`)
  return found
}

const anyResult: fc.Arbitrary<StopResultView> = fc
  .record({
    latchMs: fc.option(fc.nat(100)),
    frozenMs: fc.option(fc.nat(1000)),
    deadMs: fc.option(fc.nat(1000)),
    containersDeadMs: fc.option(fc.nat(1000)),
    verifiedMs: fc.nat(10_000),
    killed: fc.nat(50),
    containers: fc.record({ found: fc.nat(9), frozen: fc.nat(9), dead: fc.nat(9) }),
    survivors: fc.subarray([process, box]),
    latchError: fc.constantFrom(null, latchError),
    containersError: fc.constantFrom(null, containersError),
  })
  .map(stopResult)

describe('what a lockdown is called', () => {
  it('is everything stopped only where that was proven', () => {
    expect(title({})).toBe('Everything is stopped')
    fc.assert(
      fc.property(anyResult, (result) => {
        const called = lockdownTitle(lockdownView({ result }), null) === 'Everything is stopped'
        expect(called).toBe(isProvenStopped(result))
      }),
    )
  })

  it('says that something lives, or else that it is not proven', () => {
    expect(title({ survivors: [process] })).toBe('Not everything is stopped')
    expect(title({ survivors: [box], containersError, latchError })).toBe('Not everything is stopped')
    expect(title({ latchError, latchMs: null })).toBe('Stopped, but not proven')
    expect(title({ containersError })).toBe('Stopped, but not proven')
  })

  it('claims nothing where nothing is known of how it went', () => {
    expect(lockdownTitle(lockdownView({ result: null }), null)).toBe('Locked down')
    expect(lockdownTitle(lockdownView({ result: null }), 42)).toBe('Stopping everything…')
  })

  it('promises nothing about a restart without a latch on disk', () => {
    expect(lockdownPromise(stopResult())).toContain('not even after a restart')
    expect(lockdownPromise(stopResult({ latchError, latchMs: null }))).toContain('would not keep')
  })
})

describe('the five figures of a stop', () => {
  it('stand in the order of what is promised, with times and counts', () => {
    expect(figuresOf(stopResult()).map(({ name, value, words }) => [name, value, words])).toEqual([
      ['Latch on disk', '2 ms', ''],
      ['Boxes frozen', '41 ms', '3 of 3'],
      ['Gateway dead', '9 ms', '14 processes'],
      ['Boxes dead', '118 ms', '3 of 3'],
      ['Verified', '140 ms', '0 survivors'],
    ])
  })

  it('are a dash with words where there was nothing to stop', () => {
    const nothing = {
      containers: { found: 0, frozen: 0, dead: 0 },
      frozenMs: null,
      containersDeadMs: null,
      killed: 0,
    }
    for (const name of ['Boxes frozen', 'Gateway dead', 'Boxes dead']) {
      expect(figure(name, nothing)).toMatchObject({ value: '—', words: 'none ran', tone: 'plain' })
    }
  })

  it('never say that no box ran where Docker did not answer', () => {
    const silent = { containersError, containers: { found: 0, frozen: 0, dead: 0 }, frozenMs: null }
    expect(figure('Boxes frozen', silent)).toMatchObject({ words: 'not known', tone: 'bad' })
    expect(figure('Boxes dead', silent)).toMatchObject({ value: '—', words: 'not known', tone: 'bad' })
    expect(figure('Verified', silent)).toMatchObject({ value: '—', tone: 'bad' })
  })

  it('call nothing verified that is not proven', () => {
    fc.assert(
      fc.property(anyResult, (result) => {
        const verified = figuresOf(result).find(({ name }) => name === 'Verified')
        expect(verified?.tone === 'good').toBe(isProvenStopped(result))
      }),
    )
  })

  it('have no time for the death of what lives', () => {
    expect(figure('Gateway dead', { survivors: [process] })).toMatchObject({ value: '—', tone: 'bad' })
    expect(
      figure('Boxes dead', {
        survivors: [box],
        containersDeadMs: null,
        containers: { found: 3, frozen: 3, dead: 2 },
      }),
    ).toMatchObject({ value: '—', words: '2 of 3', tone: 'bad' })
  })

  it('do not blame a box that died before it could be frozen', () => {
    expect(
      figure('Boxes frozen', { frozenMs: null, containers: { found: 3, frozen: 2, dead: 3 } }),
    ).toMatchObject({ words: '2 of 3', tone: 'plain' })
  })
})

describe('how a survivor is ended', () => {
  it('is a command of this system, by the number or the short id', () => {
    expect(endingOf(process, 'Linux x86_64')).toBe('kill -9 4242')
    expect(endingOf(process, 'Win32')).toBe('taskkill /F /PID 4242')
    expect(endingOf(box, 'MacIntel')).toBe('docker rm -f 8f3a9c01de77')
  })
})

describe('the doubts before resuming', () => {
  it('are there exactly where something is not proven', () => {
    expect(doubtsOf(null)).toHaveLength(1)
    fc.assert(
      fc.property(anyResult, (result) => {
        expect(doubtsOf(result).length === 0).toBe(isProvenStopped(result))
      }),
    )
  })
})
