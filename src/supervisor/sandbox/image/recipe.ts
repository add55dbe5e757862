// What the sandbox image is made of: docker/sandbox, read by both ways of making it.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { readBounded } from '../../../shared/state/atomic-file.ts'

/** On every image that we make: the hash of what it was made from. */
export const IMAGE_LABEL = 'clawdbot.image'

const MAX_BYTES = 64 * 1024

/** The instructions that set up an image without running anything: Docker takes these for an import too. */
const SETTINGS = /^(?:ENV|WORKDIR|USER|CMD) .+$/gm

export interface Recipe {
  /** What it is built on, such as `debian:bookworm-slim`. */
  readonly base: string
  /** Names of Debian's packages. */
  readonly packages: readonly string[]
  /** Instructions of the Dockerfile, each one line. */
  readonly settings: readonly string[]
  readonly dockerfile: string
  /** The shell script that is the last step of making it, run inside as root. */
  readonly tidy: string
  /** Changes whenever anything above does. */
  readonly hash: string
}

/** Reads it out of the app's own folder. Errors: `sandbox_image` where a file is missing or not as expected. */
export const readRecipe = async (appRoot: string): Promise<Recipe> => {
  const folder = join(appRoot, 'docker', 'sandbox')
  const dockerfile = await readOwn(join(folder, 'Dockerfile'))
  const tidy = await readOwn(join(folder, 'tidy.sh'))
  const base = /^FROM ([a-z0-9][a-z0-9._/:-]*)$/m.exec(dockerfile)?.[1]
  const packages = /^ARG PACKAGES="([a-z0-9.+ -]+)"$/m.exec(dockerfile)?.[1]?.split(' ')
  if (base === undefined || packages === undefined) throw unfit(join(folder, 'Dockerfile'), 'is not ours')
  const hash = createHash('sha256')
    .update(JSON.stringify([dockerfile, tidy]))
    .digest('hex')
    .slice(0, 16)
  const settings = Array.from(dockerfile.matchAll(SETTINGS), ([line]) => line)
  return { base, packages, settings, dockerfile, tidy, hash }
}

const readOwn = async (file: string): Promise<string> => {
  const found = await readBounded(file, MAX_BYTES)
  if (found.kind === 'text') return found.text
  throw unfit(file, found.kind === 'absent' ? 'is not there' : found.why)
}

const unfit = (file: string, why: string): ClawdbotError =>
  new ClawdbotError('sandbox_image', `${file} ${why}.`, 'It comes with Clawdbot: install Clawdbot again.')
