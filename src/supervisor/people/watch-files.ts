import { type FSWatcher, watch } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

const DEBOUNCE_MS = 50
/**
 * Some file systems (network, shared folders of virtual machines) tell nothing, and a folder tells nothing of what
 * its links point to: the files are looked at too.
 */
const LOOK_EVERY_MS = 2_000

/**
 * Calls `onChange` soon after one of the files was made, replaced, changed or removed. Folders are watched,
 * not files, because a replaced file is another file.
 */
export const watchFiles = (
  files: readonly string[],
  onChange: () => void,
): { readonly close: () => void } => {
  const folders = new Map<string, Set<string>>()
  for (const file of files) {
    const names = folders.get(dirname(file)) ?? new Set()
    folders.set(dirname(file), names.add(basename(file)))
  }
  const watchers = new Map<string, FSWatcher>()
  let debounce: NodeJS.Timeout | undefined
  let closed = false
  let seen: string | undefined

  const changed = (): void => {
    if (!closed) debounce ??= setTimeout(tell, DEBOUNCE_MS)
  }
  const tell = (): void => {
    debounce = undefined
    onChange()
  }
  const listen = (): void => {
    for (const [folder, names] of folders) {
      if (watchers.has(folder)) continue
      const drop = (): void => {
        watchers.get(folder)?.close()
        watchers.delete(folder)
      }
      try {
        const watcher = watch(folder, { persistent: false }, (event, name) => {
          if (name === null || names.has(name)) changed()
          // The folder itself went away; a new one of that name needs a new watch.
          if (event === 'rename' && name === basename(folder)) drop()
        })
        watcher.on('error', drop)
        watchers.set(folder, watcher)
      } catch {
        // Not there now; the next look tries again.
      }
    }
  }
  const look = async (): Promise<void> => {
    const now = (await Promise.all(files.map(signature))).join('\n')
    if (seen !== undefined && now !== seen) changed()
    seen = now
  }
  listen()
  void look()
  const interval = setInterval(() => {
    listen()
    void look()
  }, LOOK_EVERY_MS)
  return {
    close: () => {
      closed = true
      clearTimeout(debounce)
      clearInterval(interval)
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}

/** Of the name itself, and of what it links to: a config may be a link into a folder that is not watched. */
const signature = async (file: string): Promise<string> =>
  `${await signatureBy(lstat, file)} ${await signatureBy(stat, file)}`

const signatureBy = async (look: typeof stat, file: string): Promise<string> => {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await look(file)
    return `${ino} ${size} ${mtimeMs} ${ctimeMs}`
  } catch {
    // Absent and unreadable look alike here; whoever reads the file finds out which.
    return '-'
  }
}
