import { describe, expect, it } from 'vitest'
import type { StatePatch } from '../../shared/contracts/app-state.ts'
import { resolveStatePaths } from '../../shared/state/state-dir.ts'
import { emptyState } from './app-state.ts'
import { createStateFeed } from './state-feed.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const scene = () => {
  const feed = createStateFeed(emptyState(resolveStatePaths({}, '/home'), [], 1))
  const patches: StatePatch[] = []
  const unsubscribe = feed.subscribe((patch) => patches.push(patch))
  return { feed, patches, unsubscribe }
}

describe('the state of the screens', () => {
  it('goes out once for all changes of a turn, with a number that rises by one', async () => {
    const { feed, patches } = scene()
    feed.update({ drops: { a: 1 } })
    feed.update({ drops: { a: 2 } })
    feed.update({ host: { notes: ['x'] } })
    await turn()
    feed.update({ drops: { a: 3 } })
    await turn()
    expect(patches).toEqual([
      { sequence: 1, changed: { drops: { a: 2 }, host: { notes: ['x'] } } },
      { sequence: 2, changed: { drops: { a: 3 } } },
    ])
  })

  it('does not go out for what is the same', async () => {
    const { feed, patches } = scene()
    feed.update({ requests: [], host: { notes: [] } })
    await turn()
    expect(patches).toEqual([])
  })

  it('asked for as a whole, has the number after which the next patch follows', async () => {
    const { feed, patches } = scene()
    feed.update({ drops: { a: 1 } })
    const { sequence, state } = feed.snapshot()
    expect([sequence, state.drops]).toEqual([1, { a: 1 }])
    feed.update({ drops: { a: 2 } })
    await turn()
    expect(patches.map((patch) => patch.sequence)).toEqual([1, 2])
  })

  it('goes to nobody who has left', async () => {
    const { feed, patches, unsubscribe } = scene()
    unsubscribe()
    feed.update({ drops: { a: 1 } })
    await turn()
    expect(patches).toEqual([])
  })
})
