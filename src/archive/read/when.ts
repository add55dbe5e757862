/** The index orders by milliseconds times 2,048 in a safe integer, which ends here, in the year 2109. */
export const LAST_MOMENT = 4_398_046_511_103

const ISO = /^\d{4}-\d\d-\d\dT/

/** Milliseconds since the epoch, from ISO 8601 or from milliseconds; null for what is no time, or none of this age. */
export const momentOf = (value: unknown): number | null => {
  const at = typeof value === 'number' ? value : isIso(value) ? Date.parse(value) : Number.NaN
  return at >= 0 && at <= LAST_MOMENT ? Math.trunc(at) : null
}

const isIso = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 40 && ISO.test(value)
