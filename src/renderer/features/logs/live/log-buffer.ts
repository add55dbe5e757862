// The lines that the window holds, bounded, and those of them that the filter shows. Pure.
import type { LogLine } from '../../../../shared/contracts/app-state.ts'
import type { Matcher } from '../log-filter.ts'

/** More lines than this are not kept; what falls out is counted. */
const KEEP_LINES = 50_000

export interface LogBuffer {
  readonly lines: readonly LogLine[]
  /** The lines that match, in the same order. */
  readonly shown: readonly LogLine[]
  /** How many lines have matched since the filter was set, also those that fell out. */
  readonly matched: number
  /** Lines that were here and fell out. */
  readonly fellOut: number
  /** Lines that never came: the app could not read as fast as they were written. */
  readonly dropped: number
  readonly sources: readonly string[]
}

export const emptyBuffer: LogBuffer = {
  lines: [],
  shown: [],
  matched: 0,
  fellOut: 0,
  dropped: 0,
  sources: [],
}

/** A list of sources longer than this is no list to choose from. */
const MAX_SOURCES = 40

/** The buffer after more lines. A line that is here already (by its sequence) is not added again. */
export const addLines = (
  buffer: LogBuffer,
  incoming: readonly LogLine[],
  dropped: number,
  matches: Matcher,
  keep = KEEP_LINES,
): LogBuffer => {
  const last = buffer.lines.at(-1)?.sequence ?? Number.NEGATIVE_INFINITY
  const added = incoming.filter(({ sequence }) => sequence > last)
  const all = [...buffer.lines, ...added]
  const lines = all.length > keep ? all.slice(-keep) : all
  const first = lines[0]?.sequence ?? 0
  const matching = added.filter(matches)
  const shown = [...buffer.shown, ...matching]
  return {
    lines,
    shown: lines.length < all.length ? shown.slice(firstAtLeast(shown, first)) : shown,
    matched: buffer.matched + matching.length,
    fellOut: buffer.fellOut + all.length - lines.length,
    dropped: buffer.dropped + dropped,
    sources: withSources(buffer.sources, added),
  }
}

/** The same lines under another filter. */
export const refilter = (buffer: LogBuffer, matches: Matcher): LogBuffer => {
  const shown = buffer.lines.filter(matches)
  return { ...buffer, shown, matched: shown.length }
}

/** Index of the first line whose sequence is at least `sequence`; lines are in order. */
const firstAtLeast = (lines: readonly LogLine[], sequence: number): number => {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.sequence ?? 0) < sequence) low = middle + 1
    else high = middle
  }
  return low
}

const withSources = (known: readonly string[], added: readonly LogLine[]): readonly string[] => {
  if (known.length >= MAX_SOURCES) return known
  const fresh = new Set(
    added.map(({ source }) => source).filter((source) => source !== '' && !known.includes(source)),
  )
  return fresh.size === 0 ? known : [...known, ...fresh].slice(0, MAX_SOURCES).toSorted()
}
