import { type Entry, type Header, parseEntry, parseHeader } from './entry.ts'

export type TranscriptText =
  | {
      readonly kind: 'whole'
      readonly header: Header
      readonly entries: readonly Entry[]
      /** Bytes of the file that are kept; what is behind them is a line that was cut off in mid-write. */
      readonly keepBytes: number
      /** The last line is complete but for its line break. */
      readonly needsLineBreak: boolean
    }
  /** No more than the beginning of a header: the process was killed while it made the file. */
  | { readonly kind: 'unborn' }
  /** Nothing of it is used or changed: what it says can not be trusted. */
  | { readonly kind: 'broken'; readonly why: string }

/** Reads a transcript. Only its last line may be incomplete: the process was killed while it wrote it. */
export const readTranscript = (bytes: Buffer): TranscriptText => {
  if (isUnborn(bytes)) return { kind: 'unborn' }
  const end = bytes.lastIndexOf(0x0a) + 1
  const tail = bytes.subarray(end)
  const tailIsWhole = tail.length > 0 && isWholeLine(tail)
  const body = tailIsWhole ? bytes : bytes.subarray(0, end)
  const lines = body.toString('utf8').split('\n')
  const first = parse(lines[0] ?? '')
  const header = parseHeader(first)
  if (header === undefined) return { kind: 'broken', why: 'line 1 is not the header of a version 3 session' }
  const entries: Entry[] = []
  const ids = new Set<string>()
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue
    const entry = parseEntry(parse(line))
    if (entry === undefined) return { kind: 'broken', why: `line ${index + 1} is not an entry` }
    if (ids.has(entry.id)) return { kind: 'broken', why: `line ${index + 1} repeats the id of another` }
    // Files only grow, so a parent stands before its children; this also rules out loops.
    if (entry.parentId !== null && !ids.has(entry.parentId)) {
      return { kind: 'broken', why: `line ${index + 1} has a parent that is not there` }
    }
    ids.add(entry.id)
    entries.push(entry)
  }
  return { kind: 'whole', header, entries, keepBytes: body.length, needsLineBreak: tailIsWhole }
}

const HEADER_START = '{"type":"session"'
/** Longer than any header of ours. Bytes. */
const MAX_HEADER = 16 * 1024

const isUnborn = (bytes: Buffer): boolean => {
  if (bytes.length > MAX_HEADER || bytes.includes(0x0a) || isWholeLine(bytes)) return false
  const start = bytes.toString('latin1', 0, HEADER_START.length)
  return HEADER_START.startsWith(start)
}

const isWholeLine = (tail: Buffer): boolean => {
  const value = parse(tail.toString('utf8'))
  return parseEntry(value) !== undefined || parseHeader(value) !== undefined
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    // Not JSON is no entry; the caller says which line it was.
    return undefined
  }
}
