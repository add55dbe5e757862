/** Ends a `switch` over a union: a new member that nobody handles is a type error, and a refusal at run time. */
export const assertNever = (value: never): never => {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
