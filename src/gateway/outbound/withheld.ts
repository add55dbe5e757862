import type { SendResult } from './send-request.ts'

/** Why the outbox withheld a message, for the model, the log and the transcript. */
export const WITHHELD: Readonly<Record<Extract<SendResult, { kind: 'withheld' }>['why'], string>> = {
  locked_down: 'everything is stopped',
  not_audited: 'it could not be written into the audit',
  not_the_recipient: 'this conversation may not write to them',
  answered_before: 'it was sent before',
  read_only: 'read-only mode is on: messages go to the owner only',
  refused: 'the owner’s rules do not allow it',
}
