import type { Block, CallResult, Turn } from '../../../shared/contracts/archive-transcript.ts'

// The words in which both readable exports speak of a turn.

export const KIND_WORD: Readonly<Record<Turn['kind'], string>> = {
  user: 'User',
  agent: 'Agent',
  result: 'Result',
  gate: 'Gate',
  outbox: 'Outbox',
  summary: 'Summary',
  change: 'Change',
  note: 'Note',
  unknown: 'Unknown line',
  broken: 'Broken line',
}

export const momentText = (at: number | null): string =>
  at === null
    ? ''
    : new Date(at)
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC')

/** Who wrote it; remote text. */
export const senderText = ({ from }: Turn): string => {
  if (from === null) return ''
  const name = [from.provider, from.sender].filter((part) => part !== '').join(':')
  const marks = [from.trust, from.forwarded ? 'forwarded' : ''].filter((mark) => mark !== '')
  return marks.length === 0 ? name : `${name} (${marks.join(', ')})`
}

/** What is to be said of a turn besides its text, none of it remote. */
export const turnMarks = (turn: Turn): readonly string[] =>
  [
    turn.isError ? 'error' : '',
    turn.refused ? 'refused' : '',
    turn.delivery,
    turn.abandoned ? 'on a branch that was left' : '',
    turn.forkOf === null ? '' : turn.forkOf < 0 ? 'a new beginning' : `continues turn ${turn.forkOf + 1}`,
    turn.tokens === null ? '' : `${turn.tokens.total} tokens`,
    turn.cost === null ? '' : `$${turn.cost.toFixed(4)}`,
  ].filter((mark) => mark !== '')

const RAN_ON: Readonly<Record<CallResult['ranOn'], string>> = {
  host: 'on the host',
  sandbox: 'in the sandbox',
  messenger: 'by messenger',
  '': '',
}

/** How a call ended, none of it remote. */
export const resultMarks = (result: CallResult | null): readonly string[] =>
  result === null
    ? ['nothing says what it came to']
    : [
        result.refused ? 'refused' : result.isError ? 'error' : 'done',
        result.exitCode === null ? '' : `exit code ${result.exitCode}`,
        result.signal === null ? '' : `signal ${result.signal}`,
        result.timedOut ? 'timed out' : '',
        result.durationMs === null ? '' : `${(result.durationMs / 1000).toFixed(1)} s`,
        RAN_ON[result.ranOn],
        result.dropped === 0 ? '' : `${result.dropped} bytes of output not kept`,
      ].filter((mark) => mark !== '')

/** Arguments that are not shown as a change anyway. */
export const showsArguments = ({ arguments: given, change }: Extract<Block, { kind: 'call' }>): boolean =>
  change === null && given !== '{}' && given !== ''

export const cutText = (cut: number): string =>
  cut === 0 ? '' : `(${cut} more characters are not in this file)`

/** Lines of a change with a sign before each. */
export const signed = (text: string, sign: '+' | '-'): string =>
  text === ''
    ? ''
    : text
        .split('\n')
        .map((line) => `${sign} ${line}`)
        .join('\n')
