import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { realPath } from './permission-flags.ts'

const names = z.record(z.string(), z.string()).default({})
const manifest = z.object({ dependencies: names, optionalDependencies: names })

/**
 * The folders of an installed package and of all that it needs, as Node finds them from `<appRoot>/out`. What is not there
 * is left out, and so are peers that a package could use if they were there: the program that imports it says what it lacks.
 */
export const packageFolders = async (appRoot: string, name: string): Promise<readonly string[]> => {
  const top = realPath(appRoot)
  const found = new Set<string>()
  const visit = async (wanted: string, from: string): Promise<void> => {
    const folder = await find(top, wanted, from)
    if (folder === undefined || found.has(folder.path)) return
    found.add(folder.path)
    for (const needed of folder.needs) await visit(needed, folder.path)
  }
  await visit(name, top)
  return [...found].sort()
}

interface Folder {
  readonly path: string
  readonly needs: readonly string[]
}

/** Looks beside the package that asks and then further up, as Node does, but never above the app. */
const find = async (top: string, name: string, from: string): Promise<Folder | undefined> => {
  for (let at = from; ; at = dirname(at)) {
    const path = join(at, 'node_modules', name)
    const needs = await needsOf(path)
    if (needs !== undefined) return { path, needs }
    if (at === top || dirname(at) === at) return undefined
  }
}

const needsOf = async (folder: string): Promise<readonly string[] | undefined> => {
  try {
    const { dependencies, optionalDependencies } = manifest.parse(
      JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
    )
    return Object.keys({ ...dependencies, ...optionalDependencies })
  } catch {
    // Not there, or no package that Node would load: it is not granted, and the import says so.
    return undefined
  }
}
