import { describe, expect, it } from 'vitest'
import { statesOf } from './view.ts'

describe('the boxes that there are', () => {
  const made = { id: '5e', state: 'created' }
  const other = { id: '7a', state: 'running' }

  it('are others as soon as one begins to run or ends, also where they are as many as before', () => {
    const all = [made, { ...made, state: 'running' }, { ...made, state: 'removed by Clawdbot' }, other]
    expect(new Set([[], [made, other], ...all.map((one) => [one])].map(statesOf)).size).toBe(6)
    expect(statesOf([{ ...other }])).toBe(statesOf([other]))
  })
})
