import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/contracts/app-state.ts'
import { appState, dockerView, gatewayView, lockdownView, stopResult } from '../../test/app-state.ts'
import { mayRest } from './may-rest.ts'

const stopped = (changed: Partial<AppState> = {}): AppState =>
  appState({ lockdown: lockdownView(), gateway: gatewayView({ phase: 'locked', pid: null }), ...changed })

describe('the STOP button', () => {
  it('rests once everything is proven stopped', () => {
    expect(mayRest({ status: 'live', state: stopped() })).toBe(true)
  })

  it('can be held before, and while the stop is under way or its result is not known', () => {
    expect(mayRest({ status: 'live', state: appState() })).toBe(false)
    expect(mayRest({ status: 'live', state: stopped({ lockdown: lockdownView({ result: null }) }) })).toBe(
      false,
    )
    expect(mayRest({ status: 'loading', state: null })).toBe(false)
  })

  it('can be held where something is not proven', () => {
    const error = { code: 'docker_unreachable', message: '', hint: '' } as const
    for (const result of [
      stopResult({ containersError: error }),
      stopResult({ latchError: error, latchMs: null }),
      stopResult({ survivors: [{ kind: 'process', pid: 1, command: 'sh' }] }),
    ]) {
      expect(mayRest({ status: 'live', state: stopped({ lockdown: lockdownView({ result }) }) })).toBe(false)
    }
  })

  it('can be held again as soon as anything is seen to run, or the window has lost the app', () => {
    expect(mayRest({ status: 'live', state: stopped({ gateway: gatewayView({ pid: 7 }) }) })).toBe(false)
    expect(mayRest({ status: 'live', state: stopped({ docker: dockerView({ containers: 1 }) }) })).toBe(false)
    expect(mayRest({ status: 'lost', state: stopped() })).toBe(false)
  })
})
