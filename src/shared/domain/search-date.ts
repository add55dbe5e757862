// Moments as the query language writes them.

const DAY_MS = 86_400_000
const SPAN_MS: Readonly<Record<string, number>> = { d: DAY_MS, h: 3_600_000, m: 60_000 }
const SPAN = /^(\d{1,5})([dhm])$/
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2}))?(z?))?$/

/**
 * The moment that is meant, milliseconds since the epoch; undefined where nothing is. Days begin at midnight of the
 * local time, `Z` behind a moment means UTC, and a span (`7d`, `12h`, `30m`) counts back from `now`.
 */
export const dateOf = (value: string, now: number): number | undefined => {
  const text = value.trim().toLowerCase()
  if (text === 'today') return midnight(now, 0)
  if (text === 'yesterday') return midnight(now, -1)
  const span = SPAN.exec(text)
  if (span) return now - Number(span[1]) * (SPAN_MS[span[2] ?? ''] ?? 0)
  const moment = MOMENT.exec(text)
  return moment ? momentOf(moment) : undefined
}

/** Of the local day, some days on: by the calendar, since a day with a change of the clock has 23 or 25 hours. */
const midnight = (now: number, days: number): number => {
  const date = new Date(now)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime()
}

const momentOf = (found: RegExpExecArray): number | undefined => {
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  // A calendar would make the 31st of April the 1st of May.
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > lastDay) return undefined
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  return found[7] === 'z'
    ? Date.UTC(year, month - 1, day, hours, minutes, seconds)
    : new Date(year, month - 1, day, hours, minutes, seconds).getTime()
}
