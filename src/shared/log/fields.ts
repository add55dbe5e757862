export type LogFields = Readonly<Record<string, unknown>>

/** A chain of causes longer than this is a loop. */
const MAX_CAUSES = 5

/** JSON.stringify makes `{}` of an Error; the owner wants to read it in full. */
export const describeFields = (fields: LogFields): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? describeError(value, MAX_CAUSES) : value,
    ]),
  )

const describeError = (error: Error, causes: number): Record<string, unknown> => ({
  name: error.name,
  message: error.message,
  ...('code' in error ? { code: error.code } : {}),
  ...('hint' in error ? { hint: error.hint } : {}),
  stack: error.stack,
  ...(error.cause === undefined ? {} : { cause: describeCause(error.cause, causes - 1) }),
})

const describeCause = (cause: unknown, causes: number): unknown => {
  if (!(cause instanceof Error)) return cause
  return causes > 0 ? describeError(cause, causes) : cause.message
}
