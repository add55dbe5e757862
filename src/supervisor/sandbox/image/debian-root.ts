import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import {
  exitOf,
  failed,
  mirrorOf,
  requireDebootstrap,
  runConfined,
  spawnConfined,
} from './debian-packages.ts'
import type { Recipe } from './recipe.ts'

/** Files of the machine on which it is made, and what the kernel and Docker provide. */
const NOT_IN_IT = ['./etc/hostname', './etc/resolv.conf', './dev/*', './proc/*', './sys/*', './run/*']

const PREFIX = 'clawdbot-image-'

export interface RootOptions {
  readonly env: NodeJS.ProcessEnv
  readonly onLine: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Makes the root file system of the recipe from Debian's packages, whose signatures are checked, and hands it on as a
 * tar that is read once. The folder it is made in is gone afterwards, whatever happened; `signal` ends it at any point.
 * Needs root, Linux, debootstrap. Errors: `sandbox_image`.
 */
export const withDebianRoot = async <T>(
  recipe: Recipe,
  { env, onLine, signal }: RootOptions,
  use: (tar: Readable) => Promise<T>,
): Promise<T> => {
  const suite = /^debian:([a-z]+)(?:-slim)?$/.exec(recipe.base)?.[1]
  if (suite === undefined) {
    throw new ClawdbotError(
      'sandbox_image',
      `${recipe.base} is no release of Debian that debootstrap could make.`,
      'Let Docker reach a registry.',
    )
  }
  await requireDebootstrap(env)
  const mirror = await mirrorOf(suite, env)
  // Not in /tmp, which may be memory, and where nothing may be executed on some machines.
  const parent = env['TMPDIR'] || '/var/tmp'
  await removeLeftovers(parent)
  const folder = await mkdtemp(join(parent, PREFIX))
  try {
    const root = join(folder, 'root')
    const said = { onLine, signal }
    const packages = `--include=${recipe.packages.join(',')}`
    const options = ['--variant=minbase', '--force-check-gpg', packages, suite, root]
    await runConfined(['debootstrap', ...options, ...(mirror === undefined ? [] : [mirror])], env, said)
    onLine('Tidying')
    await writeFile(join(root, 'tidy.sh'), recipe.tidy)
    await runConfined(['chroot', root, '/bin/sh', '/tidy.sh'], env, said)
    onLine('Packing')
    return await use(tarOf(root, env, signal))
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** What a build has left that was killed together with us, an hour ago or more. Nothing is mounted in it any more. */
const removeLeftovers = async (parent: string): Promise<void> => {
  const anHourAgo = Date.now() - 3_600_000
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue
    const folder = join(parent, name)
    // One that is gone meanwhile, or can not be removed, is left alone; this is for tidiness only.
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < anHourAgo) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

const tarOf = (root: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Readable =>
  Readable.from(packed(root, env, signal), { objectMode: false })

/** Ends as an error where tar does: half an archive can look like a whole one. */
async function* packed(root: string, env: NodeJS.ProcessEnv, signal: AbortSignal): AsyncGenerator<Buffer> {
  const exclude = NOT_IN_IT.map((path) => `--exclude=${path}`)
  const command = ['tar', '--create', '--numeric-owner', ...exclude, '--directory', root, '.']
  const tar = spawnConfined(command, env, signal)
  const ended = exitOf(tar)
  let complaints = ''
  tar.stderr?.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-1_000)))
  try {
    for await (const chunk of tar.stdout ?? []) yield Buffer.from(chunk)
    if ((await ended) !== 0) throw failed('tar', complaints.trim())
  } finally {
    tar.kill('SIGKILL')
    if (tar.exitCode === null && tar.signalCode === null) await once(tar, 'exit')
  }
}
