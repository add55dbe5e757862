// Containers as the agent's would be: labelled, busy, deaf to SIGTERM. On the engine that with-docker.ts provides.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineAt, TEST_IMAGE } from '../../scripts/docker/test-image.ts'
import { isLiving, listOurs, type OurContainer } from '../../src/supervisor/docker/our-containers.ts'

/** Uses a processor without end and ignores every signal that can be ignored. */
const BUSY = 'trap "" TERM INT HUP; while :; do :; done'

const WITHIN_MS = 60_000

export interface BoxOptions {
  /** For the shell in it. */
  readonly script?: string
  readonly restart?: 'no' | 'always'
  readonly pidsLimit?: number
  readonly name?: string
}

export interface Boxes {
  /** CLAWDBOT_TEST, a label that only this test's containers have, and DOCKER_HOST. */
  readonly env: Readonly<Record<string, string>>
  readonly host: string
  /** `name=value`. */
  readonly label: string
  /** Makes one without starting it; returns its id. */
  readonly create: (options?: BoxOptions) => Promise<string>
  readonly start: (options?: BoxOptions) => Promise<string>
  readonly act: (id: string, act: string) => Promise<void>
  /** What Docker says of one, its whole configuration. */
  readonly inspect: (id: string) => Promise<unknown>
  /** All of this test's containers, in whatever state. */
  readonly list: () => Promise<readonly OurContainer[]>
  /** How many run or are frozen. */
  readonly running: () => Promise<number>
  /** A socket in front of nothing, which takes every connection and never answers. */
  readonly stalledEngine: () => Promise<{ readonly host: string; readonly close: () => Promise<void> }>
  readonly remove: () => Promise<void>
}

/** The engine of the tests. */
export const dockerHost = (): string => {
  const host = process.env['DOCKER_HOST']
  if (host) return host
  throw new Error(
    'This test needs Docker: run it with `node scripts/with-docker.ts COMMAND`, as npm test does.',
  )
}

/** `count` busy containers with a label of their own, running when it resolves. The caller removes them. */
export const startBoxes = async (count: number, host = dockerHost()): Promise<Boxes> => {
  const engine = engineAt(host)
  const name = `clawdbot.sandbox.test-${randomBytes(6).toString('hex')}`
  const label = `${name}=1`

  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<string> => {
    const request = { method, path, within: WITHIN_MS }
    const answer = await engine.ask(body === undefined ? request : { ...request, body: JSON.stringify(body) })
    if (answer.kind !== 'answer') throw new Error(`Docker ${answer.why}`)
    if (answer.status >= 400) throw new Error(`Docker: ${method} ${path}: ${answer.status} ${answer.body}`)
    return answer.body
  }

  const create = async (options: BoxOptions = {}): Promise<string> => {
    const { script = BUSY, restart = 'no', pidsLimit = 64, name: named } = options
    const query = named === undefined ? '' : `?name=${named}`
    const body = await ask('POST', `/containers/create${query}`, {
      Image: TEST_IMAGE,
      Cmd: ['/bin/sh', '-c', script],
      Labels: { [name]: '1' },
      // As the agent's sandboxes will be, as far as a stop can notice it.
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: pidsLimit,
        RestartPolicy: { Name: restart },
        LogConfig: { Type: 'none' },
      },
    })
    const id = /"Id":"([0-9a-f]+)"/.exec(body)?.[1]
    if (id === undefined) throw new Error(`Docker named no container: ${body}`)
    return id
  }

  const act = async (id: string, what: string): Promise<void> => {
    await ask('POST', `/containers/${id}/${what}`)
  }

  const start = async (options?: BoxOptions): Promise<string> => {
    const id = await create(options)
    await act(id, 'start')
    return id
  }

  const list = async (): Promise<readonly OurContainer[]> => {
    const listed = await listOurs(engine, label, WITHIN_MS)
    if (listed.kind !== 'list') throw new Error(`Docker ${listed.why}`)
    return listed.containers
  }

  const boxes: Boxes = {
    env: { CLAWDBOT_TEST: '1', CLAWDBOT_TEST_SANDBOX_LABEL: label, DOCKER_HOST: host },
    host,
    label,
    create,
    start,
    act,
    inspect: async (id) => JSON.parse(await ask('GET', `/containers/${id}/json`)),
    list,
    running: async () => (await list()).filter(isLiving).length,
    stalledEngine,
    remove: async () => {
      const all = await list()
      await Promise.all(all.map(({ id }) => ask('DELETE', `/containers/${id}?force=1`).catch(ignoreGone)))
    },
  }
  await Promise.all(Array.from({ length: count }, () => start()))
  return boxes
}

/** Somebody else may have removed it between the list and now. */
const ignoreGone = (error: unknown): void => {
  if (!(error instanceof Error && /: (404|409) /.test(error.message))) throw error
}

const stalledEngine: Boxes['stalledEngine'] = async () => {
  const path = join(tmpdir(), `clawdbot-stalled-${randomBytes(6).toString('hex')}.sock`)
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open.delete(socket))
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    host: `unix://${path}`,
    close: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await rm(path, { force: true })
    },
  }
}
