import { basename, dirname, join } from 'node:path'

/** Stands for the UTC date in the name of the log. */
const LOG_DATE = 'YYYY-MM-DD'

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/

/**
 * Of the names in the log's folder those that are the log's, as paths, the oldest first. A log without a date in its
 * name is one file, which is named whether it is there or not.
 */
export const logFilesAmong = (logFile: string, names: readonly string[]): readonly string[] => {
  const name = basename(logFile)
  const at = name.indexOf(LOG_DATE)
  if (at === -1) return [logFile]
  const [before, after] = [name.slice(0, at), name.slice(at + LOG_DATE.length)]
  return names
    .filter(
      (each) =>
        each.length === name.length &&
        each.startsWith(before) &&
        each.endsWith(after) &&
        DATE.test(each.slice(at, at + LOG_DATE.length)),
    )
    .toSorted()
    .map((each) => join(dirname(logFile), each))
}
