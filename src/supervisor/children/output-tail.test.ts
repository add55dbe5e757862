import { describe, expect, it } from 'vitest'
import { createOutputTail } from './output-tail.ts'

const scene = () => {
  const shown: string[] = []
  const tail = createOutputTail(
    (line) => line.replaceAll('secret', '…'),
    (line) => shown.push(line),
  )
  return { tail, shown }
}

describe('the end of a child’s output', () => {
  it('is its last fifty lines', () => {
    const { tail } = scene()
    for (let at = 0; at < 120; at += 1) tail.push(`line ${at}\n`)
    expect(tail.lines()).toHaveLength(50)
    expect([tail.lines()[0], tail.lines()[49]]).toEqual(['line 70', 'line 119'])
  })

  it('has the words of a child that died within a line', () => {
    const { tail, shown } = scene()
    tail.push('one\ntw')
    tail.push('o')
    expect(tail.lines()).toEqual(['one', 'two'])
    expect(shown).toEqual(['one'])
  })

  it('is redacted before anybody sees it, also where a secret came in two pieces', () => {
    const { tail, shown } = scene()
    tail.push('the sec')
    tail.push('ret is\n a secret')
    expect([shown, tail.lines()]).toEqual([['the … is'], ['the … is', ' a …']])
  })

  it('is all that is read of a flood of lines, and the rest is said to be missing', () => {
    const { tail, shown } = scene()
    tail.push('half a line, ')
    tail.push('\n'.repeat(65_536) + 'the last\n')
    expect(shown).toHaveLength(201)
    expect([shown[0], shown.at(-1)]).toEqual([expect.stringContaining('left out'), 'the last'])
    tail.push('\nline\n\nanother\n')
    expect(shown.slice(201)).toEqual(['', 'line', '', 'another'])
  })

  it('takes no more room than fifty lines of 2,000 characters, whatever comes', () => {
    const { tail } = scene()
    for (let at = 0; at < 200; at += 1) tail.push('x'.repeat(100_000))
    tail.push('\n')
    expect(tail.lines()).toEqual(['x'.repeat(2_000)])
  })
})
