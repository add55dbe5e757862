import { type ReactNode, useMemo } from 'react'
import { encode } from 'uqr'

/** Width and height of the picture in CSS pixels, its white border included. */
export const QR_SIZE = 264
/** The white around a code that scanners ask for, in modules (ISO/IEC 18004). */
const QUIET = 4

/**
 * A text as a QR code, dark on white in every theme, since many scanners know no other. Each module is a whole number of
 * pixels wide, so that none is blurred; what is left over is white. Texts up to 1,000 bytes.
 */
export const QrCode = ({ text, label }: { readonly text: string; readonly label: string }): ReactNode => {
  const path = useMemo(() => modulesOf(text), [text])
  return (
    <svg
      role="img"
      aria-label={label}
      width={QR_SIZE}
      height={QR_SIZE}
      viewBox={`0 0 ${QR_SIZE} ${QR_SIZE}`}
      className="forced-color-adjust-none block shrink-0 rounded-m outline outline-line"
    >
      <rect width={QR_SIZE} height={QR_SIZE} fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}

/** The dark modules, as rectangles of one row each. */
const modulesOf = (text: string): string => {
  const { data, size } = encode(text, { border: 0 })
  const side = Math.max(1, Math.floor(QR_SIZE / (size + 2 * QUIET)))
  const start = Math.floor((QR_SIZE - size * side) / 2)
  return data
    .flatMap((row, y) =>
      runsOf(row).map(({ x, length }) => {
        const width = length * side
        return `M${start + x * side} ${start + y * side}h${width}v${side}h${-width}z`
      }),
    )
    .join('')
}

interface Run {
  readonly x: number
  readonly length: number
}

const runsOf = (row: readonly boolean[]): readonly Run[] => {
  const runs: Run[] = []
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue
    const end = row.indexOf(false, x)
    const length = (end === -1 ? row.length : end) - x
    runs.push({ x, length })
    x += length
  }
  return runs
}
