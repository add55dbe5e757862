import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTurnQueues, type TurnEnd } from './turn-queues.ts'

/** Queues whose turns end when the test says so. */
const underControl = (maxRunning: number) => {
  const started: string[] = []
  const ends = new Map<string, (end: TurnEnd) => void>()
  const queues = createTurnQueues<string, string>({
    maxRunning,
    run: (key, item) => {
      if (ends.has(key)) throw new Error(`two turns at a time in ${key}`)
      started.push(item)
      return new Promise((resolve) => ends.set(key, resolve))
    },
  })
  const end = async (key: string, how: TurnEnd): Promise<void> => {
    const resolve = ends.get(key)
    ends.delete(key)
    resolve?.(how)
    // The queues go on in the microtasks after the end.
    await new Promise((done) => void setImmediate(done))
  }
  return { queues, started, ends, end }
}

describe('the queues of the sessions', () => {
  it('take one turn at a time in each session, in the order of arrival, and several sessions at once', async () => {
    const { queues, started, end } = underControl(8)
    for (const item of ['a1', 'a2', 'b1']) queues.add(item.charAt(0), item)
    expect(started).toEqual(['a1', 'b1'])
    await end('a', 'finished')
    expect(started).toEqual(['a1', 'b1', 'a2'])
    expect(queues.total()).toBe(2)
  })

  it('go round when there are more sessions than places', async () => {
    const { queues, started, end } = underControl(1)
    for (const item of ['a1', 'a2', 'b1', 'c1']) queues.add(item.charAt(0), item)
    await end('a', 'finished')
    await end('b', 'finished')
    await end('c', 'finished')
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2'])
  })

  it('keep an item at the head until it is woken, and the others go on', async () => {
    const { queues, started, end } = underControl(8)
    for (const item of ['a1', 'b1', 'b2']) queues.add(item.charAt(0), item)
    await end('a', 'wait')
    await end('b', 'finished')
    expect(started).toEqual(['a1', 'b1', 'b2'])
    queues.wake('a')
    expect(started.at(-1)).toBe('a1')
    await end('a', 'finished')
    expect(queues.length('a')).toBe(0)
  })

  it('try a turn once more that had to wait while something new came', async () => {
    const { queues, started, end } = underControl(8)
    queues.add('a', 'a1')
    queues.add('a', 'a2')
    await end('a', 'wait')
    expect(started).toEqual(['a1', 'a1'])
    await end('a', 'wait')
    expect(started).toEqual(['a1', 'a1'])
  })

  it('give up what waits without the turn that runs', async () => {
    const { queues, started, end } = underControl(8)
    for (const item of ['a1', 'a2', 'a3']) queues.add('a', item)
    expect(queues.removeWaiting('a')).toEqual(['a2', 'a3'])
    expect(queues.removeWaiting('z')).toEqual([])
    await end('a', 'finished')
    expect([started, queues.total()]).toEqual([['a1'], 0])
  })

  it('start nothing after a stop, and end when the last turn ends', async () => {
    const { queues, started, end } = underControl(8)
    for (const item of ['a1', 'a2']) queues.add('a', item)
    let stopped = false
    const stopping = queues.stop().then(() => (stopped = true))
    queues.add('b', 'b1')
    expect([stopped, started]).toEqual([false, ['a1']])
    await end('a', 'finished')
    await stopping
    expect(started).toEqual(['a1'])
  })

  it('whatever happens in whatever order: nothing is lost, doubled or overtaken, and the bound holds', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd')
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), key }),
      fc.record({ do: fc.constantFrom('finished' as const, 'wait' as const, 'wake' as const), key }),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, bound) => {
          const { queues, started, ends, end } = underControl(bound)
          const added: string[] = []
          const finished: string[] = []
          for (const each of steps) {
            if (each.do === 'add') {
              added.push(`${each.key}${added.length}`)
              queues.add(each.key, added.at(-1) ?? '')
            } else if (each.do === 'wake') queues.wake(each.key)
            else if (ends.has(each.key)) {
              const item = started.findLast((one) => one.startsWith(each.key)) ?? ''
              if (each.do === 'finished') finished.push(item)
              await end(each.key, each.do)
            }
            expect(ends.size).toBeLessThanOrEqual(bound)
          }
          while (queues.total() > 0) {
            for (const one of ['a', 'b', 'c', 'd']) {
              queues.wake(one)
              if (!ends.has(one)) continue
              finished.push(started.findLast((item) => item.startsWith(one)) ?? '')
              await end(one, 'finished')
            }
          }
          for (const one of ['a', 'b', 'c', 'd']) {
            const of = (items: readonly string[]): readonly string[] =>
              items.filter((item) => item.startsWith(one))
            expect(of(finished)).toEqual(of(added))
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
