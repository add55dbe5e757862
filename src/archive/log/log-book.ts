// The whole log, over all its files, as one list of rows that a filter shows a part of. It keeps no line: rows are read
// from the files when they are asked for, and long work is done in slices, so that whoever else asks is not held up.
import { setImmediate as breathe } from 'node:timers/promises'
import type { ArchiveInput } from '../../shared/contracts/archive.ts'
import type { ArchiveLogFilter, LogRow, LogViewState } from '../../shared/contracts/archive-log.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { rankOf, UNKNOWN_RANK } from '../../shared/log/level-rank.ts'
import type { LogObject } from '../../shared/log/parse-log-line.ts'
import { fillView } from './fill-view.ts'
import { findEvent, rowAtTime, rowOfLine } from './find-row.ts'
import { followFiles } from './follow-files.ts'
import { LineTable } from './line-table.ts'
import { LogView } from './log-view.ts'
import { compileMatcher } from './match-line.ts'
import { readRows } from './read-blocks.ts'

/** One slice of work. Milliseconds. */
const SLICE_MS = 12
/** The files are looked at this often while a view is open, and the view is told of no more often. Milliseconds. */
const LOOK_EVERY_MS = 100
/** Sources to choose from; more are no list. */
const MAX_SOURCES = 200

export interface LogBook {
  /** Opens the one view there is, in place of the one before. Errors: `bad_pattern`. */
  readonly open: (filter: ArchiveLogFilter) => LogViewState
  /** Rows by their numbers in the view; fewer where there are fewer. Errors: `archive_refused` for another view. */
  readonly page: (view: number, from: number, count: number) => readonly LogRow[]
  readonly seek: (input: ArchiveInput<'logSeek'>) => number | null
  readonly find: (input: ArchiveInput<'logFind'>) => Promise<number | null>
  /** Closes the view; the files are not looked at until another one is opened. */
  readonly close: () => void
  /** Resolves when everything that is there now has been read and looked through. */
  readonly look: () => Promise<void>
  readonly state: () => LogViewState | null
  /** For good. */
  readonly stop: () => void
}

export interface LogBookOptions {
  /** Absolute; may contain YYYY-MM-DD. */
  readonly logFile: string
  /** The view that is open has changed. */
  readonly onChange: (state: LogViewState) => void
  /** Milliseconds of any beginning; for the length of a slice only. */
  readonly clock?: () => number
}

