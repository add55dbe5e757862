import { visiblePieces } from '../shared/domain/visible-text.ts'

/**
 * JSON of two spaces that is safe to look at: what JSON leaves as it is, but a terminal would obey or hide (C1
 * controls, bidirectional overrides), is written as an escape. It parses to the same value.
 */
export const toSafeJson = (value: unknown): string => safe(JSON.stringify(value, null, 2))

/** The same on one line, for output of one object a line. */
export const toSafeJsonLine = (value: unknown): string => safe(JSON.stringify(value))

const safe = (json: string): string =>
  visiblePieces(json)
    .map((piece) => ('text' in piece ? piece.text : escaped(Number.parseInt(piece.mark.slice(2), 16))))
    .join('')

const escaped = (codePoint: number): string =>
  Array.from(String.fromCodePoint(codePoint).split(''), (unit) => {
    const code = unit.charCodeAt(0).toString(16).padStart(4, '0')
    return `\\u${code}`
  }).join('')
