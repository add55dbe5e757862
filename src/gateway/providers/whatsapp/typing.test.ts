import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTyping } from './typing.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const typing = () => {
  const shown: string[] = []
  return { shown, ...createTyping({ show: (chat, state) => shown.push(`${chat} ${state}`), now: Date.now }) }
}

describe('the typing sign', () => {
  it('is shown anew while somebody writes, and taken back once', () => {
    const { shown, set } = typing()
    set('a', 'on')
    vi.advanceTimersByTime(25_000)
    set('a', 'off')
    set('a', 'off')
    vi.advanceTimersByTime(60_000)
    expect(shown).toEqual(['a composing', 'a composing', 'a composing', 'a paused'])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is shown in twenty chats at once and no more', () => {
    const { shown, set } = typing()
    for (let chat = 0; chat < 100; chat++) set(`${chat}`, 'on')
    expect(shown).toHaveLength(20)
    set('0', 'off')
    set('99', 'on')
    expect(shown.at(-1)).toBe('99 composing')
  })

  it('does not stay for ever where nobody takes it back', () => {
    const { shown, set } = typing()
    set('a', 'on')
    vi.advanceTimersByTime(60 * 60_000)
    expect(shown.at(-1)).toBe('a paused')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is taken back everywhere at the end, and leaves no timer behind', () => {
    const { shown, set, close } = typing()
    set('a', 'on')
    set('b', 'on')
    close()
    expect(shown.slice(2)).toEqual(['a paused', 'b paused'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
