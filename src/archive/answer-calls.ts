// What is answered to each call, from the index and the files.
import type {
  ArchiveCall,
  ArchiveEvent,
  ArchiveInput,
  ArchiveOutput,
  ArchivePayload,
  ArchiveStart,
  ArchiveStatus,
} from '../shared/contracts/archive.ts'
import { ClawdbotError } from '../shared/domain/error.ts'
import { type Indexer, type IndexerState, runIndexer } from './follow/indexer.ts'
import { createLogBook } from './log/log-book.ts'
import { search } from './search/search.ts'
import { type Index, isCorrupt } from './store/open-index.ts'
import { type Sessions, sessionsOf } from './store/sessions.ts'
import { type TranscriptReader, transcriptReader } from './store/transcript-reader.ts'

export type Answers = {
  readonly [K in ArchiveCall]: (input: ArchiveInput<K>) => ArchiveOutput<K> | Promise<ArchiveOutput<K>>
}

export interface Archive {
  readonly answers: Answers
  /** A call has come; before it is answered. Rounds are small for a while, so that the next ones do not wait. */
  readonly attend: (call: ArchiveCall) => void
  /** An answer failed with this. What to say of it; where it shows that the index is damaged, that is made anew. */
  readonly failed: (error: unknown) => unknown
  readonly close: () => Promise<void>
}

export interface ArchiveOptions {
  readonly start: ArchiveStart
  readonly tell: <K extends ArchiveEvent>(event: K, payload: ArchivePayload<K>) => void
  readonly now: () => number
  readonly clock: () => number
  /** Another process made the index anew: this one must end without closing it. */
  readonly onAbandoned: () => void
}

/** Status is told no more often. Milliseconds. */
const STATUS_MS = 250

/** What asks one index; made anew when the index is. */
interface Asking {
  readonly index: Index
  readonly sessions: Sessions
  readonly transcripts: TranscriptReader
  readonly counts: () => Omit<ArchiveStatus, keyof IndexerState>
}

export const createArchive = ({ start, tell, now, clock, onAbandoned }: ArchiveOptions): Archive => {
  let asking: Asking | undefined
  let watched: string | null = null
  let grown = ''
  let toldAt = Number.NEGATIVE_INFINITY
  let told = ''
  let timer: NodeJS.Timeout | undefined

  const ask = (): Asking => {
    const index = indexer.index()
    if (asking?.index !== index) {
      asking = {
        index,
        sessions: sessionsOf(index.reader, indexer.names),
        transcripts: transcriptReader(index.reader),
        counts: countsOf(index),
      }
    }
    return asking
  }
  const status = (): ArchiveStatus => ({ ...indexer.state(), ...countsNow() })
  const countsNow = (): ReturnType<Asking['counts']> => {
    try {
      return ask().counts()
    } catch {
      // There is no index to count in; the status says why.
      return { indexedBytes: 0, sessions: 0, messages: 0, logLines: 0, brokenLines: 0 }
    }
  }

  const tellStatus = (): void => {
    timer = undefined
    toldAt = clock()
    const payload = status()
    // A sweep that found nothing is no news.
    const text = JSON.stringify({ ...payload, asOf: 0 })
    if (text === told) return
    told = text
    tell('status', payload)
  }
  const tellGrown = (): void => {
    if (watched === null) return
    const file = transcriptOf(watched)
    const payload = { ref: watched, generation: file?.id ?? 0, total: file?.rows ?? 0 }
    const text = `${payload.generation}:${payload.total}:${file?.lines ?? 0}`
    if (text === grown) return
    grown = text
    tell('grown', payload)
  }
  const transcriptOf = (ref: string) => {
    try {
      return ask().transcripts.file(ref)
    } catch {
      // Without an index nothing has grown.
      return undefined
    }
  }
  const onChange = (when: 'now' | 'soon'): void => {
    tellGrown()
    if (when === 'now') {
      clearTimeout(timer)
      timer = setTimeout(tellStatus, 0)
    }
    timer ??= setTimeout(tellStatus, Math.max(0, STATUS_MS - (clock() - toldAt)))
  }

  const indexer: Indexer = runIndexer({
    start,
    now,
    clock,
    onChange,
    onAbandoned,
  })
  const log = createLogBook({ logFile: start.logFile, onChange: (state) => tell('log', state) })

  const answers: Answers = {
    status,
    rebuild() {
      indexer.rebuild()
      return {}
    },
    async settled() {
      await indexer.settled()
      return status()
    },
    sessions: ({ limit, offset }) => ask().sessions.list(limit, offset),
    session: ({ name }) => ask().sessions.find(name),
    search(input) {
      const { index, sessions } = ask()
      return search(index.reader, input, { now: now(), names: indexer.names, filesOf: sessions.meant })
    },
    page: (input) => ask().transcripts.page(input),
    seek: (input) => ask().transcripts.seek(input),
    find({ event, session, at }) {
      const { sessions, transcripts } = ask()
      const named = event === '' ? null : transcripts.ofEvent(event)
      if (named !== null || session === '') return { place: named }
      const file = sessions.fileOfKey(session)
      const turn = file === undefined ? null : transcripts.near(file.id, at)
      return { place: file === undefined || turn === null ? null : { ref: file.ref, turn } }
    },
    raw: (input) => ask().transcripts.raw(input),
    lines: (input) => ask().transcripts.lines(input),
    watch({ ref }) {
      watched = ref
      const file = ref === null ? undefined : transcriptOf(ref)
      grown = file === undefined ? '0:0:0' : `${file.id}:${file.rows}:${file.lines}`
      indexer.watch(file?.path)
      return {}
    },
    logOpen: (filter) => log.open(filter),
    logPage: ({ view, from, count }) => ({ rows: [...log.page(view, from, count)] }),
    logSeek: (input) => ({ row: log.seek(input) }),
    logFind: async (input) => ({ row: await log.find(input) }),
    logClose() {
      log.close()
      return {}
    },
  }
  return {
    answers,
    attend: (call) => {
      if (!QUIET.has(call)) indexer.asked()
    },
    failed(error) {
      if (!isCorrupt(error)) return error
      indexer.rebuild()
      return new ClawdbotError(
        'archive_refused',
        'The index is damaged and is being made anew from the files.',
        'Ask again in a moment; nothing is lost, because the files are as they were.',
        error,
      )
    },
    async close() {
      clearTimeout(timer)
      log.stop()
      await indexer.close()
    },
  }
}

/** Nobody sees a page of these late. */
const QUIET: ReadonlySet<ArchiveCall> = new Set(['status', 'settled', 'rebuild', 'watch', 'lines'])

const countsOf = (index: Index): Asking['counts'] => {
  const sums = index.reader.prepare<
    [],
    { bytes: number; sessions: number; messages: number; lines: number; broken: number }
  >(`SELECT coalesce(sum(offset), 0) AS bytes, coalesce(sum(sort = 'session'), 0) AS sessions,
      coalesce(sum(messages), 0) AS messages, coalesce(sum(CASE sort WHEN 'log' THEN rows END), 0) AS lines,
      coalesce(sum(broken), 0) AS broken FROM file WHERE doomed = 0`)
  return () => {
    const { bytes = 0, sessions = 0, messages = 0, lines = 0, broken = 0 } = sums.get() ?? {}
    return { indexedBytes: bytes, sessions, messages, logLines: lines, brokenLines: broken }
  }
}
