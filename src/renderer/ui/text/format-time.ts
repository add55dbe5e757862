// Times and durations in words. Pure: the moment and the zone are given.

export type Zone = 'local' | 'utc'

const two = (value: number): string => String(value).padStart(2, '0')

interface Parts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly millis: number
}

const partsOf = (at: number, zone: Zone): Parts => {
  const date = new Date(at)
  return zone === 'utc'
    ? {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth(),
        day: date.getUTCDate(),
        hours: date.getUTCHours(),
        minutes: date.getUTCMinutes(),
        seconds: date.getUTCSeconds(),
        millis: date.getUTCMilliseconds(),
      }
    : {
        year: date.getFullYear(),
        month: date.getMonth(),
        day: date.getDate(),
        hours: date.getHours(),
        minutes: date.getMinutes(),
        seconds: date.getSeconds(),
        millis: date.getMilliseconds(),
      }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `14:02` */
export const clockTime = (at: number, zone: Zone = 'local'): string => {
  const { hours, minutes } = partsOf(at, zone)
  return `${two(hours)}:${two(minutes)}`
}

/** `14:02:07` */
export const clockSeconds = (at: number, zone: Zone = 'local'): string =>
  `${clockTime(at, zone)}:${two(partsOf(at, zone).seconds)}`

/** `14:02:07.031`, as in a log. A text that is no time stays as it is. */
export const logTime = (iso: string, zone: Zone): string => {
  const at = Date.parse(iso)
  if (!Number.isFinite(at)) return iso
  return `${clockSeconds(at, zone)}.${String(partsOf(at, zone).millis).padStart(3, '0')}`
}

export const isSameDay = (one: number, other: number, zone: Zone = 'local'): boolean => {
  const [a, b] = [partsOf(one, zone), partsOf(other, zone)]
  return a.year === b.year && a.month === b.month && a.day === b.day
}

/** `14:02` today, `21 Nov 14:02` this year, `21 Nov 2025 14:02` else. */
export const dayTime = (at: number, now: number, zone: Zone = 'local'): string => {
  if (isSameDay(at, now, zone)) return clockTime(at, zone)
  const { year, month, day } = partsOf(at, zone)
  const date = `${day} ${MONTHS[month] ?? ''}`
  return year === partsOf(now, zone).year
    ? `${date} ${clockTime(at, zone)}`
    : `${date} ${year} ${clockTime(at, zone)}`
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something has been so: `8 s`, `12 m`, `3 h 12 m`, `2 d 4 h`. Negative counts as nothing. */
export const duration = (millis: number): string => {
  const span = Math.max(0, millis)
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} m`
  if (span < DAY) return `${Math.floor(span / HOUR)} h ${Math.floor((span % HOUR) / MINUTE)} m`
  return `${Math.floor(span / DAY)} d ${Math.floor((span % DAY) / HOUR)} h`
}

/**
 * `51 min left`, `40 s left`, `expired`. Minutes are rounded up, as one speaks of them; a clock that is behind makes
 * it no more than there was at first.
 */
export const timeLeft = (from: number, until: number, now: number): string => {
  const left = until - Math.max(from, now)
  if (left <= 0) return 'expired'
  return left < MINUTE ? `${Math.ceil(left / SECOND)} s left` : `${Math.ceil(left / MINUTE)} min left`
}

/** The share of a span that is still ahead, 0 to 1. */
export const shareLeft = (from: number, until: number, now: number): number =>
  until <= from ? 0 : Math.min(1, Math.max(0, (until - now) / (until - from)))

/** `84 MB` */
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

/** `512 MiB`, as limits are given to Docker. */
export const mebibytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`
