import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { qrLines } from './qr-lines.ts'

const TEXT = `2@${'Ab3+/='.repeat(38)},x,y,z`

/** Escape sequences taken out, which a test of what is drawn must see besides. */
const inked = (line: string): string =>
  line
    .split('\u001b[')
    .map((part, at) => (at === 0 ? part : part.slice(part.indexOf('m') + 1)))
    .join('')

/** The modules that a drawing shows: dark where there is ink, or where there is none. */
const modules = (lines: readonly string[], ink: 'dark' | 'light'): readonly (readonly boolean[])[] =>
  lines.flatMap((line) => {
    const upper = Array.from(inked(line), (block) => '█▀'.includes(block) === (ink === 'dark'))
    const lower = Array.from(inked(line), (block) => '█▄'.includes(block) === (ink === 'dark'))
    return [upper, lower]
  })

describe('a QR code on a terminal', () => {
  const { data, size } = encode(TEXT, { ecc: 'L', border: 4 })

  it('is what was encoded, in ink that is dark where there are colours, and light where there are none', () => {
    const coloured = qrLines(TEXT, 'coloured')
    expect(modules(coloured.lines, 'dark').slice(0, size)).toEqual(data)
    expect(modules(qrLines(TEXT, 'plain').lines, 'light').slice(0, size)).toEqual(data)
    expect(coloured.width).toBe(size)
  })

  it('has four modules of white on every side', () => {
    for (const row of [...data.slice(0, 4), ...data.slice(-4)]) expect(row).not.toContain(true)
    for (const row of data) expect([...row.slice(0, 4), ...row.slice(-4)]).not.toContain(true)
  })

  it('sets black on white in each line, and takes it back', () => {
    for (const line of qrLines(TEXT, 'coloured').lines) {
      expect(line.startsWith('\u001b[38;5;16m\u001b[48;5;231m')).toBe(true)
      expect(line.endsWith('\u001b[0m')).toBe(true)
    }
    expect(qrLines(TEXT, 'plain').lines.join('')).not.toContain('\u001b')
  })

  it('fits into a usual window: 80 columns, with a code as long as they come', () => {
    expect(qrLines(TEXT, 'plain').width).toBeLessThanOrEqual(80)
  })
})
