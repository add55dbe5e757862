import { describe, expect, it } from 'vitest'
import type { SandboxView } from '../../../shared/contracts/hands-views.ts'
import { dockerView, sandboxView } from '../../test/app-state.ts'
import { boxesLead, boxFacts, dockerTrouble, drifted, inBoxOrder } from './describe-sandboxes.ts'

const drift = [{ what: 'network', wanted: 'none', found: 'bridge' }]

const weak = (changed: Partial<SandboxView>): readonly string[] =>
  boxFacts(sandboxView(changed))
    .filter(({ look }) => look === 'weak')
    .map(({ name }) => name)

const values = (changed: Partial<SandboxView>): readonly string[] =>
  boxFacts(sandboxView(changed)).map(({ value }) => value)

describe('the list of boxes', () => {
  it('has what is wrong first, then what works, what waits, and strays', () => {
    const boxes = [
      sandboxView({ id: 'stray', held: 'stray' }),
      sandboxView({ id: 'ahead', held: 'ahead' }),
      sandboxView({ id: 'young', createdAt: 2 }),
      sandboxView({ id: 'old', createdAt: 1 }),
      sandboxView({ id: 'wrong', held: 'ahead', drift }),
    ]
    expect(inBoxOrder(boxes).map(({ id }) => id)).toEqual(['wrong', 'old', 'young', 'ahead', 'stray'])
  })

  it('calls every box hardened only while none differs', () => {
    expect(boxesLead([sandboxView()])).toBe(
      'One box, as Docker itself reports it. Each is as hardened as configured.',
    )
    const boxes = [sandboxView(), sandboxView({ drift })]
    expect(drifted(boxes)).toBe(1)
    expect(boxesLead(boxes)).toContain('One is not as configured.')
  })
})

describe('a box', () => {
  it('has no weak wall by default', () => {
    expect(weak({})).toEqual([])
  })

  it('has each wall that is missing marked, also where Docker does not say', () => {
    expect(weak({ network: 'bridge' })).toEqual(['Network'])
    expect(weak({ readOnlyRoot: false })).toEqual(['Root filesystem'])
    expect(weak({ capabilities: 'NET_ADMIN' })).toEqual(['Capabilities'])
    expect(weak({ capabilities: '' })).toEqual(['Capabilities'])
    for (const user of ['root', '0', '0:0', 'root:root', '']) expect(weak({ user })).toEqual(['User'])
    expect(weak({ user: '1000:0' })).toEqual([])
    expect(weak({ memoryLimit: null, processLimit: null })).toEqual(['Memory', 'Processes'])
  })

  it('says how much of its limit it uses, and what is not known', () => {
    expect(values({})).toContain('18 MiB of 512 MiB')
    expect(values({ processes: null })).toContain('up to 256')
    expect(values({ processLimit: null })).toContain('3, no limit')
  })
})

describe('Docker that can not be asked', () => {
  it('means refused tools, never the host instead', () => {
    expect(dockerTrouble(dockerView())).toBeNull()
    for (const state of ['absent', 'unreachable'] as const) {
      expect(dockerTrouble(dockerView({ state, containers: null, detail: '' }))?.meaning).toContain(
        'nothing runs on this machine instead',
      )
      // Its reason says the same: once is enough.
      const detail = 'Docker is not running: nothing runs on this machine instead.'
      expect(dockerTrouble(dockerView({ state, containers: null, detail }))?.meaning).toBe(detail)
    }
  })
})
