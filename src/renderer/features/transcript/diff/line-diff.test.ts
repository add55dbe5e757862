import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffLines, foldSame } from './line-diff.ts'

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
const side = (kind: 'gone' | 'come', before: string, after: string): string =>
  (diffLines(before, after) ?? [])
    .filter((line) => line.kind !== (kind === 'gone' ? 'come' : 'gone'))
    .map(({ text }) => `${text}\n`)
    .join('')

const many = (word: string): string =>
  Array.from({ length: 3_000 }, (_, line) => `${word} ${line}`).join('\n')

describe('what an edit changed', () => {
  it('has both sides in it, whole and in order', () => {
    fc.assert(
      fc.property(lines, lines, (old, now) => {
        const [before, after] = [
          old.map((line) => `${line}\n`).join(''),
          now.map((line) => `${line}\n`).join(''),
        ]
        expect(side('gone', before, after)).toBe(before)
        expect(side('come', before, after)).toBe(after)
      }),
    )
  })

  it('shows one changed line among many as one that goes and one that comes', () => {
    const before = Array.from({ length: 2_000 }, (_, line) => `line ${line}`)
    const after = before.with(1_000, 'another')
    const changed = diffLines(before.join('\n'), after.join('\n'))?.filter(({ kind }) => kind !== 'same')
    expect(changed).toEqual([
      { kind: 'gone', text: 'line 1000' },
      { kind: 'come', text: 'another' },
    ])
  })

  it('is not sought where both sides are large and differ all over', () => {
    expect(diffLines(many('old'), many('new'))).toBeNull()
  })

  it('leaves out equal lines that are far from a change, and says how many', () => {
    const before = Array.from({ length: 20 }, (_, line) => `${line}`)
    const parts = foldSame(diffLines(before.join('\n'), before.with(10, 'x').join('\n')) ?? [], 3)
    expect(parts.map((part) => (part.kind === 'lines' ? part.lines.length : -part.count))).toEqual([
      -7, 8, -6,
    ])
  })
})
