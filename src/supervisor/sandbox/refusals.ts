import { ClawdbotError } from '../../shared/domain/error.ts'

/** `why` completes “No sandbox is made: …”. */
export const refused = (why: string): ClawdbotError =>
  new ClawdbotError(
    'sandbox_refused',
    `No sandbox is made: ${why}.`,
    'Nothing runs on the host instead. Try again when that has changed.',
  )

export const lockedDown = (): ClawdbotError =>
  new ClawdbotError(
    'locked_down',
    'Everything is stopped: no sandbox is made.',
    'Resume in the app, or with clawdbot resume.',
  )
