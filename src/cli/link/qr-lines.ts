import { encode } from 'uqr'

/** Black on white, whatever the terminal's own colours are: a code in its colours is light on dark for half of all people. */
const BLACK_ON_WHITE = '\u001b[38;5;16m\u001b[48;5;231m'
const USUAL = '\u001b[0m'
/** Modules of white around it, as the standard asks for (ISO/IEC 18004). */
const QUIET_ZONE = 4

/** Upper and lower module of a character, dark or not. */
const DARK_AS_INK: Blocks = { both: '█', upper: '▀', lower: '▄', none: ' ' }
const LIGHT_AS_INK: Blocks = { both: ' ', upper: '▄', lower: '▀', none: '█' }

interface Blocks {
  readonly both: string
  readonly upper: string
  readonly lower: string
  readonly none: string
}

export interface QrLines {
  readonly lines: readonly string[]
  /** Columns that each line takes. */
  readonly width: number
}

/**
 * A QR code as lines of half blocks. `coloured` is right on every background. `plain` has no escape sequences, for what is no
 * terminal, and is right where it is then shown as light text on dark.
 */
export const qrLines = (text: string, colours: 'coloured' | 'plain'): QrLines => {
  const { data, size } = encode(text, { ecc: 'L', border: QUIET_ZONE })
  const blocks = colours === 'coloured' ? DARK_AS_INK : LIGHT_AS_INK
  const lines: string[] = []
  for (let row = 0; row < size; row += 2) {
    // An odd number of rows ends with half a line of quiet zone.
    const [upper = [], lower = []] = [data[row], data[row + 1]]
    const line = Array.from({ length: size }, (_, column) =>
      blockOf(blocks, upper[column] === true, lower[column] === true),
    ).join('')
    lines.push(colours === 'coloured' ? `${BLACK_ON_WHITE}${line}${USUAL}` : line)
  }
  return { lines, width: size }
}

const blockOf = (blocks: Blocks, upper: boolean, lower: boolean): string => {
  if (upper) return lower ? blocks.both : blocks.upper
  return lower ? blocks.lower : blocks.none
}
