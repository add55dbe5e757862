import type { Block, Turn } from '../../../shared/contracts/archive-transcript.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { visiblePieces } from '../../../shared/domain/visible-text.ts'
import type { ExportHead } from './export-head.ts'
import { HTML_STYLE } from './html-style.ts'
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

// One file without a script, and without anything that is fetched: the policy in its head forbids both once more, should
// a text have found a way out of its place. Remote text stands between tags only, never in an attribute.

const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

export const htmlHead = (head: ExportHead, title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${plain(`Session ${title}`)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<header>
<h1>Session ${shown(title)}</h1>
<dl>
<dt>program</dt><dd>${shown(head.program)}</dd>
<dt>exported</dt><dd>${escaped(head.exported)}</dd>
<dt>session</dt><dd>${shown(head.of)}</dd>
<dt>secrets</dt><dd>secrets: ${head.secrets}</dd>
</dl>
</header>
<main>
`

export const HTML_END = '</main>\n</body>\n</html>\n'

export const htmlTurn = (turn: Turn): string => {
  const facts = [
    escaped(momentText(turn.at)),
    shown(senderText(turn)),
    shown(turn.model),
    turn.stop === 'stop' ? '' : shown(turn.stop),
    ...turnMarks(turn).map(escaped),
  ].filter((fact) => fact !== '')
  const why = turn.why === '' ? '' : `<p class="why">${shown(turn.why)}</p>\n`
  return `<article id="turn-${turn.turn + 1}" class="${classOf(turn)}">
<h2>${turn.turn + 1} ${KIND_WORD[turn.kind]}</h2>
<p class="facts">${facts.join(' · ')}</p>
${why}${turn.blocks.map(htmlBlock).join('')}</article>
`
}

const classOf = ({ kind, isError, refused, abandoned }: Turn): string =>
  [kind, isError ? 'error' : '', refused ? 'refused' : '', abandoned ? 'abandoned' : '']
    .filter((name) => name !== '')
    .join(' ')

const htmlBlock = (block: Block): string => {
  switch (block.kind) {
    case 'text':
    case 'raw':
      return pre(block.text, block.cut, block.kind)
    case 'thinking':
      return `<details><summary>Thinking</summary>\n${pre(block.text, block.cut, 'thinking')}</details>\n`
    case 'image':
      return `<p class="facts">A picture: ${shown(block.mime)}, ${block.bytes} bytes</p>\n`
    case 'call':
      return htmlCall(block)
    default:
      return assertNever(block)
  }
}

const htmlCall = (call: Extract<Block, { kind: 'call' }>): string => {
  const { change, result } = call
  const given = showsArguments(call) ? pre(call.arguments, call.cut, 'arguments') : ''
  const edit =
    change === null
      ? ''
      : `<p class="facts">${shown(change.path)}</p>\n${pre(signed(change.before, '-'), 0, 'before')}${pre(
          signed(change.after, '+'),
          change.cut,
          'after',
        )}`
  const output = result === null ? '' : pre(result.text, result.cut, 'output')
  const marks = resultMarks(result).map(escaped).join(' · ')
  return `<details open class="call"><summary>${shown(call.tool)} <span class="facts">${marks}</span></summary>
${given}${edit}${output}</details>
`
}

type TextClass = 'text' | 'raw' | 'thinking' | 'arguments' | 'before' | 'after' | 'output'

/** A line break after the tag would be swallowed, so one is put there. */
const pre = (text: string, cut: number, name: TextClass): string =>
  text === '' && cut === 0
    ? ''
    : `<pre class="${name}" dir="auto">\n${shown(text)}</pre>\n${cut === 0 ? '' : `<p class="facts">${escaped(cutText(cut))}</p>\n`}`

/** Remote text between tags: escaped, and what does not show is a mark that does. */
const shown = (text: string): string =>
  visiblePieces(text.replaceAll('\r\n', '\n'))
    .map((piece) => ('text' in piece ? escaped(piece.text) : `<mark>${piece.mark}</mark>`))
    .join('')

/** The same where no element may stand. */
const plain = (text: string): string =>
  visiblePieces(text)
    .map((piece) => ('text' in piece ? escaped(piece.text) : piece.mark))
    .join('')

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

const escaped = (text: string): string => text.replace(/[&<>"'`]/g, (found) => ESCAPES[found] ?? '')
