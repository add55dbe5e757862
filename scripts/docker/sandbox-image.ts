// The sandbox image for tests, made by the product's own code, and kept as a tar: making it takes a minute.
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { lock } from 'proper-lockfile'
import { buildSandboxImage, importRoot } from '../../src/supervisor/sandbox/image/build-sandbox-image.ts'
import { withDebianRoot } from '../../src/supervisor/sandbox/image/debian-root.ts'
import { lookAtImage } from '../../src/supervisor/sandbox/image/look-at-image.ts'
import { type Recipe, readRecipe } from '../../src/supervisor/sandbox/image/recipe.ts'
import { ensureDebootstrap } from '../system/packages.ts'
import { engineAt } from './test-image.ts'

const IMAGE = 'clawdbot-sandbox:bookworm-slim'

const project = join(import.meta.dirname, '..', '..')
const cache = join(project, '.cache', 'sandbox')
const never = new AbortController().signal
const silent = (): void => undefined

/**
 * Makes sure that the engine has it, of this version. A `private` engine has no network to build in. Errors:
 * `sandbox_image`, `docker_unreachable`, `runtime_missing`.
 */
export const ensureSandboxImage = async (host: string, engine: 'private' | 'present'): Promise<void> => {
  const recipe = await readRecipe(project)
  const { state, detail } = await lookAtImage(engineAt(host), IMAGE, recipe.hash)
  if (state === 'present' && detail === '') return
  const options = { env: { ...process.env, DOCKER_HOST: host }, image: IMAGE, onLine: silent, signal: never }
  const importCached = async (): Promise<void> =>
    importRoot(recipe, createReadStream(await rootOf(recipe)), options)
  if (engine === 'private' || existsSync(fileOf(recipe))) return importCached()
  await buildSandboxImage({ ...options, appRoot: project, withRoot: importCached })
}

const fileOf = ({ hash }: Recipe): string => join(cache, `${hash}.tar`)

/** The root file system as a tar. One process at a time makes it; the others wait and use it. */
const rootOf = async (recipe: Recipe): Promise<string> => {
  await mkdir(cache, { recursive: true })
  const file = fileOf(recipe)
  if (existsSync(file)) return file
  const release = await lock(cache, {
    stale: 10_000,
    retries: { forever: true, minTimeout: 100, maxTimeout: 1000 },
  })
  try {
    if (!existsSync(file)) await make(recipe, file)
  } finally {
    await release()
  }
  return file
}

const make = async (recipe: Recipe, file: string): Promise<void> => {
  console.log('making the sandbox image from Debian’s packages (a minute, once) …')
  await ensureDebootstrap()
  // Of older recipes, and of builds that were killed: whoever makes one holds the lock.
  for (const name of await readdir(cache)) await rm(join(cache, name), { recursive: true })
  const half = `${file}.half`
  await withDebianRoot(recipe, { env: process.env, onLine: silent, signal: never }, (root) =>
    pipeline(root, createWriteStream(half)),
  )
  // It appears in one step, so that it is never half there.
  await rename(half, file)
}
