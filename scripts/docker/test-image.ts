// The image of the tests' containers: one static busybox, made here, because where tests run no image may be reachable.
import { readFile } from 'node:fs/promises'
import { ClawdbotError } from '../../src/shared/domain/error.ts'
import { createEngineClient, type EngineClient } from '../../src/supervisor/docker/engine-client.ts'
import { tar } from '../../src/supervisor/sandbox/image/tar.ts'
import { findBusybox } from '../system/packages.ts'

export const TEST_IMAGE = 'clawdbot-test-busybox'

const PROGRAMS = ['sh', 'sleep', 'cat', 'setsid']
const WITHIN_MS = 60_000

/** A client for scripts and tests: a request holds the process, and only its own time limit ends it. */
export const engineAt = (host: string): EngineClient =>
  createEngineClient({ DOCKER_HOST: host }, { signal: new AbortController().signal, holds: 'process' })

/** Makes sure that the engine has the image; throws `runtime_missing` where it can be had in no way. */
export const ensureTestImage = async (host: string): Promise<void> => {
  const engine = engineAt(host)
  const present = await engine.ask({ method: 'GET', path: `/images/${TEST_IMAGE}/json`, within: WITHIN_MS })
  if (present.kind === 'answer' && present.status === 200) return
  const busybox = await findBusybox()
  const failed = busybox === undefined ? await pull(engine) : await importBusybox(engine, busybox)
  if (failed === undefined) return
  throw new ClawdbotError(
    'runtime_missing',
    `The test image ${TEST_IMAGE} can not be made: ${failed}`,
    'Install a static busybox (Debian: sudo apt-get install -y busybox-static), or let Docker reach its registry.',
  )
}

/** What went wrong, or undefined. */
const importBusybox = async (engine: EngineClient, busybox: string): Promise<string | undefined> => {
  const body = tar([
    { kind: 'folder', path: 'bin/' },
    { kind: 'program', path: 'bin/busybox', contents: await readFile(busybox) },
    ...PROGRAMS.map((name) => ({ kind: 'link', path: `bin/${name}`, to: 'busybox' }) as const),
  ])
  return act(engine, `/images/create?fromSrc=-&repo=${TEST_IMAGE}&tag=latest`, body)
}

const pull = async (engine: EngineClient): Promise<string | undefined> =>
  (await act(engine, '/images/create?fromImage=busybox&tag=latest')) ??
  (await act(engine, `/images/busybox:latest/tag?repo=${TEST_IMAGE}&tag=latest`))

const act = async (engine: EngineClient, path: string, body?: Uint8Array): Promise<string | undefined> => {
  const request = { method: 'POST', path, within: WITHIN_MS } as const
  const answer = await engine.ask(body === undefined ? request : { ...request, body })
  if (answer.kind !== 'answer') return `Docker ${answer.why}.`
  // The progress of a pull begins with 200 and may end with an error all the same.
  const failed = answer.status >= 300 || answer.body.includes('"errorDetail"')
  return failed ? answer.body.trim().slice(-300) : undefined
}
