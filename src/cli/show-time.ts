/** ISO 8601 to the second, or as many spaces: milliseconds since the epoch, null where nothing says it. */
export const showTime = (at: number | null): string => {
  // Beyond these there is no date (ECMA-262).
  if (at === null || !(Math.abs(at) <= 8.64e15)) return '-'.padEnd(20)
  return `${new Date(at).toISOString().slice(0, -5)}Z`
}
