import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PeopleTold } from '../../shared/contracts/gateway-told.ts'
import { CLOSED_RULES, toldRules } from '../hands/rules.ts'
import { createTelling } from './telling.ts'

type Told = Omit<PeopleTold, 'revision'>

const rules = toldRules({ ...CLOSED_RULES, readOnly: false })

/** Whoever was approved, under rules that never change. */
const told = (...approved: readonly string[]): Told => ({ providers: [provider(...approved)], rules })

const provider = (...approved: readonly string[]): PeopleTold['providers'][number] => ({
  provider: 'simulator',
  dmPolicy: 'pairing',
  everyone: false,
  silent: false,
  onlySelf: false,
  owners: [],
  configured: [],
  approved: [...approved],
  blocked: [],
  accounts: [],
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
    telling.update(told('a'))
    telling.update(told('a'))
    telling.update(told('a', 'b'))
    expect(sent).toEqual([1, 2])
  })

  it('is told of a change of the rules alone, and waits for its acknowledgement', async () => {
    const { telling, sent } = scene()
    telling.update(told('a'))
    telling.started()
    telling.ready()
    telling.update({ ...told('a'), rules: { ...rules, readOnly: true } })
    expect(sent).toEqual([2])
    const settled = telling.settled()
    expect(await isDone(settled)).toBe(false)
    telling.acknowledged(2)
    expect(await isDone(settled)).toBe(true)
  })

  it('begins with rules that allow nothing', () => {
    const { rules: first } = scene().telling.people()
    expect(first).toMatchObject({ readOnly: true, elevated: { enabled: false }, allowTo: {} })
  })

  it('is settled at once where no gateway lives', async () => {
    const { telling, sent } = scene()
    telling.update(told('a'))
    expect(await isDone(telling.settled())).toBe(true)
    expect(sent).toEqual([])
  })

  it('is settled by the acknowledgement of the newest revision, not of an older one', async () => {
    const { telling } = scene()
    telling.started()
    telling.ready()
    telling.update(told('a'))
    telling.update({ providers: [], rules })
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
    telling.update(told('a'))
    expect(await isDone(telling.settled())).toBe(false)
  })

  it('is settled by the death of the gateway', async () => {
    const { telling } = scene()
    telling.started()
    telling.ready()
    telling.update(told('a'))
    const settled = telling.settled()
    expect(await isDone(settled)).toBe(false)
    telling.gone()
    expect(await isDone(settled)).toBe(true)
  })

  it('waits five seconds, from the first change that was not acknowledged', async () => {
    const { telling, onSilence } = scene()
    telling.started()
    telling.ready()
    telling.update(told('a'))
    await vi.advanceTimersByTimeAsync(4_000)
    telling.update(told('b'))
    await vi.advanceTimersByTimeAsync(999)
    expect(onSilence).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(onSilence).toHaveBeenCalledTimes(1)
  })

  it('does not hold a slow start against the gateway, but a silence after it', async () => {
    const { telling, onSilence } = scene()
    telling.started()
    telling.update(told('a'))
    await vi.advanceTimersByTimeAsync(20_000)
    expect(onSilence).not.toHaveBeenCalled()
    telling.ready()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(onSilence).toHaveBeenCalledTimes(1)
  })

  it('counts what the start message said as known when the gateway is ready', async () => {
    const { telling } = scene()
    telling.update(told('a'))
    expect(telling.started().revision).toBe(1)
    const settled = telling.settled()
    expect(await isDone(settled)).toBe(false)
    telling.ready()
    expect(await isDone(settled)).toBe(true)
  })
})
