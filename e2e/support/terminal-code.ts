// A code to scan, as somebody sees it who looks at the output of a program.
import { decodeQR } from 'qr/decode.js'

/** A line of half blocks, light as ink: what stands where the output is no terminal. */
const DRAWN = /^[ ▀▄█]{20,}$/
/** Below each drawing, once it is whole. */
const BELOW = /^Good for \d+ s\b/
/** Pixels of a module: a camera sees more than one. */
const SCALE = 4

/** What the last whole drawing in this output says; undefined while there is none. */
export const codeInOutput = (output: string): string | undefined => {
  const lines = output.split('\n')
  const below = lines.findLastIndex((line) => BELOW.test(line))
  if (below < 0) return undefined
  const above = lines.slice(0, below).findLastIndex((line) => !DRAWN.test(line))
  return decodeQR(imageOf(lines.slice(above + 1, below)))
}

/** Each character is two modules, one above the other. */
const imageOf = (
  drawn: readonly string[],
): { readonly width: number; readonly height: number; readonly data: Uint8Array } => {
  const rows = drawn.flatMap((line) => [
    Array.from(line, (block) => block === '█' || block === '▀'),
    Array.from(line, (block) => block === '█' || block === '▄'),
  ])
  const width = (rows[0]?.length ?? 0) * SCALE
  const height = rows.length * SCALE
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const isLight = rows[Math.floor(y / SCALE)]?.[Math.floor(x / SCALE)] === true
      const at = (y * width + x) * 4
      data.fill(isLight ? 255 : 0, at, at + 3)
      data[at + 3] = 255
    }
  return { width, height, data }
}
