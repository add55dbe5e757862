import { type ReactNode, useMemo } from 'react'
import { visiblePieces } from '../../../shared/domain/visible-text.ts'
import { splitByTerms } from './split-by-terms.ts'

/** Longer texts are cut on the screen, and say by how much; 4,000 characters are two screens full. */
const MAX_CHARS = 4000
/** Beyond so many marks in one text the others are drawn as plain text: elements are dear, and a text may be all marks. */
const MAX_MARKS = 500

/**
 * The only way in which text from outside reaches the screen: inert, isolated from its surroundings, and
 * with what would hide or reorder it shown as a mark. `block` keeps its line breaks. `exact` is for what is
 * decided about: never cut, every blank drawn, and each character where it stands in the text, since letters
 * that run right to left would reorder a command without any mark. `most` cuts elsewhere than after 4,000 UTF-16
 * units, `highlight` is what was searched for, in any case.
 */
export const RemoteText = ({
  text,
  shape = 'line',
  most = MAX_CHARS,
  highlight = NOTHING,
  className = '',
}: {
  readonly text: string
  readonly shape?: 'line' | 'block' | 'exact'
  readonly most?: number
  readonly highlight?: readonly string[]
  readonly className?: string
}): ReactNode => {
  const pieces = useMemo(
    () => drawPieces(text, shape === 'exact' ? 'whole' : most, highlight),
    [text, shape, most, highlight],
  )
  if (shape === 'exact') {
    return (
      <bdo dir="ltr" className={`block wrap-anywhere whitespace-break-spaces ${className}`}>
        {pieces}
      </bdo>
    )
  }
  const layout = shape === 'block' ? 'block whitespace-pre-wrap' : ''
  return <bdi className={`wrap-anywhere ${layout} ${className}`}>{pieces}</bdi>
}

const NOTHING: readonly string[] = []

const drawPieces = (
  text: string,
  most: number | 'whole',
  highlight: readonly string[],
): readonly ReactNode[] => {
  const shown = most !== 'whole' && text.length > most ? text.slice(0, most) : text
  const nodes: ReactNode[] = []
  let at = 0
  let marks = 0
  for (const piece of visiblePieces(shown)) {
    if ('text' in piece) {
      nodes.push(...highlighted(piece.text, highlight, at))
      at += piece.text.length
    } else if (most !== 'whole' && marks >= MAX_MARKS) {
      nodes.push(`‹${piece.mark}›`)
      at += 1
    } else {
      marks += 1
      nodes.push(
        <span key={at} className="mark" title={`An invisible or reordering character, ${piece.mark}`}>
          {piece.mark}
        </span>,
      )
      at += 1
    }
  }
  if (text.length > shown.length) {
    nodes.push(
      <span key="cut" className="text-faint">
        {' '}
        … {text.length - shown.length} more characters
      </span>,
    )
  }
  return nodes
}

const highlighted = (text: string, terms: readonly string[], at: number): readonly ReactNode[] =>
  terms.length === 0
    ? [text]
    : splitByTerms(text, terms).map((piece) =>
        piece.hit ? <mark key={`${at + piece.at}`}>{piece.text}</mark> : piece.text,
      )
