import { ClawdbotError } from '../../src/shared/domain/error.ts'

/** Prints what went wrong and what to do next, and returns the exit code 1. */
export const fail = (error: unknown): number => {
  if (error instanceof ClawdbotError) console.error(`${error.message}\n${error.hint}`)
  else console.error(error)
  return 1
}
