import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { abandonedRows, branchesOf, type TreeEntry } from './branches.ts'

const tree = (
  ...entries: readonly (readonly [row: number, id: string, parent: string | null])[]
): readonly TreeEntry[] => entries.map(([row, entryId, parentId]) => ({ row, entryId, parentId }))

describe('the branches of a session', () => {
  it('are abandoned where the conversation went on from an earlier entry', () => {
    const entries = tree([0, 'a', null], [1, 'b', 'a'], [2, 'c', 'b'], [3, 'd', 'a'], [4, 'e', 'd'])
    expect([...abandonedRows(entries)]).toEqual([1, 2])
    expect([...branchesOf(entries).forkOf]).toEqual([[3, 0]])
  })

  it('end where it began anew', () => {
    const entries = tree([0, 'a', null], [1, 'b', 'a'], [2, 'c', null])
    expect([...abandonedRows(entries)]).toEqual([0, 1])
    expect([...branchesOf(entries).forkOf]).toEqual([[2, -1]])
  })

  it('keep a row of which any line is on the way, such as a call of which one result was left', () => {
    const entries = tree([0, 'a', null], [0, 'r1', 'a'], [0, 'r2', 'r1'], [1, 'b', 'r1'])
    expect([...abandonedRows(entries)]).toEqual([])
  })

  it('are not lost with a parent whose line is broken: the entry before stands for it', () => {
    const entries = tree([0, 'a', null], [1, '', null], [2, 'c', 'broken'], [3, 'd', 'c'])
    expect([...abandonedRows(entries)]).toEqual([])
    expect(branchesOf(entries).forkOf.size).toBe(0)
  })

  it('are followed where only forks are known: the rest continues the entry before', () => {
    const entries: readonly TreeEntry[] = [
      { row: 0, entryId: 'a', parentId: null, forkOf: null },
      { row: 1, entryId: 'b', parentId: null, forkOf: null },
      { row: 2, entryId: 'c', parentId: 'a', forkOf: 0 },
    ]
    expect([...abandonedRows(entries)]).toEqual([1])
  })

  it('end for any entries, with ids that are taken twice and parents that are their own children', () => {
    const id = fc.constantFrom('', 'a', 'b', 'c', 'd')
    const entries = fc.array(fc.record({ row: fc.nat(9), entryId: id, parentId: fc.option(id) }), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(entries, (given) => {
        const { abandoned } = branchesOf(given)
        const last = given.findLast(({ entryId }) => entryId !== '')
        expect(abandoned.has(last?.row ?? -1)).toBe(false)
      }),
    )
  })
})
