import { refusalWords } from '../../shared/domain/verdict.ts'
import type { Outbound, Refused } from '../read/clawdbot-facts.ts'

// What Clawdbot notes as a word, as a sentence. What is not in the tables is shown as it was noted.

const WITHHELD: Readonly<Record<string, string>> = {
  locked_down: 'everything is stopped',
  not_audited: 'it could not be written into the audit',
  not_the_recipient: 'this conversation may not write to them',
  answered_before: 'it was sent before',
  read_only: 'read-only mode is on, and messages go to the owner only',
  refused: 'the owner’s rules do not allow it',
}

const RESULT: Readonly<Record<Outbound['result'], string>> = {
  sent: 'Sent',
  failed: 'Not sent',
  unconfirmed: 'It is not known whether it arrived',
  withheld: 'Withheld',
}

export const deliverySentence = ({ result, why, open }: Outbound): string => {
  const reason = Object.hasOwn(WITHHELD, why) ? (WITHHELD[why] ?? why) : why
  const told = `${RESULT[result]}${reason === '' ? '' : `: ${reason}`}`
  return `${ended(told)}${open ? ' It is still to be sent.' : ''}`
}

export const refusalSentence = ({ provider, sender, reason, count }: Refused): string => {
  const whom = sender === '' ? '' : ` of ${provider === '' ? '' : `${provider}:`}${sender}`
  const what = count === 1 ? 'a message' : `${count} messages`
  const why = refusalWords(reason)
  return ended(`The gate refused ${what}${whom}${why === '' ? '' : `: ${why}`}`)
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
