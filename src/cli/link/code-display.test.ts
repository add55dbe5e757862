import { describe, expect, it } from 'vitest'
import { createCodeDisplay } from './code-display.ts'
import { qrLines } from './qr-lines.ts'

const HEIGHT = qrLines('2@one', 'plain').lines.length
const code = (text: string, until = 20_000) => ({ text, until })

const scene = (size: { readonly width: number; readonly height: number } | 'none') => {
  const written: string[] = []
  const printed: string[] = []
  let at = 0
  const display = createCodeDisplay({
    now: () => at,
    print: (line) => printed.push(line),
    screen:
      size === 'none'
        ? undefined
        : { width: () => size.width, height: () => size.height, write: (text) => written.push(text) },
  })
  return { display, written, printed, pass: (ms: number) => (at += ms) }
}

describe('a code on a terminal', () => {
  it('takes the place of the one before, and counts down', () => {
    const { display, written, pass } = scene({ width: 80, height: 60 })
    display.show(code('2@one'))
    expect(written[0]).toContain('Good for 20 s. A new one follows by itself.\n')
    expect(written[0]).not.toContain('\u001b[0J')
    display.show(code('2@one'))
    expect(written).toHaveLength(1)
    pass(5_500)
    display.show(code('2@one'))
    expect(written[1]?.startsWith(`\u001b[${String(HEIGHT + 1)}A\r\u001b[0J`)).toBe(true)
    expect(written[1]).toContain('Good for 15 s.')
    display.show(code('2@two', 30_000))
    expect(written[2]).toContain('Good for 25 s.')
    pass(60_000)
    display.show(code('2@two', 30_000))
    expect(written[3]).toContain('Waiting for a new code.')
  })

  it('is wiped out when it is over', () => {
    const { display, written } = scene({ width: 80, height: 60 })
    display.show(code('2@one'))
    display.show(null)
    expect(written.at(-1)).toBe(`\u001b[${String(HEIGHT + 1)}A\r\u001b[0J`)
    display.show(null)
    expect(written).toHaveLength(2)
  })

  it('is drawn once, and stays, where the window is too low for it', () => {
    const { display, written, pass } = scene({ width: 80, height: 10 })
    display.show(code('2@one'))
    pass(1_000)
    display.show(code('2@one'))
    expect(written).toHaveLength(1)
    display.show(code('2@two'))
    expect(written).toHaveLength(2)
    expect(written[1]).not.toContain('\u001b[0J')
  })

  it('says how wide the window has to be where the code would be broken', () => {
    const { display, written } = scene({ width: 20, height: 60 })
    display.show(code('2@one'))
    expect(written.join('')).toMatch(/^The code needs a window of \d+ columns, and this one has 20\.\n$/)
  })
})

describe('a code where there is no terminal', () => {
  it('is printed once, without escape sequences, and so is each that follows', () => {
    const { display, printed, pass } = scene('none')
    display.show(code('2@one'))
    pass(1_000)
    display.show(code('2@one'))
    display.show(null)
    expect(printed).toHaveLength(HEIGHT + 1)
    expect(printed.join('')).not.toContain('\u001b')
    display.show(code('2@two', 30_000))
    expect(printed).toHaveLength(2 * (HEIGHT + 1))
  })
})
