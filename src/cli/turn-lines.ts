import type { Block, CallResult, Turn } from '../shared/contracts/archive-transcript.ts'
import { assertNever } from '../shared/domain/assert-never.ts'
import { visibleLine } from '../shared/domain/visible-text.ts'
import { showTime } from './show-time.ts'

/** One turn as lines for a terminal: every character in them that would act or hide is a visible mark. */
export const turnLines = (turn: Turn): readonly string[] => [
  visibleLine(headOf(turn)),
  ...(turn.why === '' ? [] : [visibleLine(`  ${turn.why}`)]),
  ...turn.blocks.flatMap(blockLines),
]

const headOf = (turn: Turn): string => {
  const { from, tokens, cost, kind } = turn
  const facts = [
    ...(from === null ? [] : [`${from.provider}:${from.sender}`, from.trust]),
    ...(from?.forwarded === true ? ['forwarded'] : []),
    turn.model,
    ...(tokens === null ? [] : [`${String(tokens.total)} tokens`]),
    ...(cost === null ? [] : [`$${cost.toFixed(4)}`]),
    turn.stop === 'stop' || turn.stop === 'toolUse' ? '' : turn.stop,
    turn.delivery,
    ...(turn.isError ? ['error'] : []),
    ...(turn.refused ? ['refused'] : []),
    ...(turn.forkOf === null ? [] : [`goes on from turn ${String(turn.forkOf)}`]),
    ...(turn.abandoned ? ['on a branch that was left'] : []),
  ].filter((fact) => fact !== '')
  const said = facts.length === 0 ? '' : `  (${facts.join(', ')})`
  return `#${String(turn.turn)}  ${showTime(turn.at).trim()}  ${kind}${said}`
}

const blockLines = (block: Block): readonly string[] => {
  switch (block.kind) {
    case 'text':
      return textLines(block.text, block.cut, '  ')
    case 'thinking':
      return ['  [thinking]', ...textLines(block.text, block.cut, '  | ')]
    case 'image':
      return [visibleLine(`  [image ${block.mime}, ${String(block.bytes)} bytes]`)]
    case 'raw':
      return textLines(block.text, block.cut, '  ')
    case 'call':
      return callLines(block)
    default:
      return assertNever(block)
  }
}

const callLines = (call: Extract<Block, { kind: 'call' }>): readonly string[] => [
  visibleLine(`  > ${call.tool}${call.brief === '' ? '' : ` ${call.brief}`}`),
  ...(call.change === null ? textLines(call.arguments, call.cut, '    ') : changeLines(call.change)),
  ...(call.result === null ? ['    nothing says what it came to'] : resultLines(call.result)),
]

const changeLines = ({
  before,
  after,
  cut,
}: NonNullable<Extract<Block, { kind: 'call' }>['change']>): readonly string[] => [
  ...(before === '' ? [] : textLines(before, 0, '    - ')),
  ...textLines(after, cut, '    + '),
]

const resultLines = (result: CallResult): readonly string[] => {
  const facts = [
    result.ranOn === 'sandbox' ? 'box' : result.ranOn,
    ...(result.exitCode === null ? [] : [`exit ${String(result.exitCode)}`]),
    ...(result.signal === null ? [] : [`signal ${String(result.signal)}`]),
    ...(result.timedOut ? ['timed out'] : []),
    ...(result.durationMs === null ? [] : [`${String(result.durationMs)} ms`]),
    ...(result.isError ? ['error'] : []),
    ...(result.refused ? ['refused'] : []),
    ...(result.dropped === 0 ? [] : [`${String(result.dropped)} bytes not kept`]),
  ].filter((fact) => fact !== '')
  return [
    ...(facts.length === 0 ? [] : [visibleLine(`    [${facts.join(', ')}]`)]),
    ...textLines(result.text, result.cut, '    '),
  ]
}

const textLines = (text: string, cut: number, indent: string): readonly string[] => [
  ...(text === '' ? [] : text.split(/\r?\n/).map((line) => `${indent}${visibleLine(line)}`)),
  ...(cut === 0 ? [] : [`${indent}… ${String(cut)} characters more, which sessions export has`]),
]
