import type { Block, Turn } from '../../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { visibleLine, visiblePieces } from '../../../shared/domain/visible-text.ts'
import type { ExportHead } from './export-head.ts'
import {
  cutText,
  KIND_WORD,
  momentText,
  resultMarks,
  senderText,
  showsArguments,
  signed,
  turnMarks,
} from './turn-words.ts'

// Everything remote stands in a code span or in a fenced block that is longer than any run of backticks in it, and
// what does not show is a visible mark: so no text can become a heading, a link, a rule or HTML.

export const markdownHead = (head: ExportHead, title: string): string =>
  `# Session ${span(title)}

- program: ${span(head.program)}
- exported: ${head.exported}
- session: ${span(head.of)}
- secrets: ${head.secrets}
`

export const markdownTurn = (turn: Turn): string => {
  const marks = [...turnMarks(turn)]
  const facts = [
    momentText(turn.at),
    spanOrNothing(senderText(turn)),
    spanOrNothing(turn.model),
    turn.stop === '' || turn.stop === 'stop' ? '' : spanOrNothing(turn.stop),
    ...marks,
  ].filter((fact) => fact !== '')
  const pieces = [
    `## ${turn.turn + 1} ${KIND_WORD[turn.kind]}`,
    facts.join(' · '),
    turn.why === '' ? '' : fenced(turn.why),
    ...turn.blocks.map(markdownBlock),
  ].filter((piece) => piece !== '')
  return `\n${pieces.join('\n\n')}\n`
}

const markdownBlock = (block: Block): string => {
  switch (block.kind) {
    case 'text':
    case 'raw':
      return withCut(fenced(block.text), block.cut)
    case 'thinking':
      return withCut(`Thinking:\n\n${fenced(block.text)}`, block.cut)
    case 'image':
      return `A picture: ${[spanOrNothing(block.mime), `${block.bytes} bytes`].filter((part) => part !== '').join(', ')}`
    case 'call':
      return markdownCall(block)
    default:
      return assertNever(block)
  }
}

const markdownCall = (call: Extract<Block, { kind: 'call' }>): string => {
  const { change, result } = call
  const pieces = [
    `### ${span(call.tool)}`,
    resultMarks(result).join(' · '),
    showsArguments(call) ? withCut(fenced(call.arguments), call.cut) : '',
    change === null
      ? ''
      : withCut(`${span(change.path)}\n\n${fenced(difference(change), 'diff')}`, change.cut),
    result === null || result.text === '' ? '' : withCut(fenced(result.text), result.cut),
  ]
  return pieces.filter((piece) => piece !== '').join('\n\n')
}

const difference = ({ before, after }: { readonly before: string; readonly after: string }): string =>
  [signed(before, '-'), signed(after, '+')].filter((lines) => lines !== '').join('\n')

const withCut = (text: string, cut: number): string => (cut === 0 ? text : `${text}\n\n${cutText(cut)}`)

/** Remote text of several lines. */
const fenced = (text: string, language: 'text' | 'diff' = 'text'): string => {
  const shown = visible(text)
  const fence = '`'.repeat(Math.max(3, longestRun(shown) + 1))
  return `${fence}${language}\n${shown}${shown.endsWith('\n') ? '' : '\n'}${fence}`
}

/** Remote text in a line. */
const span = (text: string): string => {
  const line = visibleLine(text)
  const ticks = '`'.repeat(longestRun(line) + 1)
  // A space on both sides keeps a backtick at an end apart, and is not shown.
  return `${ticks} ${line === '' ? '-' : line} ${ticks}`
}

const spanOrNothing = (text: string): string => (text === '' ? '' : span(text))

const longestRun = (text: string): number => {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}

const visible = (text: string): string =>
  visiblePieces(text.replaceAll('\r\n', '\n'))
    .map((piece) => ('text' in piece ? piece.text : `‹${piece.mark}›`))
    .join('')
