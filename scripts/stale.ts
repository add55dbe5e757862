import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The newest change (ms) at or below `path`; a removed file shows in its folder's time. */
const newestChange = (path: string): number => {
  const own = statSync(path)
  if (!own.isDirectory()) return own.mtimeMs
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
    (newest, name) => Math.max(newest, statSync(join(path, name)).mtimeMs),
    own.mtimeMs,
  )
}

/** Whether an output is missing or older than any source. Folders count with everything in them. */
export const isStale = (sources: readonly string[], outputs: readonly string[]): boolean => {
  const oldestOutput = Math.min(
    ...outputs.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY),
  )
  return sources.some((path) => newestChange(path) > oldestOutput)
}
