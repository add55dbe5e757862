import { describe, expect, it } from 'vitest'
import type { SupervisorPhase } from '../../../shared/contracts/app-state.ts'
import { PROVIDER_STATES } from '../../../shared/contracts/provider-status.ts'
import { gatewayView } from '../../test/app-state.ts'
import { describeGateway, describeMessenger, describeProvider, isInUse } from './describe-gateway.ts'

const PHASES: readonly SupervisorPhase[] = [
  'stopped',
  'starting',
  'running',
  'unresponsive',
  'stopping',
  'backing-off',
  'failed',
  'locked',
]

describe('the state in the header', () => {
  it('has words of its own for each phase', () => {
    const labels = PHASES.map((phase) => describeGateway(gatewayView({ phase }), null, 2_000_000).label)
    expect(new Set(labels).size).toBe(PHASES.length)
    expect(labels).toContain('Gateway backing off')
    expect(labels).toContain('Locked down')
  })

  it('says how long and how large while it runs', () => {
    expect(describeGateway(gatewayView({ since: 0 }), null, 11_520_000)).toEqual({
      kind: 'good',
      label: 'Gateway running',
      detail: '3 h 12 m · 84 MB',
    })
  })

  it('counts down to the next start', () => {
    const gateway = gatewayView({ phase: 'backing-off', retryAt: 10_000 })
    expect(describeGateway(gateway, null, 6001).detail).toBe('starts in 4 s')
    expect(describeGateway(gateway, null, 10_000).detail).toBe('starts now')
  })

  it('is quiet about a messenger that nobody uses, and about no other', () => {
    for (const state of PROVIDER_STATES) expect(describeProvider(state).kind === 'off').toBe(!isInUse(state))
  })

  it('is bad for a messenger that is connected and closed, because one of its files could not be read', () => {
    const error = { code: 'store_corrupt', message: '', hint: '' } as const
    const problem = { provider: 'whatsapp', file: 'f', error } as const
    expect(describeMessenger({ provider: 'whatsapp', state: 'connected' }, [problem])).toEqual({
      kind: 'bad',
      word: 'closed',
    })
    expect(describeMessenger({ provider: 'whatsapp', state: 'retrying' }, [problem]).word).toBe('retrying')
    expect(describeMessenger({ provider: 'telegram', state: 'connected' }, [problem]).kind).toBe('good')
  })

  it('is good for a messenger only when it is connected', () => {
    for (const state of PROVIDER_STATES) {
      const { kind, word } = describeProvider(state)
      expect(kind === 'good').toBe(state === 'connected')
      expect(word === '').toBe(state === 'connected')
    }
  })
})
