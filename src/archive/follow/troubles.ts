// What is there and can not be read: it is told, and tried again from time to time.
import type { ArchiveStatus } from '../../shared/contracts/archive.ts'
import { isNotGranted } from './unlisted-names.ts'

/** A file that could not be opened is not opened again before. Milliseconds. */
const TRY_AGAIN_MS = 5_000

export interface Troubles {
  readonly add: (path: string, error: unknown) => void
  /** It was read, or is gone. */
  readonly over: (path: string) => void
  /** All folders that can not be listed now. */
  readonly folders: (unknown: readonly { readonly folder: string; readonly error: unknown }[]) => void
  readonly mayTry: (path: string) => boolean
  readonly told: () => ArchiveStatus['unreadable']
}

/** @param clock milliseconds that never go back
 * @param onChange of what is told */
export const createTroubles = (clock: () => number, onChange: () => void): Troubles => {
  const files = new Map<string, { readonly why: string; readonly at: number }>()
  let folders: readonly string[] = []
  return {
    add(path, error) {
      const isKnown = files.has(path)
      files.set(path, { why: sentence(path, error), at: clock() })
      if (!isKnown) onChange()
    },
    over(path) {
      if (files.delete(path)) onChange()
    },
    folders(unknown) {
      // What nobody was given to look into is no trouble.
      const before = folders.join('\n')
      folders = unknown
        .filter(({ error }) => !isNotGranted(error))
        .map(({ folder, error }) => sentence(folder, error))
      if (folders.join('\n') !== before) onChange()
    },
    mayTry(path) {
      const last = files.get(path)
      return last === undefined || clock() - last.at >= TRY_AGAIN_MS
    },
    told() {
      const [first] = files.values()
      return { count: files.size + folders.length, first: folders[0] ?? first?.why ?? '' }
    },
  }
}

const sentence = (path: string, error: unknown): string => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'EACCES' || code === 'EPERM') return `This user may not read ${path}.`
  return `${path} can not be read: ${code === '' ? String(error) : code}.`
}
