import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type KnownSession, readSessionList, type SessionList } from '../sessions-json.ts'

/** What `sessions.json` of each folder says of the transcripts beside it. */
export interface SessionNames {
  /** Of the transcript at this path. */
  readonly of: (path: string) => KnownSession | undefined
  /** Reads the lists of these folders that have changed. Never throws. */
  readonly refresh: (folders: ReadonlySet<string>) => Promise<'changed' | 'same'>
}

export const createSessionNames = (): SessionNames => {
  const lists = new Map<string, { readonly stamp: string; readonly list: SessionList }>()
  return {
    of: (path) => {
      const folder = dirname(path)
      return lists.get(folder)?.list.byFile.get(path.slice(folder.length + 1, -'.jsonl'.length))
    },
    async refresh(folders) {
      let changed: 'changed' | 'same' = 'same'
      for (const folder of lists.keys()) if (!folders.has(folder)) lists.delete(folder)
      for (const folder of folders) {
        const stamp = stampOf(join(folder, 'sessions.json'))
        if (lists.get(folder)?.stamp === stamp) continue
        lists.set(folder, { stamp, list: await readSessionList(folder) })
        changed = 'changed'
      }
      return changed
    },
  }
}

const stampOf = (path: string): string => {
  try {
    const { dev, ino, size, mtimeMs } = lstatSync(path)
    return `${dev}:${ino}:${size}:${mtimeMs}`
  } catch {
    // Not there, or not to be looked at: read as such, once.
    return 'none'
  }
}
