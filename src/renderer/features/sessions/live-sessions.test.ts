import { describe, expect, it } from 'vitest'
import type { GatewayActivity } from '../../../shared/contracts/gateway.ts'
import { liveSessions } from './live-sessions.ts'

const seen = (kind: GatewayActivity['kind'], session: string | null, at = 10): GatewayActivity => ({
  at,
  kind,
  provider: 'telegram',
  sender: null,
  session,
  detail: '',
})
const running = { phase: 'running', since: 5 } as const

describe('the live mark', () => {
  it('is on a session from an accepted message until what became of its answer', () => {
    const begun = [seen('answered', 'a'), seen('accepted', 'a'), seen('accepted', 'b')]
    expect([...liveSessions(begun, running)]).toEqual(['a', 'b'])
    for (const kind of ['answered', 'failed', 'unconfirmed', 'withheld'] as const) {
      expect([...liveSessions([...begun, seen(kind, 'a')], running)]).toEqual(['b'])
    }
  })

  it('stays when somebody else is refused meanwhile', () => {
    expect([...liveSessions([seen('accepted', 'a'), seen('dropped', null)], running)]).toEqual(['a'])
  })

  it('is on nothing while the gateway does not run, nor for what was before it began', () => {
    expect(liveSessions([seen('accepted', 'a')], { phase: 'stopped', since: 5 }).size).toBe(0)
    expect(liveSessions([seen('accepted', 'a', 4)], running).size).toBe(0)
  })
})
