// Test support: an app folder with an image recipe of a test's own, and an engine to build it in.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngineClient, type EngineClient } from '../../../docker/engine-client.ts'

export interface ImageWorld {
  readonly env: NodeJS.ProcessEnv
  readonly appRoot: string
  readonly folder: string
  /** A name that no other test uses. */
  readonly image: string
  readonly engine: EngineClient
  /** A recipe on top of the tests' busybox, which is here, or of `base`. `tidy` is its shell script. */
  readonly recipe: (tidy: string, base?: string) => void
  /** What Docker says of the image; undefined where it has none. */
  readonly inspect: () => Promise<string | undefined>
  /** Docker's list of images that were made from the recipe of this hash, with each step's. */
  readonly labelled: (hash: string) => Promise<string | undefined>
  /** Containers that a build of this recipe is made in, in whatever state. */
  readonly containers: () => Promise<number>
  readonly remove: () => Promise<void>
}

const WITHIN = 60_000

export const createImageWorld = (): ImageWorld => {
  const mark = `test-${randomBytes(6).toString('hex')}`
  const image = `clawdbot-${mark}:one`
  const folder = mkdtempSync(join(tmpdir(), 'clawdbot-image-test-'))
  const appRoot = join(folder, 'app')
  mkdirSync(join(appRoot, 'docker', 'sandbox'), { recursive: true })
  const env = { ...process.env, TMPDIR: folder }
  const engine = createEngineClient(env, { signal: new AbortController().signal, holds: 'process' })

  const ask = async (method: 'GET' | 'DELETE', path: string): Promise<string | undefined> => {
    const answer = await engine.ask({ method, path, within: WITHIN })
    if (answer.kind !== 'answer') throw new Error(`Docker ${answer.why}`)
    return answer.status === 200 ? answer.body : undefined
  }

  return {
    env,
    appRoot,
    folder,
    image,
    engine,
    recipe(tidy, base = 'clawdbot-test-busybox:latest') {
      const lines = [
        `FROM ${base}`,
        'ARG PACKAGES="bash git"',
        'COPY tidy.sh /tidy.sh',
        // The mark is there for `containers`.
        `RUN ["/bin/sh", "/tidy.sh", "${mark}"]`,
        'ENV LANG=C.UTF-8',
        'WORKDIR /workspace',
        'USER 1000:1000',
      ]
      writeFileSync(join(appRoot, 'docker', 'sandbox', 'Dockerfile'), `${lines.join('\n')}\n`)
      writeFileSync(join(appRoot, 'docker', 'sandbox', 'tidy.sh'), tidy)
    },
    inspect: () => ask('GET', `/images/${image}/json`),
    labelled: (hash) => {
      const filters = encodeURIComponent(JSON.stringify({ label: [`clawdbot.image=${hash}`] }))
      return ask('GET', `/images/json?all=1&filters=${filters}`).then((list) => list?.trim())
    },
    containers: async () => ((await ask('GET', '/containers/json?all=1')) ?? '').split(mark).length - 1,
    async remove() {
      await ask('DELETE', `/images/${image}?force=1`)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
