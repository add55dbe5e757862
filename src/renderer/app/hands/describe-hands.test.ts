import { describe, expect, it } from 'vitest'
import { gatewayView, handsView } from '../../test/app-state.ts'
import { describeReadOnly, hostAccess } from './describe-hands.ts'

const enabled = handsView({
  host: { enabled: true, approve: 'always', workspace: '/home/olga/agent', named: 0 },
})
const spawning = gatewayView({ maySpawn: true })

describe('host access', () => {
  it('is nothing to show only while neither the process nor the config has it', () => {
    expect(hostAccess(handsView(), gatewayView())).toBeNull()
    expect(hostAccess(enabled, gatewayView())).not.toBeNull()
    expect(hostAccess(handsView(), spawning)).not.toBeNull()
    expect(hostAccess(enabled, spawning)).not.toBeNull()
  })

  it('says who is asked, and where files stay', () => {
    const meaning = hostAccess(enabled, spawning)?.meaning
    expect(meaning).toContain('Each command is shown to you')
    expect(meaning).toContain('/home/olga/agent')
    const unasked = handsView({ host: { ...enabled.host, approve: 'never' } })
    expect(hostAccess(unasked, spawning)?.meaning).toContain('No command is shown to you')
  })

  it('says that read-only mode is what keeps commands away now', () => {
    const readOnly = { on: true, by: 'switch', since: 1 } as const
    expect(hostAccess({ ...enabled, readOnly }, spawning)?.title).toContain('once read-only mode is off')
  })

  it('does not look switched off while the process still has the right', () => {
    expect(hostAccess(handsView(), spawning)?.title).toMatch(/may run on this machine until/)
  })
})

describe('the read-only switch', () => {
  it('can be used unless the config holds it', () => {
    expect(describeReadOnly({ on: false, by: null, since: null }, '')).toMatchObject({
      note: '',
      use: 'free',
    })
    expect(describeReadOnly({ on: true, by: 'switch', since: 1 }, '14:02')).toMatchObject({
      use: 'free',
      meaning: expect.stringContaining('On since 14:02'),
    })
    expect(describeReadOnly({ on: true, by: 'config', since: null }, '')).toMatchObject({
      use: 'held',
      note: expect.stringContaining('clawdbot.json'),
    })
  })

  it('says that a file that can not be read counts as on', () => {
    expect(describeReadOnly({ on: true, by: 'broken', since: null }, '')).toMatchObject({
      use: 'free',
      note: expect.stringContaining('can not be read, so it counts as on'),
    })
  })
})
