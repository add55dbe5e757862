// What sandboxes ask of the Docker Engine, with its answers parsed and its refusals as the product's own errors.
import { z } from 'zod'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { type AttachAnswer, type Attached, attach } from '../../docker/attach.ts'
import {
  createEngineClient,
  type EngineAnswer,
  type EngineClient,
  type EngineClientOptions,
} from '../../docker/engine-client.ts'
import { listOurs, type OurContainer, sandboxLabel } from '../../docker/our-containers.ts'
import type { WantedContainer } from '../wanted-container.ts'
import { type EngineFacts, parseEngineFacts } from './engine-facts.ts'
import { type Inspection, parseInspection } from './inspection.ts'
import { type BoxUse, parseUse } from './use.ts'

/** Milliseconds. Making a container takes 10 on an idle machine, starting one 200: these are for a busy one. */
const PATIENCE_MS = 10_000
const START_PATIENCE_MS = 20_000
/** After that it is killed without Docker. */
const REMOVE_PATIENCE_MS = 3_000
/** For what a screen shows: an engine that needs longer has no figure this time. */
const LOOK_PATIENCE_MS = 2_000
/** As long as a timer can wait, 24 days; no sandbox becomes that old. */
const FOREVER_MS = 2 ** 31 - 1

/** How a container's first process ended; undefined where Docker does not say. */
export type ExitStatus = number | undefined

export interface BoxEngine {
  /** Every container with our label. Errors: `docker_unreachable`. */
  readonly list: () => Promise<readonly OurContainer[]>
  /** Makes one without starting it, and gives its id. Errors: `sandbox_image`, `sandbox_refused`, `docker_unreachable`. */
  readonly create: (name: string, wanted: WantedContainer) => Promise<string>
  /** Errors as above. */
  readonly start: (id: string) => Promise<void>
  /** Errors: `sandbox_unknown`, `docker_unreachable`. */
  readonly inspect: (id: string) => Promise<Inspection>
  /** The same as Docker's own text. */
  readonly inspectText: (id: string) => Promise<string>
  /** Errors: `docker_unreachable`, `sandbox_refused`. */
  readonly attach: (id: string, signal: AbortSignal, onWrite: () => void) => Promise<Attached>
  /** Resolves when its first process ends, or when nobody can say any more. Never rejects. */
  readonly ended: (id: string) => Promise<ExitStatus>
  /** Kills it if it runs and removes it; whether Docker says that it is gone. Never rejects. */
  readonly remove: (id: string) => Promise<'gone' | 'unknown'>
  /** Undefined where Docker does not say. Never rejects. */
  readonly use: (id: string) => Promise<BoxUse | undefined>
  /** Errors: `docker_unreachable`. */
  readonly facts: () => Promise<EngineFacts>
  readonly close: () => void
}

/** `looksHold`: what a look from time to time holds open; a command that ends with its answer waits for it. */
export const createBoxEngine = (
  env: NodeJS.ProcessEnv,
  looksHold: EngineClientOptions['holds'] = 'nothing',
): BoxEngine => {
  const closing = new AbortController()
  const client = createEngineClient(env, { signal: closing.signal, holds: 'process' })
  const watching = createEngineClient(env, { signal: closing.signal, holds: looksHold })
  const label = sandboxLabel(env)

  const inspectText = async (id: string): Promise<string> => {
    const path = `/containers/${encodeURIComponent(id)}/json`
    const answer = answered(await client.ask({ method: 'GET', path, within: PATIENCE_MS }))
    if (answer.status === 404) throw unknownBox(id)
    if (answer.status !== 200) throw failed('inspect the sandbox', answer)
    return answer.body
  }

  return {
    list: async () => {
      const list = await listOurs(watching, label, LOOK_PATIENCE_MS)
      if (list.kind !== 'list') throw unreachable(list.why)
      return list.containers
    },
    create: (name, wanted) => create(client, name, wanted),
    start: (id) => start(client, id),
    inspect: async (id) => {
      const found = parseInspection(await inspectText(id))
      if (found === undefined) throw unreachable('gave an answer that is not an inspection')
      return found
    },
    inspectText,
    attach: async (id, signal, onWrite) =>
      attached(await attach(env, { container: id, within: PATIENCE_MS, signal, onWrite })),
    ended: async (id) => {
      const path = `/containers/${id}/wait?condition=next-exit`
      const answer = await watching.ask({ method: 'POST', path, within: FOREVER_MS })
      return answer.kind === 'answer' ? parseExit(answer.body) : undefined
    },
    remove: async (id) => {
      const path = `/containers/${id}?force=1&v=1`
      const answer = await client.ask({ method: 'DELETE', path, within: REMOVE_PATIENCE_MS })
      // 409: it is being removed already, because it ended.
      const isGone = answer.kind === 'answer' && (answer.status < 300 || [404, 409].includes(answer.status))
      return isGone ? 'gone' : 'unknown'
    },
    use: async (id) => {
      const path = `/containers/${id}/stats?stream=false&one-shot=true`
      const answer = await watching.ask({ method: 'GET', path, within: LOOK_PATIENCE_MS })
      return answer.kind === 'answer' && answer.status === 200 ? parseUse(answer.body) : undefined
    },
    facts: async () => {
      const [version, info] = await Promise.all(
        ['/version', '/info'].map((path) => client.ask({ method: 'GET', path, within: PATIENCE_MS })),
      )
      const facts = version && info && parseEngineFacts(answered(version).body, answered(info).body)
      if (facts === undefined) throw unreachable('does not say what it is')
      return facts
    },
    close: () => closing.abort(),
  }
}

