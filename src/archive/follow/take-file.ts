// What becomes of the lines of a file in the index.
import { HIT_KINDS } from '../../shared/contracts/archive-sessions.ts'
import { TURN_KINDS } from '../../shared/contracts/archive-transcript.ts'
import { parseLogObject } from '../../shared/log/parse-log-line.ts'
import { readAuditLine } from '../read/audit-line.ts'
import { type LineFacts, newReaderState, parseReaderState, readSessionLine } from '../read/entry.ts'
import { type Line, TOO_LONG } from '../read/line-form.ts'
import { LAST_MOMENT } from '../read/when.ts'
import { fileTag, personTags, sourceTags, tagOf } from '../search/tags.ts'
import type { FileRow, NewPart } from '../store/rows.ts'
import { FLAG } from '../store/schema.ts'
import { countSummary, parseSummary } from '../store/session-summary.ts'
import type { FoundLine } from './read-lines.ts'

/** UTF-16 units of a part that are searched: a command may print more than anybody looks for. */
const MAX_TEXT = 200_000

/** What a file's row says after its new lines. */
type TakenFields = Pick<
  FileRow,
  'lines' | 'rows' | 'messages' | 'broken' | 'last_at' | 'updated_at' | 'provider' | 'state' | 'summary'
>

/** Takes the lines of one file in order. */
export interface LineTaker {
  readonly take: (line: FoundLine, into: NewPart[]) => void
  readonly done: () => TakenFields
}

/** @param provider of the session, as `sessions.json` has it; empty where it says nothing */
export const takerOf = (file: FileRow, provider: string): LineTaker => {
  switch (file.sort) {
    case 'session':
      return takeSession(file, provider)
    case 'audit':
      return takeOther(file, auditPart)
    default:
      return takeOther(file, logPart)
  }
}

const numbers = (names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name, index) => [name, index]))
const KIND = numbers(TURN_KINDS)
const HIT = numbers(HIT_KINDS)
/** Of a part that is no turn. */
const NO_KIND = KIND['unknown'] ?? 0

/**
 * Not found by itself: what only says more of its row (which is found by it), and words that were not said before a
 * call.
 */
const isFound = (facts: LineFacts, parts: number): boolean =>
  facts.hitKind === 'event'
    ? facts.row !== null || facts.isError || facts.refused
    : facts.text !== '' || parts === 1 || facts.isError || facts.refused || facts.hitKind === 'call'

const IN_SESSIONS = tagOf('in', 'sessions')

const takeSession = (file: FileRow, known: string): LineTaker => {
  const counts = { ...file }
  const summary = countSummary(parseSummary(file.summary))
  const itsFile = fileTag(file.id)
  let state = parseReaderState(file.state) ?? newReaderState()
  let lastAt = file.last_at
  let provider = file.provider === '' ? known : file.provider

  const tagsOf = (facts: LineFacts): string => {
    const tags = [itsFile, IN_SESSIONS, tagOf('role', facts.role)]
    const over = facts.provider === '' ? provider : facts.provider
    if (over !== '') tags.push(tagOf('provider', over))
    if (facts.tool !== '') tags.push(tagOf('tool', facts.tool))
    if (facts.ranOn !== '') tags.push(tagOf('ranOn', facts.ranOn))
    if (facts.isError) tags.push(tagOf('is', 'error'))
    if (facts.refused) tags.push(tagOf('is', 'refused'))
    if (facts.event !== '') tags.push(tagOf('event', facts.event))
    if (facts.person !== '') tags.push(...personTags(facts.person))
    return tags.join(' ')
  }

  return {
    take(line, into) {
      counts.lines += 1
      const read = readSessionLine(line.text, counts.lines, state)
      state = read.state
      if (read.header !== null) {
        summary.header(read.header.id, read.header.startedAt)
        lastAt = Math.max(lastAt, read.header.startedAt ?? 0)
      }
      for (const [part, facts] of read.facts.entries()) {
        const at = facts.at
        if (at !== null) lastAt = at
        if (at !== null && at > (counts.updated_at ?? 0)) counts.updated_at = at
        summary.add(facts)
        if (provider === '') provider = facts.provider
        if (facts.row !== null) counts.rows = Math.max(counts.rows, facts.row + 1)
        if (facts.broken) counts.broken += 1
        if (part === 0 && (facts.hitKind === 'message' || facts.hitKind === 'result')) counts.messages += 1
        into.push({
          file: file.id,
          row: facts.row ?? facts.attachTo ?? 0,
          line: counts.lines,
          part,
          order: at ?? lastAt,
          parity: 0,
          offset: line.offset,
          length: line.length,
          crc: line.crc,
          at,
          kind: KIND[facts.kind] ?? NO_KIND,
          hit: HIT[facts.hitKind] ?? 0,
          flags:
            (facts.row === null ? 0 : FLAG.own) |
            (facts.isError ? FLAG.error : 0) |
            (facts.refused ? FLAG.refused : 0) |
            (facts.broken ? FLAG.broken : 0) |
            (facts.ranOn === 'host' ? FLAG.host : facts.ranOn === 'sandbox' ? FLAG.sandbox : 0),
          role: facts.role,
          tool: facts.tool,
          entryId: part === 0 ? facts.entryId : '',
          parentId: facts.forkOf === null ? null : facts.parentId,
          forkOf: facts.forkOf,
          text: searchable(facts.text),
          tags: isFound(facts, read.facts.length) ? tagsOf(facts) : '',
        })
      }
    },
    done: () => ({
      lines: counts.lines,
      rows: counts.rows,
      messages: counts.messages,
      broken: counts.broken,
      last_at: lastAt,
      updated_at: counts.updated_at,
      provider,
      state: JSON.stringify(state),
      summary: JSON.stringify(summary.done()),
    }),
  }
}

