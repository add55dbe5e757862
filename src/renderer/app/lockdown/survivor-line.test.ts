import { expect, it } from 'vitest'
import { survivorLine } from './survivor-line.ts'

it('names survivors in one line, cuts a long command, and counts those that do not fit', () => {
  const line = survivorLine([
    { kind: 'process', pid: 1, command: 'x'.repeat(500) },
    { kind: 'container', id: 'abc', name: 'demo' },
    { kind: 'process', pid: 3, command: 'sh' },
    { kind: 'process', pid: 4, command: 'sh' },
  ])
  expect(line).toBe(`1 ${'x'.repeat(60)}…, box “demo”, 3 sh, and 1 more`)
})
