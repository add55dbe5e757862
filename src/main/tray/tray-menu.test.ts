import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppState, SupervisorPhase } from '../../shared/contracts/app-state.ts'
import type { PairingRequestView } from '../../shared/contracts/people-views.ts'
import type { LockdownView, StopResultView } from '../../shared/contracts/stop-views.ts'
import { type TrayImage, trayView } from './tray-menu.ts'

const PHASES = [
  'stopped',
  'starting',
  'running',
  'unresponsive',
  'stopping',
  'backing-off',
  'failed',
  'locked',
] as const satisfies readonly SupervisorPhase[]

const request: PairingRequestView = {
  provider: 'telegram',
  id: '42',
  account: '',
  code: 'ABCDEFGH',
  createdAt: 0,
  lastSeenAt: 0,
  expiresAt: 1,
  attempts: 1,
  claimedName: 'Mallory \u202e',
  claimedUsername: '',
  warnings: [],
  wouldGet: '',
}

const proven: StopResultView = {
  latchMs: 1,
  frozenMs: null,
  deadMs: 1,
  containersDeadMs: null,
  verifiedMs: 2,
  killed: 1,
  containers: { found: 0, frozen: 0, dead: 0 },
  survivors: [],
  latchError: null,
  containersError: null,
  recordError: null,
  steps: [],
}
const lockdown = (result: StopResultView | null): LockdownView => ({
  at: new Date(2026, 10, 22, 14, 3).getTime(),
  by: 'you, from the tray',
  reason: '',
  incident: '',
  result,
})

const state = (
  phase: SupervisorPhase,
  more: { readonly waiting?: number; readonly lockdown?: LockdownView } = {},
): Pick<AppState, 'gateway' | 'lockdown' | 'requests'> => ({
  gateway: {
    phase,
    since: 0,
    retryAt: null,
    pid: null,
    rssBytes: null,
    turns: 0,
    error: null,
    likelyCause: '',
    lastOutput: [],
    grants: [],
    maySpawn: false,
  },
  lockdown: more.lockdown ?? null,
  requests: Array.from({ length: more.waiting ?? 0 }, () => request),
})

const labels = (shown: ReturnType<typeof state>): readonly string[] =>
  trayView(shown).entries.flatMap((entry) => (entry === 'line' ? [] : [entry.label]))

describe('the tray', () => {
  it('offers STOP, the window and Quit in every state', () => {
    for (const phase of PHASES) {
      expect(labels(state(phase))).toEqual(
        expect.arrayContaining(['Show Clawdbot', 'STOP everything', 'Quit']),
      )
    }
  })

  it('stops by one choice: the entry is the act', () => {
    const stop = trayView(state('running')).entries.find(
      (entry) => entry !== 'line' && entry.label === 'STOP everything',
    )
    expect(stop).toMatchObject({ act: { kind: 'stop' } })
  })

  it('begins with the state of the gateway in words, which is no choice', () => {
    expect(trayView(state('running')).entries[0]).toEqual({ label: 'Gateway running', act: null })
    expect(trayView(state('unresponsive')).tooltip).toBe('Clawdbot: Gateway does not answer')
    expect(new Set(PHASES.map((phase) => labels(state(phase))[0])).size).toBe(PHASES.length)
  })

  it('starts what is stopped and stops what runs', () => {
    for (const phase of ['stopped', 'failed', 'backing-off'] as const)
      expect(labels(state(phase))).toContain('Start gateway')
    for (const phase of ['running', 'starting', 'unresponsive', 'stopping'] as const)
      expect(labels(state(phase))).toContain('Stop gateway')
  })

  it('shows how many wait, and leads to them', () => {
    const view = trayView(state('running', { waiting: 3 }))
    expect(view.image).toBe('waiting')
    expect(view.tooltip).toBe('Clawdbot: Gateway running, 3 waiting')
    expect(view.entries).toContainEqual({
      label: '3 waiting to be let in',
      act: { kind: 'show', screen: 'pairing' },
    })
    expect(trayView(state('running')).image).toBe('idle')
  })

  it('shows a lockdown before anything else, offers no start, and leads to what is to be done', () => {
    const view = trayView(state('locked', { waiting: 3, lockdown: lockdown(proven) }))
    expect(view.image).toBe('locked')
    expect(view.entries[0]).toEqual({ label: 'Locked down since 2026-11-22 14:03', act: null })
    expect(view.entries).toContainEqual({
      label: 'What to do now…',
      act: { kind: 'show', screen: 'security' },
    })
    expect(JSON.stringify(view)).not.toMatch(/(Start|Stop) gateway/)
  })

  it('says so where a stop is not proven, and not while it is under way', () => {
    const doubt = 'NOT everything is proven to be stopped'
    const survivors = [{ kind: 'process', pid: 1, command: 'x' }] as const
    expect(labels(state('locked', { lockdown: lockdown({ ...proven, survivors }) }))).toContain(doubt)
    expect(labels(state('locked', { lockdown: lockdown(proven) }))).not.toContain(doubt)
    expect(labels(state('locked', { lockdown: lockdown(null) }))).not.toContain(doubt)
  })

  it('never shows what a stranger calls themselves, nor a code', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PHASES), fc.integer({ min: 0, max: 50 }), (phase, waiting) => {
        expect(JSON.stringify(trayView(state(phase, { waiting })))).not.toMatch(/Mallory|ABCDEFGH/)
      }),
    )
  })
})

/** The width, as the head of a PNG has it. */
const sizeOf = (file: string): number => readFileSync(file).readUInt32BE(16)

describe('the images of the tray', () => {
  const folder = join(import.meta.dirname, '../../../assets/tray')

  it.each(['idle', 'waiting', 'locked'] satisfies readonly TrayImage[])(
    '%s is there for every system and density',
    (name) => {
      for (const [suffix, size] of [
        ['', 16],
        ['-32', 32],
        ['Template', 16],
      ] as const) {
        const [plain, dense] = [join(folder, `${name}${suffix}.png`), join(folder, `${name}${suffix}@2x.png`)]
        expect([existsSync(plain), existsSync(dense)]).toEqual([true, true])
        expect([sizeOf(plain), sizeOf(dense)]).toEqual([size, 2 * size])
      }
    },
  )
})
