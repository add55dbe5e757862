// Keeps the index true to the files, for as long as the process runs. Everything that is written is written here.
import { join } from 'node:path'
import type { ArchiveStart, ArchiveStatus } from '../../shared/contracts/archive.ts'
import { ClawdbotError, type ErrorView, toErrorView } from '../../shared/domain/error.ts'
import { createIndexWriter, type IndexWriter } from '../store/index-writer.ts'
import { discardIndex, type Index, indexFailure, isDamage, openIndex } from '../store/open-index.ts'
import type { FileRow } from '../store/rows.ts'
import { PAGE_BYTES } from '../store/schema.ts'
import { createSessionNames, type SessionNames } from '../store/session-names.ts'
import { createFileSet, type FileSet } from './file-set.ts'
import { type RoundLimits, readRound } from './read-round.ts'
import { refuseWithoutRoom } from './room.ts'
import { createSegments } from './segments.ts'
import { createTroubles } from './troubles.ts'

/** Every file is looked at so often; those that were written lately at every glance. Milliseconds. */
const SWEEP_MS = 1_000
/** While much is to be read anyway. */
const BUSY_SWEEP_MS = 4_000
const GLANCE_MS = 100
const RETRY_MS = 1_000
/** How long the event loop is held at a time. Milliseconds. */
const SLICE_MS = 8
const NO_WAKE = (): void => {}
/** After a question the next ones are awaited for so long, with small rounds. Milliseconds. */
const ASKED_MS = 2_000
const LIMITS: Readonly<Record<'alone' | 'asked', RoundLimits>> = {
  alone: { parts: 20_000, text: 16_000_000, files: 1_000 },
  asked: { parts: 400, text: 400_000, files: 20 },
}
const DELETE_PARTS = { alone: 1_500, asked: 400 } as const
/** Pages of a full text that are merged at a time. */
const MERGE_PAGES = { alone: 200, asked: 20 } as const
/** Moving the log into the index holds the event loop, so it is done while the log is short. */
const WAL_BYTES = 16 * 1024 * 1024
/** Between two steps of merging, when there is nothing else to do. Milliseconds. */
const TIDY_MS = 10

export interface IndexerOptions {
  readonly start: ArchiveStart
  readonly now: () => number
  /** Milliseconds that never go back. */
  readonly clock: () => number
  /** After every change of what the index holds or of how far it is. */
  readonly onChange: (when: 'now' | 'soon') => void
  /** Another process made the index anew: this one must end without closing it. */
  readonly onAbandoned: () => void
}

export interface IndexerState {
  readonly phase: 'indexing' | 'ready' | 'stuck'
  readonly totalBytes: number
  readonly asOf: number | null
  readonly error: ErrorView | null
  readonly unreadable: ArchiveStatus['unreadable']
}

export interface Indexer {
  readonly state: () => IndexerState
  /** The index to ask. @throws ClawdbotError where there is none yet. */
  readonly index: () => Index
  readonly names: SessionNames
  /** Somebody waits for answers: rounds are small for a while. */
  readonly asked: () => void
  /** Resolves when all that is there now has been read and nothing of what was deleted is left; at once where it is stuck. */
  readonly settled: () => Promise<void>
  readonly rebuild: () => void
  /** A transcript that is looked at more often than others. */
  readonly watch: (path: string | undefined) => void
  readonly close: () => Promise<void>
}

