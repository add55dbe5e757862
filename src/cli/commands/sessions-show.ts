import type { SessionRow } from '../../shared/contracts/archive-sessions.ts'
import type { Turn } from '../../shared/contracts/archive-transcript.ts'
import { ClawdbotError } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import type { ArchiveClient } from '../../supervisor/archive/archive-client.ts'
import type { CliContext } from '../context.ts'
import { UsageError } from '../exit.ts'
import { toSafeJson } from '../print-json.ts'
import { turnLines } from '../turn-lines.ts'
import { whichSession } from '../which-session.ts'
import { withArchive } from '../with-archive.ts'

export interface SessionsShowOptions {
  readonly last?: number
  readonly turn?: number
  readonly json?: boolean
}

/** Rows that are asked for at once, and UTF-16 units of one text of theirs: a long transcript is never held as a whole. */
const PAGE = 50
const MAX_TEXT = 200_000

/** A transcript as text, with everything in it that a terminal would obey or hide as a visible mark. */
export const sessionsShow = (
  context: CliContext,
  name: string,
  options: SessionsShowOptions,
): Promise<void> => {
  if (options.last !== undefined && options.turn !== undefined) {
    throw new UsageError('--last and --turn at once?', 'Give one of the two.')
  }
  return withArchive(context, async ({ archive }) => {
    const row = await whichSession(archive, name)
    const [from, until] = partOf(row, options)
    const turns = turnsOf(archive, row.ref, from, until)
    if (options.json === true) await printJson(context, row, turns)
    else await printText(context, row, turns)
  })
}

/** The rows that are wanted, the last of them not among them. */
const partOf = (row: SessionRow, { last, turn }: SessionsShowOptions): readonly [number, number] => {
  if (turn === undefined) return [last === undefined ? 0 : Math.max(0, row.turns - last), row.turns]
  if (turn < row.turns) return [turn, turn + 1]
  throw new ClawdbotError(
    'session_unknown',
    `There is no turn ${String(turn)} in ${visibleLine(row.ref)}: it has ${String(row.turns)}, counted from 0.`,
    'See all of it: clawdbot sessions show, without --turn.',
  )
}

async function* turnsOf(
  archive: ArchiveClient,
  ref: string,
  from: number,
  until: number,
): AsyncIterable<Turn> {
  let generation: number | undefined
  for (let at = from; at < until; ) {
    const count = Math.min(PAGE, until - at)
    const page = await archive.ask('page', { ref, from: at, count, maxText: MAX_TEXT })
    generation ??= page.generation
    if (page.generation !== generation) throw replaced(ref)
    yield* page.turns
    if (page.turns.length === 0) return
    at += page.turns.length
  }
}

const replaced = (ref: string): ClawdbotError =>
  new ClawdbotError(
    'archive_refused',
    `The file of ${visibleLine(ref)} was replaced while it was read.`,
    'Try again.',
  )

const printText = async (
  { print }: CliContext,
  row: SessionRow,
  turns: AsyncIterable<Turn>,
): Promise<void> => {
  const title = [row.key, row.id, ''].includes(row.title) ? '' : `  ${row.title}`
  print(visibleLine(`${row.ref}${row.key === '' ? '' : `  ${row.key}`}${title}`))
  if (row.brokenLines === 1) print('One line of it is broken; it is shown as it is.')
  else if (row.brokenLines > 1)
    print(`${String(row.brokenLines)} lines of it are broken; they are shown as they are.`)
  for await (const turn of turns) {
    print('')
    for (const line of turnLines(turn)) print(line)
  }
}

/** One object, printed piece by piece. */
const printJson = async (
  { print }: CliContext,
  row: SessionRow,
  turns: AsyncIterable<Turn>,
): Promise<void> => {
  print(`{"session": ${toSafeJson(row)},\n"turns": [`)
  let before: string | undefined
  for await (const turn of turns) {
    if (before !== undefined) print(`${before},`)
    before = toSafeJson(turn)
  }
  if (before !== undefined) print(before)
  print(']}')
}
