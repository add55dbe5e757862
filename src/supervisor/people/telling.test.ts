import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PeopleTold } from '../../shared/contracts/gateway.ts'
import { createTelling } from './telling.ts'

const provider = (...approved: readonly string[]): PeopleTold['providers'][number] => ({
  provider: 'simulator',
  dmPolicy: 'pairing',
  everyone: false,
  silent: false,
  owners: [],
  configured: [],
  approved: [...approved],
  blocked: [],
  stoppers: [],
  pending: [],
})

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const scene = () => {
  const sent: number[] = []
  const onSilence = vi.fn<() => void>()
  const telling = createTelling({ send: ({ revision }) => sent.push(revision), onSilence })
  return { telling, sent, onSilence }
}

/** Has the promise been resolved by now? */
const isDone = async (promise: Promise<void>): Promise<boolean> => {
  let done = false
  void promise.finally(() => {
    done = true
  })
  await vi.advanceTimersByTimeAsync(0)
  return done
}

describe('telling the gateway who is who', () => {
  it('has a higher revision for each change, and none for what is the same', () => {
    const { telling, sent } = scene()
    telling.started()
    telling.ready()
    telling.update([provider('a')])
    telling.update([provider('a')])
    telling.update([provider('a', 'b')])
    expect(sent).toEqual([1, 2])
  })

  it('is settled at once where no gateway lives', async () => {
    const { telling, sent } = scene()
    telling.update([provider('a')])
    expect(await isDone(telling.settled())).toBe(true)
    expect(sent).toEqual([])
  })

  it('is settled by the acknowledgement of the newest revision, not of an older one', async () => {
    const { telling } = scene()
    telling.started()
    telling.ready()
    telling.update([provider('a')])
    telling.update([])
    const settled = telling.settled()
    telling.acknowledged(1)
    expect(await isDone(settled)).toBe(false)
    telling.acknowledged(2)
    expect(await isDone(settled)).toBe(true)
  })

  it('does not believe an acknowledgement of what was never told', async () => {
    const { telling } = scene()
    telling.started()
    telling.ready()
    telling.acknowledged(1_000)
    telling.update([provider('a')])
    expect(await isDone(telling.settled())).toBe(false)
  })

  it('is settled by the death of the gateway', async () => {
    const { telling } = scene()
    telling.started()
    telling.ready()
    telling.update([provider('a')])
    const settled = telling.settled()
    expect(await isDone(settled)).toBe(false)
    telling.gone()
    expect(await isDone(settled)).toBe(true)
  })

  it('waits five seconds, from the first change that was not acknowledged', async () => {
    const { telling, onSilence } = scene()
    telling.started()
    telling.ready()
    telling.update([provider('a')])
    await vi.advanceTimersByTimeAsync(4_000)
    telling.update([provider('b')])
    await vi.advanceTimersByTimeAsync(999)
    expect(onSilence).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(onSilence).toHaveBeenCalledTimes(1)
  })

  it('does not hold a slow start against the gateway, but a silence after it', async () => {
    const { telling, onSilence } = scene()
    telling.started()
    telling.update([provider('a')])
    await vi.advanceTimersByTimeAsync(20_000)
    expect(onSilence).not.toHaveBeenCalled()
    telling.ready()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(onSilence).toHaveBeenCalledTimes(1)
  })

  it('counts what the start message said as known when the gateway is ready', async () => {
    const { telling } = scene()
    telling.update([provider('a')])
    expect(telling.started().revision).toBe(1)
    const settled = telling.settled()
    expect(await isDone(settled)).toBe(false)
    telling.ready()
    expect(await isDone(settled)).toBe(true)
  })
})
