import { basename } from 'node:path'

const DATE = 'YYYY-MM-DD'
const DAY_MS = 24 * 60 * 60 * 1000
/** How far back the archive's grants name files of a log, in years. */
const YEARS_BACK = 1

/**
 * The names that a log can have in a folder which the archive may not list, because more than logs lies in it: the
 * one name, or that of each day from last year to next year. `now`: milliseconds since the epoch.
 */
export const possibleLogNames = (logFile: string, now: number): readonly string[] => {
  const name = basename(logFile)
  if (!name.includes(DATE)) return [name]
  const year = new Date(now).getUTCFullYear()
  const from = Date.UTC(year - YEARS_BACK, 0, 1)
  const days = Math.round((Date.UTC(year + 2, 0, 1) - from) / DAY_MS)
  return Array.from({ length: days }, (_, day) =>
    name.replace(DATE, new Date(from + day * DAY_MS).toISOString().slice(0, 10)),
  )
}

/** Numbers in a row that are missing before it is taken for the end: somebody may have removed some. */
const MAX_GAP = 100

/** The audit's folder holds its signing key, so it may not be listed: its files are numbered from 1. */
export const auditNames = (isThere: (name: string) => boolean): readonly string[] => {
  const names: string[] = []
  for (let segment = 1, missing = 0; missing < MAX_GAP; segment += 1) {
    const name = `log-${String(segment).padStart(6, '0')}.jsonl`
    missing = isThere(name) ? 0 : missing + 1
    if (missing === 0) names.push(name)
  }
  return names
}

/** Whether it is our own permission flags that do not allow it, and not the disk. */
export const isNotGranted = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_ACCESS_DENIED'
