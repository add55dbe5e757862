import { alphabet, isAlphabet, isIn } from './alphabets.ts'
import { codeAt, MAX_VALUE, runEnd, type Scan, standsAt } from './scan.ts'

type Piece =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'run'; readonly alphabet: number; readonly min: number; readonly max: number }

export interface Format {
  readonly pieces: readonly Piece[]
  /** The alphabet of an open end, which may go on for longer than is looked at. */
  readonly open: number | undefined
  /** How long the literal is that it begins with. */
  readonly lead: number
}

/** A line of a table: names, two spaces or more, formats. */
export interface TableLine {
  readonly names: readonly string[]
  readonly formats: readonly Format[]
}

const UUID = "hex{8} '-' hex{4} '-' hex{4} '-' hex{4} '-' hex{12}"
const OPEN = Number.POSITIVE_INFINITY

/** @throws Error if the table is not as key-formats.ts says: a mistake in this program. */
export const parseTable = (table: string): readonly TableLine[] =>
  table
    .trim()
    .split('\n')
    .map((line) => {
      const names = line.slice(0, line.indexOf(' '))
      const formats = line.slice(names.length).trim().split(' | ')
      return { names: names.split(','), formats: formats.map(parseFormat) }
    })

const parseFormat = (text: string): Format => {
  const pieces = text.replaceAll('uuid', UUID).split(' ').map(parsePiece)
  const end = pieces.at(-1)
  const open = end?.kind === 'run' && end.max === OPEN ? end.alphabet : undefined
  const first = pieces[0]
  return { pieces, open, lead: first?.kind === 'literal' ? first.text.length : 0 }
}

const parsePiece = (text: string): Piece => {
  const literal = /^'(.+)'$/.exec(text)?.[1]
  if (literal !== undefined) return { kind: 'literal', text: literal }
  const [, name = '', min = '', more, max] = /^(\w+)\{(\d+)(,(\d*))?\}$/.exec(text) ?? []
  if (!isAlphabet(name)) throw new Error(`not a piece of a format: ${text}`)
  const most = more === undefined ? Number(min) : max === '' ? OPEN : Number(max)
  return { kind: 'run', alphabet: alphabet(name), min: Number(min), max: most }
}

const WORD = alphabet('word')

/** Where what has this format and begins at `at` ends; -1 if nothing that has it does. */
export const formatEnd = (scan: Scan, { pieces, open }: Format, at: number): number => {
  let end = at
  for (const piece of pieces) {
    if (piece.kind === 'literal') {
      if (!standsAt(scan, piece.text, end)) return -1
      end += piece.text.length
    } else {
      const to = runEnd(scan, piece.alphabet, end, Math.min(piece.max, MAX_VALUE))
      if (to - end < piece.min) return -1
      end = to
    }
  }
  return open === undefined && isIn(WORD, codeAt(scan, end)) ? -1 : end
}

/** The first four characters of every text that has this format, folded as fold() does: for the filter. */
export const firstFolds = ({ pieces }: Format): readonly (readonly number[])[] => {
  const folds: (readonly number[])[] = []
  for (const piece of pieces) {
    if (piece.kind === 'literal')
      for (const character of piece.text) folds.push([fold(character.charCodeAt(0))])
    else for (let count = 0; count < Math.min(piece.min, 4); count += 1) folds.push(foldsOf(piece.alphabet))
    if (folds.length >= 4) break
  }
  return folds.slice(0, 4)
}

const foldsOf = (number: number): readonly number[] => {
  const found = new Set<number>()
  for (let code = 0; code < 128; code += 1) if (isIn(number, code)) found.add(fold(code))
  return [...found]
}

/** A character as one of 32: letters without case, all digits as one, some signs, and the rest. */
export const fold = (code: number): number => (code < 128 ? (FOLDS[code] ?? 0) : 0)

const FOLDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const lower = code >= 65 && code <= 90 ? code + 32 : code
  if (lower >= 97 && lower <= 122) return lower - 96
  if (code >= 48 && code <= 57) return 27
  if (code === 45 || code === 95) return 28
  if (code === 46) return 29
  return code === 47 || code === 58 ? 30 : 0
})