export const runIndexer = (options: IndexerOptions): Indexer => {
  const { start, now, clock } = options
  const path = join(start.indexDir, 'index.db')
  const rows = new Map<string, FileRow>()
  const lookedTo = new Map<string, { readonly from: number; readonly to: number }>()
  const names = createSessionNames()
  const segments = createSegments()
  const troubles = createTroubles(clock, () => options.onChange('soon'))
  let index: Index | undefined
  let writer: IndexWriter | undefined
  let files: FileSet | undefined
  let waiting: { readonly sweep: number; readonly resolve: () => void }[] = []
  let phase: IndexerState['phase'] = 'indexing'
  let error: ErrorView | null = null
  let asOf: number | null = null
  let sweeps = 0
  let sweptAt = Number.NEGATIVE_INFINITY
  let sweptTime = 0
  let askedAt = Number.NEGATIVE_INFINITY
  let sliceFrom = clock()
  let needsTruncate = true
  let wantsRebuild = false
  let watched: string | undefined
  let isClosed = false
  let wake = NO_WAKE

  const pace = () => (clock() - askedAt < ASKED_MS ? 'asked' : 'alone')
  const breathe = async (): Promise<void> => {
    if (clock() - sliceFrom < SLICE_MS) return
    await new Promise<void>((resolve) => setImmediate(resolve))
    sliceFrom = clock()
  }
  const rest = async (ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    wake = NO_WAKE
    sliceFrom = clock()
  }
  const open = (): { readonly writer: IndexWriter; readonly files: FileSet } => {
    if (writer !== undefined && files !== undefined) return { writer, files }
    index = openIndex(start.indexDir, now)
    writer = createIndexWriter(index.writer)
    rows.clear()
    lookedTo.clear()
    for (const row of writer.files()) rows.set(row.path, row)
    files = createFileSet(
      start,
      now,
      (file) => rows.get(file),
      () => rows.values(),
      troubles,
    )
    sweptAt = Number.NEGATIVE_INFINITY
    needsTruncate = true
    segments.unknown()
    return { writer, files }
  }
  const close = (): void => {
    const old = index
    index = undefined
    writer = undefined
    files = undefined
    // Closing an index that was replaced would remove the log of the new one, whose name is the same.
    if (old !== undefined && old.isCurrent()) old.close()
  }
  const beginAnew = (): void => {
    close()
    discardIndex(path)
    asOf = null
  }

  const sweep = async (set: FileSet): Promise<void> => {
    sweeps += 1
    sweptTime = now()
    await set.sweep(breathe)
    sweptAt = clock()
    if ((await names.refresh(set.folders())) === 'changed') options.onChange('soon')
    for (const row of rows.values()) {
      const provider = row.sort === 'session' ? names.of(row.path)?.provider : undefined
      if (provider !== undefined && provider !== '' && provider !== row.provider) set.add(row.path)
    }
  }

  /** One transaction. */
  const write = async (into: IndexWriter, set: FileSet): Promise<'busy' | 'more'> => {
    if (into.begin() === 'busy') return 'busy'
    try {
      if (into.changedByOthers()) {
        rows.clear()
        for (const row of into.files()) rows.set(row.path, row)
      }
      if (into.hasDoomed()) {
        into.deleteSome(DELETE_PARTS[pace()])
        into.commit()
        needsTruncate = true
      } else if (set.pending().length > 0 && segments.mayGrow()) {
        await refuseWithoutRoom(start.indexDir, path)
        const round = await readRound({
          files: set,
          writer: into,
          rows,
          providerOf: (file) => names.of(file)?.provider ?? '',
          limits: LIMITS[pace()],
          now,
          breathe,
          troubles,
          lookedTo,
        })
        into.commit()
        round.apply()
        segments.grown()
      } else if (set.pending().length > 0) {
        segments.tidySome(into, MERGE_PAGES[pace()])
        into.commit()
      } else {
        const [text] = into.unpurged()
        if (text !== undefined) into.purgeSome(text, MERGE_PAGES[pace()])
        into.commit()
        needsTruncate = true
      }
      return 'more'
    } catch (cause) {
      into.rollback()
      throw cause
    }
  }

  /** One transaction, when there is nothing else to do: searches are faster afterwards. */
  const tidyUp = (into: IndexWriter): 'more' | 'done' => {
    if (segments.areTidy() || pace() === 'asked') return 'done'
    if (into.begin() === 'busy') return 'more'
    try {
      const state = segments.tidySome(into, MERGE_PAGES.alone)
      into.commit()
      shorten(into)
      return state
    } catch (cause) {
      into.rollback()
      throw cause
    }
  }
  const shorten = (into: IndexWriter): void => {
    if (index !== undefined && walBytes(index) > WAL_BYTES) into.checkpoint('passive')
  }

  const settle = (until: number): void => {
    const done = waiting.filter((each) => each.sweep <= until)
    waiting = waiting.filter((each) => each.sweep > until)
    for (const { resolve } of done) resolve()
  }

  const step = async (): Promise<number> => {
    if (wantsRebuild) {
      wantsRebuild = false
      beginAnew()
    }
    const { writer: into, files: set } = open()
    if (index?.isCurrent() === false) {
      isClosed = true
      options.onAbandoned()
      return 0
    }
    const pauseOfSweeps = phase === 'indexing' && asOf === null ? BUSY_SWEEP_MS : SWEEP_MS
    const isDue = clock() - sweptAt >= pauseOfSweeps || waiting.some((each) => each.sweep > sweeps)
    if (isDue) await sweep(set)
    else set.glance(watched)
    if (hasWork(into, set)) {
      phase = 'indexing'
      error = null
      options.onChange('soon')
      if ((await write(into, set)) === 'busy') return 20
      shorten(into)
      options.onChange('soon')
      return 0
    }
    if (needsTruncate && into.checkpoint('truncate') === 'whole') needsTruncate = false
    if (phase !== 'ready' || asOf !== sweptTime) {
      const wasReady = phase === 'ready'
      phase = 'ready'
      error = null
      asOf = sweptTime
      if (!wasReady) options.onChange('now')
    }
    settle(sweeps)
    return tidyUp(into) === 'more' ? TIDY_MS : GLANCE_MS
  }

  const fail = (cause: unknown): void => {
    if (isDamage(cause)) {
      try {
        beginAnew()
        return
      } catch (failure) {
        error = toErrorView(indexFailure(failure, path))
      }
    } else {
      error = toErrorView(indexFailure(cause, path))
    }
    phase = 'stuck'
    settle(Number.POSITIVE_INFINITY)
    options.onChange('now')
  }

  const run = async (): Promise<void> => {
    let pause = 0
    // oxlint-disable-next-line no-unmodified-loop-condition -- by `close`, and by `step` where the index was replaced
    while (!isClosed) {
      try {
        pause = await step()
      } catch (cause) {
        const before = phase
        fail(cause)
        pause = phase === 'stuck' || before === 'stuck' ? RETRY_MS : GLANCE_MS
      }
      if (isClosed) break
      if (pause > 0) await rest(pause)
      else await breathe()
    }
    close()
  }
  const running = run()

  return {
    state: () => ({ phase, totalBytes: files?.bytes() ?? 0, asOf, error, unreadable: troubles.told() }),
    index: () => {
      if (index !== undefined) return index
      throw new ClawdbotError(
        'internal',
        error === null ? 'The index is not open yet.' : `The index can not be opened. ${error.message}`,
        error === null ? 'Try again in a moment.' : error.hint,
      )
    },
    names,
    asked: () => {
      askedAt = clock()
    },
    settled: () =>
      phase === 'stuck'
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push({ sweep: sweeps + 1, resolve })
            wake()
          }),
    rebuild: () => {
      wantsRebuild = true
      phase = 'indexing'
      wake()
    },
    watch: (file) => {
      watched = file
    },
    close: async () => {
      isClosed = true
      wake()
      settle(Number.POSITIVE_INFINITY)
      await running
    },
  }
}

const hasWork = (into: IndexWriter, set: FileSet): boolean =>
  set.pending().length > 0 || into.hasDoomed() || into.unpurged().length > 0

const walBytes = (index: Index): number => {
  const [result] = index.writer.prepare<[], { log: number }>('PRAGMA wal_checkpoint(NOOP)').all()
  return Math.max(result?.log ?? 0, 0) * PAGE_BYTES
}
