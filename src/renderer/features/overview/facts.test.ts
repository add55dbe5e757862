import { describe, expect, it } from 'vitest'
import type { AppState } from '../../../shared/contracts/app-state.ts'
import type { HandsView } from '../../../shared/contracts/hands-views.ts'
import type { LockdownView } from '../../../shared/contracts/stop-views.ts'
import {
  appState,
  auditView,
  dockerView,
  gatewayView,
  handsView,
  lockdownView,
  personView,
  providerView,
  requestView,
  sandboxesView,
  sandboxView,
  stopResult,
} from '../../test/app-state.ts'
import type { Fact } from './fact.ts'
import { factsOf, isFresh } from './facts.ts'

const fact = (id: Fact['id'], changed: Partial<AppState> = {}): Fact => {
  const found = factsOf(appState(changed)).find((candidate) => candidate.id === id)
  if (!found) throw new Error(`no fact ${id}`)
  return found
}

const lockdown = (survivors: number): LockdownView =>
  lockdownView({
    result: stopResult({
      survivors: Array.from({ length: survivors }, (_, pid) => ({ kind: 'process', pid, command: 'sh' })),
    }),
  })

const friendReaches = (reach: HandsView['radius'][number]['reach']): Partial<AppState> => ({
  hands: handsView({ radius: [{ trust: 'friend', tools: ['bash'], reach, place: 'there', send: 'nobody' }] }),
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

  it('is not anyone where the policy is open on a number that counts as the owner’s own', () => {
    const providers = [providerView({ dmPolicy: 'open', everyone: true, onlySelf: true })]
    expect(fact('reach', { providers })).toMatchObject({
      tone: 'good',
      title: 'Nobody can reach the agent over a messenger',
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

describe('host access', () => {
  it('is bad while the process has it, and while the config gives it', () => {
    const hands = handsView({
      host: { enabled: true, approve: 'never', workspace: '/home/olga/agent', named: 0 },
    })
    expect(fact('spawn', { hands, gateway: gatewayView({ maySpawn: true }) })).toMatchObject({
      tone: 'bad',
      title: 'Commands may run on this machine',
      detail: 'No command is shown to you before it runs. File tools stay inside /home/olga/agent.',
    })
    expect(fact('spawn', { hands }).tone).toBe('bad')
  })
})

describe("what somebody's message can touch", () => {
  it('is said from the rules in force', () => {
    expect(fact('friend')).toMatchObject({
      tone: 'good',
      title: "A friend's message acts in a box without network",
      detail: 'Tools: bash, read, write, edit, send. Can write to: their own conversation.',
    })
    expect(fact('guest')).toMatchObject({
      tone: 'good',
      title: "A guest's message is answered in text only",
    })
  })

  it('is good only behind a wall without network, and bad on this machine', () => {
    expect(fact('friend', friendReaches('box with network')).tone).toBe('warn')
    expect(fact('friend', friendReaches('this machine')).tone).toBe('bad')
  })

  it('is bad where somebody is named who may use this machine', () => {
    const host = { enabled: true, approve: 'always', workspace: '/home/olga/agent', named: 1 } as const
    expect(fact('friend', { hands: handsView({ host }) })).toMatchObject({
      tone: 'bad',
      detail: expect.stringMatching(
        /One sender named in agent\.elevated\.allowFrom may use this machine besides\.$/,
      ),
    })
    expect(fact('friend', { hands: handsView({ host: { ...host, enabled: false } }) }).tone).toBe('good')
  })

  it('is not known before the supervisor has said it', () => {
    expect(fact('guest', { hands: handsView({ radius: [] }) }).tone).toBe('unknown')
  })
})

describe('whether every box is as hardened as configured', () => {
  const drift = [{ what: 'network', wanted: 'none', found: 'bridge' }]

  it('is bad as soon as one is not', () => {
    const sandboxes = sandboxesView({ containers: [sandboxView(), sandboxView({ drift })] })
    expect(fact('hardened', { sandboxes })).toMatchObject({
      tone: 'bad',
      title: 'One box is not as configured',
      detail: 'Differs in: network. No tool runs in it.',
    })
  })

  it('is good by Docker’s own word only', () => {
    const sandboxes = sandboxesView({ containers: [sandboxView()] })
    expect(fact('hardened', { sandboxes })).toMatchObject({
      tone: 'good',
      title: 'Every box is as hardened as configured',
    })
    for (const state of ['unknown', 'absent', 'unreachable'] as const) {
      expect(fact('hardened', { sandboxes, docker: dockerView({ state }) }).tone).toBe('unknown')
    }
  })

  it('is a warning where the config itself is weaker than the default', () => {
    const sandboxes = sandboxesView({ risks: ['Boxes of the owner have the network bridge.'] })
    expect(fact('hardened', { sandboxes })).toMatchObject({
      tone: 'warn',
      detail: 'Boxes of the owner have the network bridge.',
    })
  })
})

describe('the audit', () => {
  it('is good with its count and code while the chain is whole', () => {
    expect(fact('audit')).toMatchObject({
      tone: 'good',
      title: 'The audit chain is whole',
      detail: '18,204 records, head 7F2A·91C0.',
    })
  })

  it('is bad when it is broken or can not be written, and not good while it is checked', () => {
    expect(fact('audit', { audit: auditView({ state: 'broken' }) }).tone).toBe('bad')
    expect(fact('audit', { audit: auditView({ state: 'closed' }) }).tone).toBe('bad')
    expect(fact('audit', { audit: auditView({ state: 'checking' }) }).tone).toBe('unknown')
  })
})

describe('the boxes', () => {
  it('are a warning while nobody can say whether they run, and bad so after a stop', () => {
    const unreachable = dockerView({ state: 'unreachable', containers: null })
    expect(fact('docker', { docker: unreachable }).tone).toBe('warn')
    expect(fact('docker', { docker: unreachable, lockdown: lockdown(0) }).tone).toBe('bad')
    expect(fact('docker', { docker: dockerView({ containers: null }) }).tone).toBe('warn')
  })

  it('are bad when one runs although everything is stopped', () => {
    const docker = dockerView({ containers: 2 })
    expect(fact('docker', { docker })).toMatchObject({ tone: 'good', title: 'Two boxes run' })
    expect(fact('docker', { docker, lockdown: lockdown(0) }).tone).toBe('bad')
  })

  it('are bad when one survived the stop, and then no process is blamed', () => {
    const survived = lockdownView({
      result: stopResult({ survivors: [{ kind: 'container', id: 'abc', name: 'demo' }] }),
    })
    const gateway = gatewayView({ pid: null, phase: 'locked' })
    expect(fact('docker', { lockdown: survived })).toMatchObject({
      tone: 'bad',
      title: 'One box has survived the stop',
    })
    expect(fact('spawn', { lockdown: survived, gateway }).tone).toBe('unknown')
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

  it('are not missed where nobody has linked them', () => {
    const providers = [providerView(), providerView({ provider: 'whatsapp', state: 'unlinked' })]
    expect(fact('messengers', { providers })).toMatchObject({
      tone: 'good',
      title: 'The messenger is connected',
    })
    expect(
      fact('messengers', { providers: [providerView({ provider: 'whatsapp', state: 'logged_out' })] }).tone,
    ).toBe('bad')
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
    const unlinked = [
      providerView({ state: 'off' }),
      providerView({ provider: 'whatsapp', state: 'unlinked' }),
    ]
    expect(isFresh(appState({ providers: unlinked }))).toBe(true)
    expect(isFresh(appState({ providers, lockdown: lockdown(0) }))).toBe(false)
  })
})
