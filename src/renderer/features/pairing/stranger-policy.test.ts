import { describe, expect, it } from 'vitest'
import { DM_POLICIES } from '../../../shared/domain/people.ts'
import { providerView } from '../../test/app-state.ts'
import { describePolicy } from './stranger-policy.tsx'

describe('what strangers get', () => {
  it('is nothing under any policy while only the owner is heard', () => {
    for (const dmPolicy of DM_POLICIES) {
      expect(describePolicy(providerView({ dmPolicy, everyone: true, onlySelf: true })).word).toBe(
        'are ignored: it counts as your own number',
      )
    }
  })

  it('is in red that they get in', () => {
    expect(describePolicy(providerView({ dmPolicy: 'open', everyone: true }))).toEqual({
      word: 'get in',
      tone: 'bad',
    })
  })
})
