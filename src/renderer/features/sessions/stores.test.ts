import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Hit } from '../../../shared/contracts/archive-sessions.ts'
import { useSearch } from './search-store.ts'
import { noPages, PAGE } from './session-pages.ts'
import { useSessions } from './session-store.ts'

interface Asked {
  readonly channel: string
  readonly input: { readonly query?: string; readonly before?: number | null; readonly offset?: number }
  readonly answer: (value: unknown) => void
}

/** The other end of the bridge: what the window asked, each to be answered when the test wants. */
let asked: Asked[] = []

const hit = (id: number): Hit => ({
  id,
  kind: 'message',
  at: id,
  place: { in: 'session', ref: 'sessions/a', title: '', key: '', provider: '', turn: 0 },
  role: 'user',
  tool: '',
  ranOn: '',
  isError: false,
  refused: false,
  snippet: [],
})
const found = (ids: readonly number[], more = false): unknown => ({
  ok: true,
  value: { hits: ids.map(hit), more, problems: [] },
})
const rows = (total: number): unknown => ({ ok: true, value: { total, rows: [] } })
const ids = (): readonly number[] | undefined => useSearch.getState().result?.hits.map(({ id }) => id)
/** The next question, once it is asked. */
const question = async (count: number): Promise<Asked> => {
  await expect.poll(() => asked.length).toBe(count)
  const last = asked.at(-1)
  if (last === undefined) throw new Error('nothing was asked')
  return last
}
/** Lets all that was answered arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

beforeEach(() => {
  asked = []
  vi.stubGlobal('window', {
    clawdbot: {
      call: (channel: string, input: Asked['input']) =>
        new Promise((answer) => {
          asked.push({ channel, input, answer })
        }),
      on: () => () => undefined,
    },
  })
})

afterEach(() => {
  useSearch.getState().type('')
  vi.unstubAllGlobals()
})

describe('the search as one types', () => {
  it('drops an answer to what is no longer in the field, and asks for what is', async () => {
    const { type } = useSearch.getState()
    type('fin')
    const first = await question(1)
    type('find')
    type('find ~')
    type('find tool:bash')
    first.answer(found([1]))
    const second = await question(2)
    expect(ids()).toBeUndefined()
    expect(second.input.query).toBe('find tool:bash')
    second.answer(found([2]))
    await expect.poll(ids).toEqual([2])
  })

  it('asks one thing at a time, however fast the keys are', async () => {
    vi.useFakeTimers()
    try {
      const { type } = useSearch.getState()
      for (const text of ['a1', 'a2', 'a3', 'a4']) {
        type(text)
        await vi.advanceTimersByTimeAsync(100)
      }
      expect(asked.map(({ input }) => input.query)).toEqual(['a1'])
      asked[0]?.answer(found([]))
      await vi.advanceTimersByTimeAsync(100)
      expect(asked.map(({ input }) => input.query)).toEqual(['a1', 'a4'])
      asked[1]?.answer(found([]))
      await vi.advanceTimersByTimeAsync(100)
      expect(asked).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('shows nothing under an empty field, and asks nothing for it', async () => {
    const { type } = useSearch.getState()
    type('find')
    const first = await question(1)
    type('')
    first.answer(found([1]))
    await settle()
    expect(useSearch.getState().result).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('puts the next page behind the last hit, and drops it where another search began', async () => {
    const { type, more } = useSearch.getState()
    type('find')
    const first = await question(1)
    first.answer(found([9, 8], true))
    await expect.poll(ids).toEqual([9, 8])
    more()
    more()
    const second = await question(2)
    expect(second.input.before).toBe(8)
    second.answer(found([7], true))
    await expect.poll(ids).toEqual([9, 8, 7])
    more()
    const third = await question(3)
    type('other')
    third.answer(found([6]))
    await settle()
    expect(ids()).toEqual([9, 8, 7])
    const fourth = await question(4)
    fourth.answer(found([5]))
    await expect.poll(ids).toEqual([5])
  })

  it('keeps what was found where the archive answers no more, and says why', async () => {
    const { type, refresh } = useSearch.getState()
    type('find')
    const first = await question(1)
    first.answer(found([1]))
    await expect.poll(ids).toEqual([1])
    refresh()
    const second = await question(2)
    second.answer({ ok: false, error: { code: 'archive_unavailable', message: 'gone', hint: '' } })
    await expect.poll(() => useSearch.getState().error?.code).toBe('archive_unavailable')
    expect(ids()).toEqual([1])
    refresh()
    const third = await question(3)
    third.answer(found([2, 1]))
    await expect.poll(ids).toEqual([2, 1])
    expect(useSearch.getState().error).toBeNull()
  })
})

describe('the list of sessions', () => {
  beforeEach(() => useSessions.setState({ list: noPages, error: null }))

  it('asks for the pages that are looked at, once each', async () => {
    useSessions.getState().want(150, 320)
    const first = await question(1)
    expect(first.input.offset).toBe(PAGE)
    first.answer(rows(1_000))
    const second = await question(2)
    expect(second.input.offset).toBe(2 * PAGE)
    second.answer(rows(1_000))
    const third = await question(3)
    third.answer(rows(1_000))
    await settle()
    useSessions.getState().want(150, 320)
    await settle()
    expect(asked).toHaveLength(3)
  })

  it('asks again for what changed while the answer was on its way', async () => {
    useSessions.getState().want(0, 10)
    const first = await question(1)
    useSessions.getState().refresh()
    first.answer(rows(5))
    const second = await question(2)
    expect(second.input.offset).toBe(0)
    second.answer(rows(6))
    await expect.poll(() => useSessions.getState().list.total).toBe(6)
    await settle()
    expect(asked).toHaveLength(2)
  })
})
