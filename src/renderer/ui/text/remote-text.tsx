import { type ReactNode, useMemo } from 'react'
import { visiblePieces } from '../../../shared/domain/visible-text.ts'

/** Longer texts are cut on the screen, and say by how much; 4,000 characters are two screens full. */
const MAX_CHARS = 4000

/**
 * The only way in which text from outside reaches the screen: inert, isolated from its surroundings, and
 * with what would hide or reorder it shown as a mark. `block` keeps its line breaks. `exact` is for what is
 * decided about: never cut, every blank drawn, and each character where it stands in the text, since letters
 * that run right to left would reorder a command without any mark.
 */
export const RemoteText = ({
  text,
  shape = 'line',
  className = '',
}: {
  readonly text: string
  readonly shape?: 'line' | 'block' | 'exact'
  readonly className?: string
}): ReactNode => {
  const pieces = useMemo(() => drawPieces(text, shape === 'exact' ? text.length : MAX_CHARS), [text, shape])
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

const drawPieces = (text: string, most: number): readonly ReactNode[] => {
  const shown = text.length > most ? text.slice(0, most) : text
  const nodes: ReactNode[] = []
  let at = 0
  for (const piece of visiblePieces(shown)) {
    if ('text' in piece) {
      nodes.push(piece.text)
      at += piece.text.length
    } else {
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
