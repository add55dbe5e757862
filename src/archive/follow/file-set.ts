import type { ArchiveStart } from '../../shared/contracts/archive.ts'
import type { FileRow } from '../store/rows.ts'
import { type FileStamp, looksSame, type SeenFile } from './judge-file.ts'
import { type Followed, listFiles, stampOf } from './list-files.ts'
import type { Troubles } from './troubles.ts'

/** A file that was written within this time is looked at more often. Milliseconds. */
const HOT_MS = 60_000
const MAX_HOT = 200
const ORDER = { session: 0, audit: 1, log: 2 } as const

/** What there is to do for a path. */
type Pending =
  | { readonly what: 'read'; readonly file: Followed; readonly mtime: number }
  /** The file is gone, or is no plain file any more. */
  | { readonly what: 'forget' }

/** Which files are followed, and which of them differ from what the index has. */
export interface FileSet {
  /** Lists and looks at all. `breathe` is called between pieces of a few milliseconds. */
  readonly sweep: (breathe: () => Promise<void>) => Promise<void>
  /** Looks at those that were written lately, and at the one that is watched. */
  readonly glance: (watched: string | undefined) => void
  /** Sessions first, then the audit, then the log; the newest first. */
  readonly pending: () => readonly (readonly [path: string, Pending])[]
  readonly done: (path: string) => void
  readonly add: (path: string) => void
  readonly bytes: () => number
  readonly folders: () => ReadonlySet<string>
}

export const createFileSet = (
  start: ArchiveStart,
  now: () => number,
  rowOf: (path: string) => FileRow | undefined,
  indexed: () => Iterable<FileRow>,
  troubles: Troubles,
): FileSet => {
  let followed = new Map<string, Followed>()
  const stamps = new Map<string, FileStamp>()
  const pending = new Map<string, Pending>()
  let sorted: readonly (readonly [string, Pending])[] | undefined

  const mark = (path: string, what: Pending): void => {
    pending.set(path, what)
    sorted = undefined
  }
  const look = (file: Followed): void => {
    const { path } = file
    let stamp: FileStamp | undefined
    try {
      stamp = stampOf(path)
    } catch (error) {
      // Neither there nor gone: what the index has of it stays.
      troubles.add(path, error)
      return
    }
    const row = rowOf(path)
    if (stamp === undefined) {
      troubles.over(path)
      stamps.delete(path)
      if (row !== undefined) mark(path, { what: 'forget' })
      return
    }
    stamps.set(path, stamp)
    if (row !== undefined && looksSame(seenOf(row), stamp)) troubles.over(path)
    else if (troubles.mayTry(path)) mark(path, { what: 'read', file, mtime: stamp.mtime })
  }

  return {
    async sweep(breathe) {
      const { files, unknown } = listFiles(start)
      troubles.folders(unknown)
      followed = new Map(files.map((file) => [file.path, file]))
      for (const path of stamps.keys()) if (!followed.has(path)) stamps.delete(path)
      let count = 0
      for (const file of files) {
        look(file)
        count += 1
        if (count % 200 === 0) await breathe()
      }
      for (const row of indexed()) {
        if (followed.has(row.path) || unknown.some(({ folder }) => row.path.startsWith(folder))) continue
        mark(row.path, { what: 'forget' })
      }
    },
    glance(watched) {
      const since = now() - HOT_MS
      const hot = [...stamps].filter(([, stamp]) => stamp.mtime > since).map(([path]) => path)
      for (const path of new Set([...hot.slice(-MAX_HOT), ...(watched === undefined ? [] : [watched])])) {
        const file = followed.get(path)
        if (file !== undefined) look(file)
      }
    },
    pending() {
      sorted ??= [...pending].toSorted(([, a], [, b]) => rankOf(a) - rankOf(b) || timeOf(b) - timeOf(a))
      return sorted
    },
    done(path) {
      if (pending.delete(path)) sorted = undefined
    },
    add(path) {
      const file = followed.get(path)
      if (file !== undefined) mark(path, { what: 'read', file, mtime: stamps.get(path)?.mtime ?? 0 })
    },
    bytes: () => [...stamps.values()].reduce((sum, { size }) => sum + size, 0),
    folders: () =>
      new Set(
        [...followed.values()]
          .filter(({ sort }) => sort === 'session')
          .map(({ path, ref }) =>
            path.slice(0, path.length - (ref.length - ref.lastIndexOf('/')) - '.jsonl'.length),
          ),
      ),
  }
}

const rankOf = (pending: Pending): number => (pending.what === 'forget' ? -1 : ORDER[pending.file.sort])
const timeOf = (pending: Pending): number => (pending.what === 'forget' ? 0 : pending.mtime)

export const seenOf = ({ dev, inode, size, mtime, offset, settled }: FileRow): SeenFile => ({
  dev,
  inode,
  size,
  mtime,
  offset,
  settled: settled === 1,
})
