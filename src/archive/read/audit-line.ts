import { isObject, parseObject, stringIn, wordsOf } from './json.ts'
import { type Line, TOO_LONG } from './line-form.ts'
import { momentOf } from './when.ts'

export interface AuditFacts {
  /** Milliseconds since the epoch; null where the line has none that can be read. */
  readonly at: number | null
  /** `tool.run`, …; empty for a line that is no record. */
  readonly act: string
  /** What is searched: all that the record says, without its place in the chain. */
  readonly text: string
  readonly isError: boolean
  readonly refused: boolean
  readonly broken: boolean
  /** Names the accepted message it was done for; empty where it says none. */
  readonly event: string
  readonly session: string
  readonly provider: string
  /** `telegram:42`. */
  readonly person: string
}

const MAX_BROKEN = 10_000

const NOTHING: AuditFacts = {
  at: null,
  act: '',
  text: '',
  isError: false,
  refused: false,
  broken: true,
  event: '',
  session: '',
  provider: '',
  person: '',
}

const REFUSED_ACTS = new Set(['verdict.drop', 'pairing.deny', 'host.deny'])
const FAILED_RESULTS = new Set(['failed', 'unconfirmed', 'timed_out', 'interrupted'])

/** One line of the audit, as it says of itself: whether the chain holds is for the audit's own check. Never throws. */
export const readAuditLine = (line: Line): AuditFacts => {
  if (line === TOO_LONG) return NOTHING
  const record = parseObject(line)
  const act = record === undefined ? '' : stringIn(record, 'act')
  if (record === undefined || act === '') return { ...NOTHING, text: line.slice(0, MAX_BROKEN) }
  const result = stringIn(record, 'result')
  const provider = stringIn(record, 'provider')
  const sender = stringIn(record, 'sender')
  const session = stringIn(record, 'session')
  const detail = record['detail']
  const words = [act, stringIn(record, 'kind'), stringIn(record, 'actor'), provider, sender, session, result]
  return {
    at: momentOf(record['at']),
    act,
    text: [...words, wordsOf(detail)].filter((word) => word !== '').join('\n'),
    isError: FAILED_RESULTS.has(result),
    refused:
      REFUSED_ACTS.has(act) ||
      result === 'withheld' ||
      (isObject(detail) && Object.hasOwn(detail, 'refused')),
    broken: false,
    event: isObject(detail) ? stringIn(detail, 'event') || stringIn(detail, 'eventId') : '',
    session,
    provider,
    person: provider === '' || sender === '' ? '' : `${provider}:${sender}`,
  }
}
