import { describe, expect, it } from 'vitest'
import { requestView } from '../../test/app-state.ts'
import { inOrder, keyOf, moveSelection, selectedKey } from './requests.ts'

describe('the order of the requests', () => {
  it('is that of their creation, and a new message of one who waits does not change it', () => {
    const first = requestView({ id: '1', createdAt: 10 })
    const second = requestView({ id: '2', createdAt: 20 })
    const again = { ...first, lastSeenAt: 99, attempts: 4 }
    expect(inOrder([second, again]).map(keyOf)).toEqual(['telegram:1', 'telegram:2'])
  })

  it('is the same for two of the same moment, whatever order they came in', () => {
    const both = [requestView({ id: '1' }), requestView({ id: '2' })]
    expect(inOrder(both).map(keyOf)).toEqual(inOrder(both.toReversed()).map(keyOf))
  })
})

describe('the selected request', () => {
  it('is a person, not a place: it stays with them when another comes before', () => {
    expect(selectedKey(['new', 'a', 'b'], { key: 'a', index: 0 })).toBe('a')
  })

  it('is at first the oldest, and when its person is gone whoever stands there now', () => {
    expect(selectedKey(['a', 'b'], null)).toBe('a')
    expect(selectedKey(['a', 'c'], { key: 'b', index: 1 })).toBe('c')
    expect(selectedKey(['a'], { key: 'b', index: 1 })).toBe('a')
    expect(selectedKey([], { key: 'b', index: 1 })).toBeNull()
  })

  it('moves one at a time and stops at the ends', () => {
    const keys = ['a', 'b', 'c']
    expect(moveSelection(keys, 'a', 1)).toBe('b')
    expect(moveSelection(keys, 'c', 1)).toBe('c')
    expect(moveSelection(keys, 'a', -1)).toBe('a')
    expect(moveSelection([], null, 1)).toBeNull()
  })
})