type Answer = Extract<EngineAnswer, { kind: 'answer' }>

const create = async (client: EngineClient, name: string, wanted: WantedContainer): Promise<string> => {
  const path = `/containers/create?name=${encodeURIComponent(name)}`
  const body = JSON.stringify(wanted)
  const answer = answered(await client.ask({ method: 'POST', path, within: PATIENCE_MS, body }))
  if (answer.status === 404 && /no such image/i.test(answer.body)) {
    throw imageRefused(`There is no image ${wanted.Image} on this machine.`)
  }
  const id = answer.status === 201 ? parseId(answer.body) : undefined
  if (id === undefined) throw failed('make the sandbox', answer)
  return id
}

const start = async (client: EngineClient, id: string): Promise<void> => {
  const path = `/containers/${id}/start`
  const answer = answered(await client.ask({ method: 'POST', path, within: START_PATIENCE_MS }))
  if (answer.status === 204) return
  if (/python3/.test(answer.body) && /not found|no such file/i.test(answer.body)) {
    throw imageRefused('The image has no python3, which serves the tools inside.')
  }
  throw failed('start the sandbox', answer)
}

const attached = (answer: AttachAnswer): Attached => {
  if (answer.kind === 'attached') return answer.attached
  throw answer.kind === 'answer' ? failed('attach to the sandbox', answer) : unreachable(answer.why)
}

const answered = (answer: EngineAnswer): Answer => {
  if (answer.kind === 'answer') return answer
  throw unreachable(answer.why)
}

/** `why` completes “Docker …”. */
const unreachable = (why: string): ClawdbotError =>
  new ClawdbotError(
    'docker_unreachable',
    `Docker ${why}: tools in sandboxes are refused; nothing runs on the host instead.`,
    'Start Docker, and let this user use it (on Linux: the group docker).',
  )

export const imageRefused = (what: string): ClawdbotError =>
  new ClawdbotError(
    'sandbox_image',
    `${what} Tools in sandboxes are refused; nothing runs on the host instead.`,
    'Build the image: clawdbot sandbox build. Or name one with python3 3.9 or later in agent.sandbox.docker.image.',
  )

export const unknownBox = (name: string): ClawdbotError =>
  new ClawdbotError(
    'sandbox_unknown',
    `There is no sandbox ${visibleLine(name).slice(0, 100)}.`,
    'clawdbot sandbox list shows those that there are.',
  )

const failed = (what: string, { status, body }: Answer): ClawdbotError =>
  new ClawdbotError(
    'sandbox_refused',
    `Docker could not ${what}: ${messageOf(body) ?? `error ${status}`}.`,
    'Nothing runs on the host instead. docs/configuration.md says what agent.sandbox needs of Docker.',
  )

const messageOf = (body: string): string | undefined => {
  try {
    const { data } = z.object({ message: z.string() }).safeParse(JSON.parse(body))
    return data && visibleLine(data.message).slice(0, 300)
  } catch {
    // Not JSON: its status has to say it all.
    return undefined
  }
}

const parseId = (body: string): string | undefined => {
  try {
    const form = z.object({ Id: z.string().regex(/^[0-9a-f]{12,64}$/) })
    return form.safeParse(JSON.parse(body)).data?.Id
  } catch {
    // Not JSON: no container that we could name.
    return undefined
  }
}

const parseExit = (body: string): ExitStatus => {
  try {
    return z.object({ StatusCode: z.number().int() }).safeParse(JSON.parse(body)).data?.StatusCode
  } catch {
    // It was removed, or the connection ended: nobody knows.
    return undefined
  }
}
