import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/contracts/app-state.ts'
import { appState, gatewayView, personView, providerView, requestView } from '../../test/app-state.ts'
import { type Fact, factsOf, isFresh } from './facts.ts'

const fact = (id: Fact['id'], changed: Partial<AppState> = {}): Fact => {
  const found = factsOf(appState(changed)).find((candidate) => candidate.id === id)
  if (!found) throw new Error(`no fact ${id}`)
  return found
}

const lockdown = (survivors: number): NonNullable<AppState['lockdown']> => ({
  at: 0,
  by: 'you',
  reason: '',
  result: {
    latchMs: 1,
    deadMs: 1,
    verifiedMs: 1,
    killed: 1,
    survivors: Array.from({ length: survivors }, (_, pid) => ({ pid, command: 'sh' })),
    latchError: null,
  },
})

describe('who can reach the agent', () => {
  it('counts who is let in now, by trust, and who waits', () => {
    const people = [
      personView({ id: '1', trust: 'owner', source: 'owner' }),
      personView({ id: '2' }),
      personView({ id: '3', effective: false }),
      personView({ provider: 'simulator', id: 'friend', source: 'built-in' }),
    ]
    expect(fact('reach', { people, requests: [requestView()] })).toMatchObject({
      tone: 'good',
      title: 'Two people can reach the agent',
      detail: 'One owner, one friend, no guests. One waiting.',
    })
  })

  it('is red and says anyone where a messenger is open with a star', () => {
    const providers = [providerView({ dmPolicy: 'open', everyone: true })]
    expect(fact('reach', { providers })).toMatchObject({
      tone: 'bad',
      title: 'Anyone on Telegram can reach the agent',
    })
  })

  it('is not simply good while a list could not be read', () => {
    const error = { code: 'store_corrupt', message: '', hint: '' } as const
    expect(fact('reach', { problems: [{ provider: 'telegram', file: 'x', error }] }).tone).toBe('warn')
  })
})

describe('whether the gateway can start programs', () => {
  it('is good only while it runs under known flags without the one for it', () => {
    expect(fact('spawn').tone).toBe('good')
    expect(fact('spawn', { gateway: gatewayView({ maySpawn: true }) }).tone).toBe('bad')
    expect(fact('spawn', { gateway: gatewayView({ grants: [] }) }).tone).toBe('warn')
    expect(fact('spawn', { gateway: gatewayView({ pid: null, phase: 'stopped' }) }).tone).toBe('unknown')
  })

  it('is bad while something survived a stop', () => {
    const gateway = gatewayView({ pid: null, phase: 'locked' })
    expect(fact('spawn', { gateway, lockdown: lockdown(1) }).tone).toBe('bad')
    expect(fact('spawn', { gateway, lockdown: lockdown(0) }).tone).toBe('unknown')
  })
})

describe('the messengers', () => {
  it('are good when all that are used are connected', () => {
    const providers = [providerView(), providerView({ provider: 'simulator' })]
    expect(fact('messengers', { providers })).toMatchObject({
      tone: 'good',
      title: 'The messenger is connected',
    })
  })

  it('are a warning while one retries, and bad when one was refused', () => {
    expect(fact('messengers', { providers: [providerView({ state: 'retrying' })] }).tone).toBe('warn')
    expect(fact('messengers', { providers: [providerView({ state: 'conflict' })] }).tone).toBe('bad')
  })

  it('are not called connected while the gateway does not run', () => {
    expect(fact('messengers', { gateway: gatewayView({ phase: 'failed', pid: null }) }).tone).toBe('unknown')
  })
})

describe('a fresh install', () => {
  it('is one without a messenger, not one whose gateway is off', () => {
    const providers = [providerView({ state: 'off' })]
    expect(isFresh(appState({ providers }))).toBe(true)
    expect(isFresh(appState({ providers, gateway: gatewayView({ phase: 'stopped' }) }))).toBe(false)
    expect(isFresh(appState())).toBe(false)
    expect(isFresh(appState({ providers, lockdown: lockdown(0) }))).toBe(false)
  })
})
