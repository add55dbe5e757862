import { ClawdbotError, toErrorView } from '../shared/domain/error.ts'

/** The exit codes that docs and scripts rely on. */
export const EXIT = { ok: 0, refused: 1, usage: 2, lockedDown: 3 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The command was called wrongly; nothing was done. `hint` says how it is called. */
export class UsageError extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** What is printed for anything thrown: one line that says what is wrong, one that helps, and never a stack. */
export const failureOf = (error: unknown): { readonly lines: readonly string[]; readonly code: ExitCode } => {
  if (error instanceof UsageError) {
    return { lines: [`clawdbot: ${error.message}`, `  ${error.hint}`], code: EXIT.usage }
  }
  const { message, hint } = toErrorView(error)
  const locked = error instanceof ClawdbotError && error.code === 'locked_down'
  return { lines: [`clawdbot: ${message}`, `  ${hint}`], code: locked ? EXIT.lockedDown : EXIT.refused }
}
