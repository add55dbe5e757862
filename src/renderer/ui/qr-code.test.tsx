import * as fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { encode } from 'uqr'
import { describe, expect, it } from 'vitest'
import { QR_SIZE, QrCode } from './qr-code.tsx'

/** The picture as it is painted: for each CSS pixel, whether it is dark. Throws where a module has half a pixel. */
const paint = (text: string): readonly (readonly boolean[])[] => {
  const markup = renderToStaticMarkup(<QrCode text={text} label="a code" />)
  const path = / d="([^"]*)"/.exec(markup)?.[1] ?? ''
  const rows = Array.from({ length: QR_SIZE }, () => Array.from({ length: QR_SIZE }, () => false))
  const rectangles = [...path.matchAll(/M(\d+) (\d+)h(\d+)v(\d+)h-(\d+)z/g)]
  if (rectangles.map(([whole]) => whole).join('') !== path) throw new Error('not whole pixels')
  for (const [, x, y, width, height] of rectangles.map((found) => found.map(Number))) {
    for (let row = 0; row < (height ?? 0); row += 1)
      rows[(y ?? 0) + row]?.fill(true, x ?? 0, (x ?? 0) + (width ?? 0))
  }
  return rows
}

const firstDark = (rows: readonly (readonly boolean[])[]): number =>
  rows.findIndex((row) => row.includes(true))

describe('a QR code', () => {
  it('paints each module as a square of whole pixels, with four modules of white around', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 1_000, unit: 'grapheme-ascii' }), (text) => {
        const { data, size } = encode(text, { border: 0 })
        const rows = paint(text)
        const start = firstDark(rows)
        const side = (rows[start]?.indexOf(false, start) ?? 0) - start
        // The corner is a finder pattern, seven modules wide.
        const module = side / 7
        expect(Number.isInteger(module)).toBe(true)
        expect(start).toBeGreaterThanOrEqual(4 * module)
        expect(start + size * module + 4 * module).toBeLessThanOrEqual(QR_SIZE)
        for (const [y, row] of data.entries())
          for (const [x, dark] of row.entries())
            expect(rows[start + y * module]?.[start + x * module]).toBe(dark)
      }),
      { numRuns: 20 },
    )
  })

  it('is black on white by itself, whatever the theme, and has a name', () => {
    const markup = renderToStaticMarkup(<QrCode text="2@abc" label="QR code that links WhatsApp" />)
    expect(markup).toMatch(/<rect[^>]*fill="#fff"/)
    expect(markup).toMatch(/<path[^>]*fill="#000"/)
    expect(markup).toContain('forced-color-adjust-none')
    expect(markup).toContain('role="img" aria-label="QR code that links WhatsApp"')
  })

  it('does not write its text into the page', () => {
    expect(renderToStaticMarkup(<QrCode text="2@secret" label="a code" />)).not.toContain('secret')
  })
})
