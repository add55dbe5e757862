import { describe, expect, it } from 'vitest'
import { queryOf } from './query-of.ts'

describe('a query from the words of a command line', () => {
  it.each([
    [['"exact words" -other in:logs'], '"exact words" -other in:logs'],
    [['two words'], 'two words'],
    [['deploy', 'is:refused'], 'deploy is:refused'],
    [['exact words', 'in:logs'], '"exact words" in:logs'],
    [['person:Ann Lee', 'x'], 'person:"Ann Lee" x'],
    [['-person:Ann Lee', 'x'], '-person:"Ann Lee" x'],
    [['has "quotes" in it', 'x'], 'has "quotes" in it x'],
    [[], ''],
  ] as const)('%j is %s', (words, query) => {
    expect(queryOf(words)).toBe(query)
  })
})