export const createLogBook = (options: LogBookOptions): LogBook => {
  const clock = options.clock ?? (() => performance.now())
  const table = new LineTable()
  const follower = followFiles(options.logFile, table, clock)
  let view: LogView | undefined
  let filter: ArchiveLogFilter | undefined
  let id = 0
  let epoch = follower.epoch()
  let reading = true
  let told = ''
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let stopped = false

  const newView = (wanted: ArchiveLogFilter): LogView => {
    const matcher = compileMatcher(wanted, table)
    const keeps =
      wanted.minLevel === 'trace' && wanted.source === '' && wanted.text === '' ? 'everything' : 'matches'
    id += 1
    epoch = follower.epoch()
    return new LogView(table, matcher, keeps)
  }

  const state = (): LogViewState | null =>
    view === undefined
      ? null
      : {
          view: id,
          first: view.first,
          total: view.total,
          all: table.rows,
          searching: reading || view.searching,
          skipped: follower.skipped(),
          gone: follower.gone(),
          sources: table.sources
            .filter((source) => source !== '')
            .slice(0, MAX_SOURCES)
            .toSorted(),
        }

  const tell = (): void => {
    const now = state()
    const said = JSON.stringify(now)
    if (now === null || said === told) return
    told = said
    options.onChange(now)
  }

  /** One slice: reads on, then looks through what the filter has not seen. True: there is more to do. */
  const slice = (): boolean => {
    if (stopped) return false
    const until = clock() + SLICE_MS
    reading = follower.look(SLICE_MS)
    // The numbers of all rows are others now: another view, by the same filter.
    if (follower.epoch() !== epoch && filter !== undefined && view !== undefined) view = newView(filter)
    // However much there is to read, the view gets a little further with each slice.
    const more = view !== undefined && fillView(view, table, follower.files, clock, until)
    return reading || more
  }

  const work = async (): Promise<void> => {
    let toldAt = clock()
    while (slice()) {
      await breathe()
      if (clock() - toldAt < LOOK_EVERY_MS) continue
      tell()
      toldAt = clock()
    }
    if (!stopped) tell()
  }

  const look = async (): Promise<void> => {
    // One look that began before this call may have passed what was written since.
    await looking
    looking ??= work().finally(() => {
      looking = undefined
    })
    await looking
  }

  const lookOften = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      void look().finally(() => {
        if (!stopped && view !== undefined) lookOften()
      })
    }, LOOK_EVERY_MS)
    timer.unref()
  }

  const current = (wanted: number): LogView => {
    if (view !== undefined && wanted === id) return view
    throw new ClawdbotError(
      'archive_refused',
      'This view of the log is no longer open.',
      'The log was filtered anew, or its files were replaced: ask again with the view that is open now.',
    )
  }

  const tableRow = async (input: ArchiveInput<'logFind'>): Promise<number | null> => {
    switch (input.by) {
      case 'number':
        return input.number < table.rows ? input.number : null
      case 'time':
        return rowAtTime(table, follower.files, input.at)
      case 'line':
        return rowOfLine(table, follower.files, input.file, input.line)
      case 'event':
        return eventRow(input.event)
      default:
        return assertNever(input)
    }
  }

  const eventRow = async (event: string): Promise<number | null> => {
    const steps = findEvent(table, follower.files, event)
    const begun = follower.epoch()
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value
      await breathe()
      if (follower.epoch() !== begun) return null
    }
  }

  return {
    open(wanted) {
      view = newView(wanted)
      filter = wanted
      // What the table alone can say is said at once, and so is the newest of the rest.
      slice()
      told = ''
      if (!stopped) {
        void look()
        lookOften()
      }
      return state() ?? NO_VIEW
    },
    page(wanted, from, count) {
      const open = current(wanted)
      const [begin, end] = [Math.max(from, open.first), Math.min(from + count, open.first + open.total)]
      const rows = Array.from({ length: Math.max(0, end - begin) }, (_, index) => open.rowAt(begin + index))
      return readRows(table, follower.files, rows).map((line, index) => toRow(line, rows[index] ?? 0))
    },
    seek({ view: wanted, from, direction, level }) {
      const open = current(wanted)
      const least = rankOf(level)
      const [first, end] = [open.first, open.first + open.total]
      const step = direction === 'next' ? 1 : -1
      for (let at = Math.min(Math.max(from + step, first - 1), end); at >= first && at < end; at += step) {
        const rank = table.levelAt(open.rowAt(at))
        if (rank >= least && rank !== UNKNOWN_RANK) return at
      }
      return null
    },
    async find(input) {
      current(input.view)
      if (reading) await look()
      const row = await tableRow(input)
      const open = current(input.view)
      if (row === null || open.total === 0) return null
      const at = open.numberFrom(row)
      const [first, last] = [open.first, open.first + open.total - 1]
      if (at > last) return last
      const before = Math.max(first, at - 1)
      return row - open.rowAt(before) < open.rowAt(at) - row ? before : at
    },
    close() {
      view = undefined
      filter = undefined
      clearTimeout(timer)
    },
    look,
    state,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const toRow = (line: LogObject, number: number): LogRow => {
  const { time, level, source, message, fields, event, session } = line
  return { number, time, level, source, message, fields, event, session }
}

const NO_VIEW: LogViewState = {
  view: 0,
  first: 0,
  total: 0,
  all: 0,
  searching: false,
  skipped: 0,
  gone: 0,
  sources: [],
}
