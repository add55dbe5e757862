import type { SessionRow } from '../../../shared/contracts/archive-sessions.ts'
import type { Turn } from '../../../shared/contracts/archive-transcript.ts'
import type { ExportFormat, ExportSecrets } from '../../../shared/contracts/bridge.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import type { ArchiveClient } from '../archive-client.ts'
import { type ExportHead, headOf } from './export-head.ts'
import { HTML_END, htmlHead, htmlTurn } from './html.ts'
import { jsonlHead, jsonlLine } from './jsonl.ts'
import { markdownHead, markdownTurn } from './markdown.ts'
import type { Redact } from './redact-json.ts'
import { redactTurn } from './redact-turn.ts'
import { type WhereTo, writeTarget } from './write-target.ts'

/** Turns that are held at once. */
const PAGE = 50
/** UTF-16 units of one text; the most that the archive gives. */
const MAX_TEXT = 4_000_000

export interface ExportSession extends WhereTo {
  readonly archive: Pick<ArchiveClient, 'ask'>
  /** A ref, key or id, or the unambiguous beginning of an id. */
  readonly ref: string
  readonly format: ExportFormat
  readonly secrets: ExportSecrets
  readonly redact: Redact
  readonly now: () => number
  /** The program and its version, such as `Clawdbot 1.0.0`. */
  readonly program: string
}

export interface ExportedSession {
  readonly file: string
  /** Rows of the transcript; of JSONL, lines of its file. */
  readonly turns: number
  readonly bytes: number
}

/**
 * Writes one transcript, as it is at the call, into one file. Never holds more of it than a page.
 * @throws ClawdbotError `session_unknown`; `archive_refused` where the transcript was replaced meanwhile; those of the
 *   archive; `state_not_writable` for a place where an export must not go; `disk_full`. Then there is no file.
 */
export const exportSession = async (options: ExportSession): Promise<ExportedSession> => {
  const { archive, ref, format, program, secrets, now } = options
  const { row, candidates } = await archive.ask('session', { name: ref })
  if (row === null) throw unknownSession(ref, candidates)
  const redact: Redact = secrets === 'redact' ? options.redact : (text) => text
  const head = headOf(program, now(), redact(row.ref), secrets)
  const count = { turns: 0 }
  const written = await writeTarget(options, piecesOf({ archive, row, head, format, secrets, redact, count }))
  return { ...written, turns: count.turns }
}

interface Source {
  readonly archive: Pick<ArchiveClient, 'ask'>
  readonly row: SessionRow
  readonly head: ExportHead
  readonly format: ExportFormat
  readonly secrets: ExportSecrets
  readonly redact: Redact
  readonly count: { turns: number }
}

const piecesOf = (source: Source): AsyncIterable<string> => {
  switch (source.format) {
    case 'markdown':
      return markdown(source)
    case 'html':
      return html(source)
    case 'jsonl':
      return jsonl(source)
    default:
      return assertNever(source.format)
  }
}

const titleOf = ({ row, redact }: Source): string => redact(row.title === '' ? row.id : row.title)

const markdown = async function* (source: Source): AsyncGenerator<string> {
  yield markdownHead(source.head, titleOf(source))
  for await (const turn of turnsOf(source)) yield markdownTurn(turn)
}

const html = async function* (source: Source): AsyncGenerator<string> {
  yield htmlHead(source.head, titleOf(source))
  for await (const turn of turnsOf(source)) yield htmlTurn(turn)
  yield HTML_END
}

const jsonl = async function* ({
  archive,
  row,
  head,
  secrets,
  redact,
  count,
}: Source): AsyncGenerator<string> {
  const line = (text: string): string => `${jsonlLine(text, secrets, redact)}\n`
  let isFirst = true
  for (let from: number | null = 0; from !== null; ) {
    const { lines, next }: { readonly lines: readonly string[]; readonly next: number | null } =
      await archive.ask('lines', { ref: row.ref, from })
    // An answer that leads nowhere would be asked for again for ever.
    if (next !== null && next <= from) throw changed(row.ref)
    count.turns += lines.length
    const [first, ...rest] = lines
    if (isFirst) {
      // The head is ours and says what it says also where a rule of the redactor would have it otherwise.
      const opening = first === undefined ? [] : [jsonlLine(first, secrets, redact)]
      for (const text of jsonlHead(head, opening[0])) yield `${text}\n`
    } else if (first !== undefined) yield line(first)
    for (const text of rest) yield line(text)
    isFirst = false
    from = next
  }
}

/** All turns that there are at the first page; what is appended meanwhile is not part of it. */
const turnsOf = async function* ({ archive, row, secrets, redact, count }: Source): AsyncGenerator<Turn> {
  let generation: number | undefined
  let total = Number.POSITIVE_INFINITY
  for (let from = 0; from < total; ) {
    const page = await archive.ask('page', { ref: row.ref, from, count: PAGE, maxText: MAX_TEXT })
    generation ??= page.generation
    if (page.generation !== generation) throw changed(row.ref)
    total = Math.min(total, page.total)
    const turns = page.turns.filter(({ turn }) => turn >= from && turn < total)
    for (const turn of turns) yield secrets === 'redact' ? redactTurn(turn, redact) : turn
    count.turns += turns.length
    const last = turns.at(-1)
    // A page of nothing: the rest of the rows is gone.
    if (last === undefined && from < total) throw changed(row.ref)
    from = (last?.turn ?? from) + 1
  }
}

const unknownSession = (ref: string, candidates: number): ClawdbotError =>
  new ClawdbotError(
    'session_unknown',
    candidates === 0
      ? `There is no session ${JSON.stringify(ref)}.`
      : `${candidates} sessions have names that begin with ${JSON.stringify(ref)}.`,
    'Choose one of the sessions that are listed.',
  )

const changed = (ref: string): ClawdbotError =>
  new ClawdbotError(
    'archive_refused',
    `The transcript ${JSON.stringify(ref)} was replaced while it was exported; nothing was written.`,
    'Export it again.',
  )
