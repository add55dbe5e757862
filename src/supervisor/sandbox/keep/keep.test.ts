import { describe, expect, it } from 'vitest'
import type { OurContainer } from '../../docker/our-containers.ts'
import { type EngineFacts, engineRisks, parseEngineFacts } from '../engine/engine-facts.ts'
import { HOLDER_LABEL, STATE_LABEL } from '../plan-box.ts'
import { lookAtDisks, tooLittle } from './disk-guard.ts'
import { type Aged, whyDue } from './due.ts'
import { leftoversIn } from './leftovers.ts'

const HOUR = 3_600_000
const PRUNE = { idleHours: 24, maxAgeDays: 7 }
const GIBIBYTE = 1024 ** 3

const aged = (more: Partial<Aged> = {}): Aged => ({ held: 'in use', startedAt: 0, lastUsedAt: 0, ...more })

describe('a sandbox’s time', () => {
  it('is over when it was idle, when it is old, and soon when nobody came for it', () => {
    expect(whyDue(aged(), PRUNE, 24 * HOUR - 1)).toBeUndefined()
    expect(whyDue(aged(), PRUNE, 24 * HOUR)).toBe('nobody used it for 24 hours')
    expect(whyDue(aged({ lastUsedAt: 7 * 24 * HOUR - 1 }), PRUNE, 7 * 24 * HOUR)).toBe('it was 7 days old')
    expect(whyDue(aged({ held: 'ahead' }), PRUNE, HOUR / 6 - 1)).toBeUndefined()
    expect(whyDue(aged({ held: 'ahead' }), PRUNE, HOUR / 6)).toMatch(/nobody used it/)
  })

  it('is not over because a clock was set back', () => {
    expect(whyDue(aged({ startedAt: HOUR, lastUsedAt: HOUR }), PRUNE, 0)).toBeUndefined()
  })
})

const room = (freeBytes: number, bytes: number, freeFiles = 0, files = 0): string | undefined =>
  tooLittle({ freeBytes, bytes, freeFiles, files }, '/x')

describe('the disk guard', () => {
  it('keeps 512 MiB, or 2 % of a larger disk, and of a huge one 4 GiB', () => {
    expect(room(0.5 * GIBIBYTE, 10 * GIBIBYTE)).toBeUndefined()
    expect(room(0.5 * GIBIBYTE - 1, 10 * GIBIBYTE)).toMatch(/\/x is nearly full: 511 MiB left, and 512/)
    expect(room(2 * GIBIBYTE - 1, 100 * GIBIBYTE)).toMatch(/2048 MiB are kept/)
    expect(room(4 * GIBIBYTE, 8000 * GIBIBYTE)).toBeUndefined()
  })

  it('keeps 2 % of the files that a disk can have, and of many 50000, because empty ones fill a disk too', () => {
    expect(room(GIBIBYTE, GIBIBYTE, 20_000, 1_000_000)).toBeUndefined()
    expect(room(GIBIBYTE, GIBIBYTE, 19_999, 1_000_000)).toMatch(/takes 19999 more files, and 20000 are kept/)
    expect(room(GIBIBYTE, GIBIBYTE, 49_999, 1e9)).toMatch(/50000 are kept/)
    // A file system that makes them as they are needed counts none.
    expect(room(GIBIBYTE, GIBIBYTE, 0, 0)).toBeUndefined()
  })

  it('takes a disk that can not be looked at for a full one, and one of many that is full for all', async () => {
    expect(await lookAtDisks(['/nowhere/at/all'])).toMatch(/nobody can say how much room is left/)
    expect(await lookAtDisks(['/proc', '/nowhere/at/all'])).toBeDefined()
    expect(await lookAtDisks([])).toBeUndefined()
  })
})

const container = (name: string, state: string, holder: string): OurContainer => ({
  id: name,
  name,
  image: '',
  state: 'running',
  createdAt: 0,
  labels: { [STATE_LABEL]: state, [HOLDER_LABEL]: holder },
})

describe('leftovers', () => {
  it('are those of this state directory whose supervisor is no more', () => {
    const all = [
      container('dead', 'ours', '7:old'),
      container('living', 'ours', '8:now'),
      container('held', 'ours', '1:us'),
      container('lost', 'ours', '1:us'),
      container('others', 'theirs', '7:old'),
      { ...container('unlabelled', '', ''), labels: {} },
    ]
    const found = leftoversIn(all, {
      state: 'ours',
      holder: '1:us',
      isHeld: ({ name }) => name === 'held',
      isAlive: (holder) => holder === '8:now',
    })
    expect(found.map(({ name }) => name)).toEqual(['dead', 'lost'])
  })
})

const facts = (engine: string, runc: string, info: object = {}): EngineFacts | undefined =>
  parseEngineFacts(
    JSON.stringify({ Version: engine, Components: [{ Name: 'runc', Version: runc }] }),
    JSON.stringify({
      MemoryLimit: true,
      SwapLimit: true,
      PidsLimit: true,
      SecurityOptions: ['name=seccomp,profile=builtin'],
      ...info,
    }),
  )
const risks = (engine: string, runc: string, info?: object): readonly string[] => {
  const found = facts(engine, runc, info)
  return found === undefined ? ['not an engine'] : engineRisks(found)
}

describe('what is known of an engine', () => {
  it('is nothing to say of one without known holes and with every limit', () => {
    expect(risks('29.5.1', '1.3.6')).toEqual([])
    expect(risks('30.0.0', '1.2.8')).toEqual([])
  })

  it('names the versions with holes, as distributions write them (CVE-2026-41567, -41568, -42306, CVE-2025-31133, -52565, -52881)', () => {
    expect(risks('20.10.24+dfsg1', '1.1.5+ds1').map((risk) => risk.split(' has ')[0])).toEqual([
      'Docker 20.10.24+dfsg1',
      'runc 1.1.5+ds1',
    ])
    expect(risks('29.5.0', '1.3.2')).toHaveLength(2)
    expect(risks('29.5.1', '1.3.3')).toEqual([])
  })

  it('names what the engine or its kernel can not do', () => {
    expect(risks('29.5.1', '1.3.6', { SecurityOptions: [] })).toEqual([expect.stringMatching(/no seccomp/)])
    expect(risks('29.5.1', '1.3.6', { SwapLimit: false })).toEqual([expect.stringMatching(/limit swap/)])
    expect(risks('29.5.1', '1.3.6', { PidsLimit: false })).toEqual([expect.stringMatching(/limit memory or/)])
    expect(risks('29.5.1', '1.3.6', { SecurityOptions: ['name=seccomp', 'name=rootless'] })).toEqual([
      expect.stringMatching(/maps users/),
    ])
  })

  it('is nothing where the answer is not an engine’s', () => {
    expect(parseEngineFacts('<html>', '{}')).toBeUndefined()
    expect(parseEngineFacts('{}', '{}')).toBeUndefined()
  })
})
