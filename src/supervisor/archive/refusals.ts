import { ClawdbotError, type ErrorCode } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'

/** UTF-16 units of what is repeated of the archive's own words. */
const MAX_WORDS = 400
const LAST_LINES = 3

const inWords = (text: string): string => visibleLine(text.slice(0, MAX_WORDS))

/** Nothing can be asked now, or this could not be answered. */
export const unavailable = (why: string, hint = 'It is started again by itself. Ask again.'): ClawdbotError =>
  new ClawdbotError('archive_unavailable', `The archive does not answer: ${inWords(why)}.`, hint)

/** It failed so often that it is not tried any more. */
export const gaveUp = (why: string, lastOutput: readonly string[]): ClawdbotError => {
  const last = lastOutput.filter((line) => line.trim() !== '').slice(-LAST_LINES)
  const said = last.length === 0 ? '' : ` Its last words: ${inWords(last.join(' / '))}`
  return new ClawdbotError(
    'archive_unavailable',
    `The archive was started again and again and failed each time: ${inWords(why)}.${said}`,
    'Start it again on the Sessions screen. If it fails again, end Clawdbot and remove the folder archive/ of the state directory: it is made anew from the files.',
  )
}

/** A process that calls itself the archive said what is not in the contract: it is killed. */
export const violation = (what: string): ClawdbotError =>
  new ClawdbotError(
    'contract_violation',
    `the archive broke its contract and was killed: ${inWords(what)}`,
    'This is a fault in Clawdbot, or the archive was taken over by something that it read. It is started again.',
  )

/** What the archive may say by its code; every other code is `archive_refused`. */
const ITS_CODES: readonly ErrorCode[] = [
  'archive_unavailable',
  'session_unknown',
  'disk_full',
  'state_not_writable',
  'bad_pattern',
]

/** The archive's own no, in our form. */
export const refusedBy = (error: {
  readonly code: string
  readonly message: string
  readonly hint: string
}): ClawdbotError => {
  const code = ITS_CODES.find((known) => known === error.code) ?? 'archive_refused'
  return new ClawdbotError(code, inWords(error.message), inWords(error.hint))
}
