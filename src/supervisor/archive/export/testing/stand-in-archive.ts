// Answers like the archive, from turns and lines that a test gives it, in pages as small as it says.
import {
  type ArchiveCall,
  type ArchiveInput,
  type ArchiveOutput,
  archiveCalls,
} from '../../../../shared/contracts/archive.ts'
import { type LogRow } from '../../../../shared/contracts/archive-log.ts'
import { type SessionRow } from '../../../../shared/contracts/archive-sessions.ts'
import { type Block, type CallResult, type Turn } from '../../../../shared/contracts/archive-transcript.ts'
import type { ArchiveClient } from '../../archive-client.ts'

const ROW: SessionRow = {
  ref: 'sessions/one',
  id: 'one',
  key: 'main',
  title: 'main',
  agent: '',
  provider: 'telegram',
  chat: 'main',
  people: [],
  startedAt: null,
  updatedAt: null,
  turns: 0,
  calls: 0,
  errors: 0,
  refusals: 0,
  brokenLines: 0,
  host: false,
  sandbox: false,
  bytes: 0,
  model: '',
  preview: '',
}

export const turn = (fields: Partial<Turn>): Turn => ({
  turn: 0,
  line: 2,
  id: 'a',
  at: Date.UTC(2026, 0, 6, 12),
  kind: 'user',
  from: null,
  event: '',
  blocks: [],
  model: '',
  tokens: null,
  cost: null,
  stop: '',
  why: '',
  isError: false,
  refused: false,
  delivery: '',
  abandoned: false,
  forkOf: null,
  ...fields,
})

export const said = (text: string): Block => ({ kind: 'text', text, cut: 0 })

export const came = (fields: Partial<CallResult>): CallResult => ({
  text: '',
  cut: 0,
  at: null,
  isError: false,
  refused: false,
  exitCode: null,
  signal: null,
  timedOut: false,
  durationMs: null,
  dropped: 0,
  ranOn: '',
  ...fields,
})

export interface StandIn {
  readonly row?: Partial<SessionRow> | null
  readonly turns?: readonly Turn[]
  readonly lines?: readonly string[]
  readonly log?: readonly LogRow[]
  /** Rows of the log that were found later than others, which have numbers below zero. */
  readonly before?: number
  /** Rows of one answer at most, whatever is asked for. */
  readonly page?: number
  readonly generation?: (from: number) => number
}

export const standInArchive = (has: StandIn): Pick<ArchiveClient, 'ask'> => {
  const { turns = [], lines = [], log = [], before = 0, page = 3, generation = () => 1 } = has
  const answers: Partial<Record<ArchiveCall, (input: unknown) => unknown>> = {
    session: () =>
      has.row === null ? { row: null, candidates: 0 } : { row: { ...ROW, ...has.row }, candidates: 1 },
    page: (input) => {
      const { from, count } = archiveCalls.page.input.parse(input)
      const some = turns.slice(from, from + Math.min(count, page))
      return { generation: generation(from), total: turns.length, turns: some }
    },
    lines: (input) => {
      const { from } = archiveCalls.lines.input.parse(input)
      return { lines: lines.slice(from, from + page), next: from + page < lines.length ? from + page : null }
    },
    logFind: (input) => {
      const find = archiveCalls.logFind.input.parse(input)
      if (log.length === 0) return { row: null }
      // A number that the log does not have is none; a time after all of it is nearest to its last row.
      if (find.by === 'number') return { row: find.number < log.length ? find.number - before : null }
      return { row: find.by === 'time' ? log.length - 1 - before : null }
    },
    logPage: (input) => {
      const { from, count } = archiveCalls.logPage.input.parse(input)
      return { rows: log.slice(from + before, from + before + Math.min(count, page)) }
    },
  }
  return {
    ask: async <K extends ArchiveCall>(call: K, input: ArchiveInput<K>): Promise<ArchiveOutput<K>> => {
      const answer = answers[call]
      if (answer === undefined) throw new Error(`nobody expected ${call}`)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the contract of the same call
      return archiveCalls[call].output.parse(answer(input)) as ArchiveOutput<K>
    },
  }
}
