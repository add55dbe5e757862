// One round: what a few files have that the index has not, read into memory, and then written in one transaction together
// with how far it was read. So a crash at any moment repeats a round or does not, and can not half do one.
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { isErrno } from '../../shared/domain/errno.ts'
import type { IndexWriter } from '../store/index-writer.ts'
import type { FileRow, NewPart } from '../store/rows.ts'
import type { FileSet } from './file-set.ts'
import { seenOf } from './file-set.ts'
import { fingerprintOf, fits } from './fingerprint.ts'
import { type FileStamp, judgeFile } from './judge-file.ts'
import type { Followed } from './list-files.ts'
import { type FoundLine, linesOf } from './read-lines.ts'
import { takerOf } from './take-file.ts'
import type { Troubles } from './troubles.ts'

/** A file that was written so shortly before it was looked at may be written again at the same time. Milliseconds. */
const YOUNG_MS = 50

export interface RoundLimits {
  readonly parts: number
  /** UTF-16 units of text. */
  readonly text: number
  readonly files: number
}

export interface RoundOptions {
  readonly files: FileSet
  readonly writer: IndexWriter
  readonly rows: Map<string, FileRow>
  /** What `sessions.json` says of the transcript at a path; empty where it says nothing. */
  readonly providerOf: (path: string) => string
  readonly limits: RoundLimits
  readonly now: () => number
  readonly breathe: () => Promise<void>
  readonly troubles: Troubles
  /** Of half lines that are longer than any line that is read: up to where they were looked through. */
  readonly lookedTo: Map<string, { readonly from: number; readonly to: number }>
}

export interface Round {
  readonly parts: number
  /** Files that are followed as another one from now on. */
  readonly doomed: number
}

/** Within a transaction. The rows are changed by `apply`, which the caller calls once it has been committed. */
export const readRound = async (options: RoundOptions): Promise<Round & { readonly apply: () => void }> => {
  const { files, writer, rows, limits, breathe } = options
  const parts: NewPart[] = []
  const changes: (() => void)[] = []
  let text = 0
  let doomed = 0
  let count = 0

  const forget = (path: string): void => {
    options.troubles.over(path)
    const row = rows.get(path)
    if (row !== undefined) {
      writer.doom(row.id)
      doomed += 1
    }
    changes.push(() => {
      rows.delete(path)
      files.done(path)
    })
  }

  for (const [path, pending] of files.pending()) {
    if (parts.length >= limits.parts || text >= limits.text || count >= limits.files) break
    count += 1
    if (pending.what === 'forget') {
      forget(path)
      continue
    }
    const opened = openPlain(path)
    if (opened === 'gone') {
      forget(path)
      continue
    }
    if (opened instanceof Error) {
      options.troubles.add(path, opened)
      changes.push(() => files.done(path))
      continue
    }
    options.troubles.over(path)
    const { fd, stamp } = opened
    try {
      const before = rows.get(path)
      const verdict = judge(before, fd, stamp, options.providerOf(path))
      if (verdict === 'same' && before !== undefined) {
        changes.push(() => files.done(path))
        continue
      }
      if (verdict === 'replaced' && before !== undefined) {
        writer.doom(before.id)
        doomed += 1
      }
      const row =
        before === undefined || verdict === 'replaced'
          ? newRow(writer.nextFile(), pending.file, options)
          : before
      const taker = takerOf(row, options.providerOf(path))
      const half = options.lookedTo.get(path)
      const source = linesOf(fd, row.offset, stamp.size, half?.from === row.offset ? half.to : row.offset)
      let offset = row.offset
      let rest: readonly FoundLine[] | null = []
      while (parts.length < limits.parts && text < limits.text) {
        rest = source.next()
        if (rest === null) break
        for (const line of rest) {
          const from = parts.length
          taker.take(line, parts)
          for (let at = from; at < parts.length; at++) text += parts[at]?.text.length ?? 0
          offset = line.offset + line.length + 1
        }
        await breathe()
      }
      const isWhole = rest === null
      const isYoung = Math.abs(options.now() - stamp.mtime) < YOUNG_MS
      const after: FileRow = {
        ...row,
        ...stamp,
        ...taker.done(),
        // What is not read to its end must never look like what is there.
        size: isWhole ? stamp.size : offset,
        settled: isWhole && !isYoung ? 1 : 0,
        offset,
        ...fingerprintOf(fd, offset, isYoung ? 'long' : 'short'),
      }
      writer.saveFile(after)
      const looked = source.looked()
      changes.push(() => {
        rows.set(path, after)
        if (!isWhole) return
        files.done(path)
        options.lookedTo.set(path, { from: offset, to: looked })
        if (looked === offset) options.lookedTo.delete(path)
      })
    } finally {
      closeSync(fd)
    }
  }

  await writeParts(parts, writer, breathe)
  return {
    parts: parts.length,
    doomed,
    apply: () => {
      for (const change of changes) change()
    },
  }
}