/** A line of the log or of the audit, before anybody knows where it stands. */
interface OtherPart {
  readonly at: number | null
  readonly role: string
  readonly flags: number
  readonly broken: boolean
  readonly text: string
  readonly tags: readonly string[]
  readonly hit: number
}

const takeOther = (file: FileRow, read: (line: Line) => OtherPart): LineTaker => {
  const counts = { ...file }
  return {
    take(line, into) {
      counts.lines += 1
      if (line.length === 0) return
      const { at, role, flags, broken, text, tags, hit } = read(line.text)
      if (at !== null) counts.last_at = at
      if (at !== null && at > (counts.updated_at ?? 0)) counts.updated_at = at
      if (broken) counts.broken += 1
      counts.rows += 1
      into.push({
        file: file.id,
        row: counts.lines,
        line: counts.lines,
        part: 0,
        order: counts.last_at,
        parity: 1,
        offset: line.offset,
        length: line.length,
        crc: line.crc,
        at,
        kind: NO_KIND,
        hit,
        flags,
        role,
        tool: '',
        entryId: '',
        parentId: null,
        forkOf: null,
        text: searchable(text),
        tags: tags.join(' '),
      })
    },
    done: () => ({
      lines: counts.lines,
      rows: counts.rows,
      messages: 0,
      broken: counts.broken,
      last_at: counts.last_at,
      updated_at: counts.updated_at,
      provider: '',
      state: '',
      summary: '',
    }),
  }
}

const logPart = (line: Line): OtherPart => {
  const found = parseLogObject(line === TOO_LONG ? '' : line)
  const tags = [tagOf('in', 'logs'), tagOf('level', found.level)]
  if (found.source !== '') tags.push(...sourceTags(found.source))
  if (found.event !== '') tags.push(tagOf('event', found.event))
  if (found.session !== '') tags.push(tagOf('session', found.session))
  const isError = found.level === 'error' || found.level === 'fatal'
  if (isError) tags.push(tagOf('is', 'error'))
  return {
    at: inRange(found.at),
    role: found.level,
    flags: isError ? FLAG.error : 0,
    broken: found.level === 'unknown' && found.time === '',
    text: logText(found),
    tags,
    hit: HIT['log'] ?? 0,
  }
}

/** What of a line of the log is searched. */
export const logText = (found: {
  readonly source: string
  readonly message: string
  readonly fields: string
}): string => [found.source, found.message, found.fields].filter((text) => text !== '').join('\n')

const auditPart = (line: Line): OtherPart => {
  const found = readAuditLine(line)
  const tags = [tagOf('in', 'audit'), tagOf('role', found.act)]
  if (found.isError) tags.push(tagOf('is', 'error'))
  if (found.refused) tags.push(tagOf('is', 'refused'))
  if (found.event !== '') tags.push(tagOf('event', found.event))
  if (found.session !== '') tags.push(tagOf('session', found.session))
  if (found.provider !== '') tags.push(tagOf('provider', found.provider))
  if (found.person !== '') tags.push(...personTags(found.person))
  return {
    at: inRange(found.at),
    role: found.act,
    flags: (found.isError ? FLAG.error : 0) | (found.refused ? FLAG.refused : 0),
    broken: found.broken,
    text: found.text,
    tags,
    hit: HIT['audit'] ?? 0,
  }
}

const inRange = (at: number | null): number | null =>
  at !== null && at >= 0 && at <= LAST_MOMENT ? Math.trunc(at) : null

const searchable = (text: string): string => (text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT))
