import { describe, expect, it } from 'vitest'
import type { GatewayActivity } from '../../../shared/contracts/gateway.ts'
import { DROP_REASONS } from '../../../shared/domain/verdict.ts'
import { activityRows, dropCounts } from './activity-rows.ts'

const entry = (
  at: number,
  kind: GatewayActivity['kind'],
  changed: Partial<GatewayActivity> = {},
): GatewayActivity => ({
  at,
  kind,
  provider: 'telegram',
  sender: '42',
  session: 'telegram:dm:42',
  detail: '',
  ...changed,
})

describe('what happened', () => {
  it('is one row for a talk, with messages and answers counted, at its last moment', () => {
    expect(activityRows([entry(1, 'accepted'), entry(2, 'answered'), entry(3, 'accepted')])).toMatchObject([
      { kind: 'talk', count: 2, answers: 1, at: 3 },
    ])
  })

  it('is one row for the drops of one messenger for one reason', () => {
    const rows = activityRows([
      entry(1, 'dropped', { detail: 'bot' }),
      entry(2, 'dropped', { detail: 'bot', sender: '43' }),
      entry(3, 'dropped', { detail: 'blocked' }),
    ])
    expect(rows).toMatchObject([
      { count: 1, detail: DROP_REASONS.blocked },
      { count: 2, detail: DROP_REASONS.bot },
    ])
  })

  it('is a row of its own for each thing that needs a look, newest first', () => {
    const rows = activityRows([entry(1, 'failed'), entry(2, 'failed'), entry(3, 'unconfirmed')])
    expect(rows.map(({ at }) => at)).toEqual([3, 2, 1])
    expect(new Set(rows.map(({ key }) => key)).size).toBe(3)
  })
})

describe('the drops since the start', () => {
  it('are in words, the most first', () => {
    expect(dropCounts({ 'telegram bot': 2, 'telegram not_allowed': 41, 'simulator empty': 0 })).toEqual([
      { provider: 'telegram', reason: DROP_REASONS.not_allowed, count: 41 },
      { provider: 'telegram', reason: DROP_REASONS.bot, count: 2 },
    ])
  })
})