/** Each table in its own order, which is that in which it grows at its end. */
const writeParts = async (
  parts: readonly NewPart[],
  writer: IndexWriter,
  breathe: () => Promise<void>,
): Promise<void> => {
  const ids = new Float64Array(parts.length)
  const inTurn = async (order: Uint32Array, add: (at: number, part: NewPart) => void): Promise<void> => {
    for (let done = 0; done < order.length; done += 128) {
      for (const at of order.subarray(done, done + 128)) {
        const part = parts[at]
        if (part !== undefined) add(at, part)
      }
      await breathe()
    }
  }
  const inFile = Uint32Array.from(parts.keys())
  const inTime = inFile.toSorted((a, b) => (parts[a]?.order ?? 0) - (parts[b]?.order ?? 0) || a - b)
  await inTurn(inTime, (at, part) => {
    ids[at] = writer.giveId(part)
  })
  for (let done = 0; done < parts.length; done += 128) {
    writer.addParts(ids, parts, done, Math.min(done + 128, parts.length))
    await breathe()
  }
  // Where moments were crowded, ids are not in the order in which they were given.
  const isInOrder = inTime.every(
    (at, place) => place === 0 || (ids[at] ?? 0) >= (ids[inTime[place - 1] ?? 0] ?? 0),
  )
  await inTurn(isInOrder ? inTime : inFile.toSorted((a, b) => (ids[a] ?? 0) - (ids[b] ?? 0)), (at, part) =>
    writer.addText(ids[at] ?? 0, part),
  )
}

const judge = (row: FileRow | undefined, fd: number, stamp: FileStamp, provider: string) => {
  // Its lines are found under a provider that it is not of.
  if (row !== undefined && provider !== '' && row.provider !== provider) return 'replaced'
  return judgeFile(row === undefined ? undefined : seenOf(row), stamp, () =>
    row === undefined ? false : fits(fd, row.offset, row),
  )
}

type Opened = { readonly fd: number; readonly stamp: FileStamp } | 'gone' | Error

/** Never through a link, never a pipe, and never for longer than the call. */
const openPlain = (path: string): Opened => {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO')) return 'gone'
    return error instanceof Error ? error : new Error(String(error))
  }
  try {
    const stats = fstatSync(fd)
    if (stats.isFile()) {
      return { fd, stamp: { dev: stats.dev, inode: stats.ino, size: stats.size, mtime: stats.mtimeMs } }
    }
    closeSync(fd)
    return 'gone'
  } catch (error) {
    closeSync(fd)
    return error instanceof Error ? error : new Error(String(error))
  }
}

const newRow = (id: number, { path, sort, ref }: Followed, { providerOf }: RoundOptions): FileRow => ({
  id,
  path,
  sort,
  ref,
  doomed: 0,
  dev: 0,
  inode: 0,
  size: 0,
  mtime: 0,
  settled: 0,
  offset: 0,
  head: '',
  tail: '',
  lines: 0,
  rows: 0,
  messages: 0,
  broken: 0,
  last_at: 0,
  updated_at: null,
  provider: sort === 'session' ? providerOf(path) : '',
  state: '',
  summary: '',
})
