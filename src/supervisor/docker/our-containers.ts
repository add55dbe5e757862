import { z } from 'zod'
import type { EngineAnswer, EngineClient } from './engine-client.ts'

/** On every container that this product makes; the existing Clawdbot uses the same. */
const SANDBOX_LABEL = 'clawdbot.sandbox=1'
const TEST_LABEL = /^clawdbot\.sandbox\.[a-z0-9-]+=1$/

/** `name=value`. A test may look for a label of its own, so that it never touches a developer's containers. */
export const sandboxLabel = (env: NodeJS.ProcessEnv): string => {
  const label = env['CLAWDBOT_TEST'] === '1' ? env['CLAWDBOT_TEST_SANDBOX_LABEL'] : undefined
  return label !== undefined && TEST_LABEL.test(label) ? label : SANDBOX_LABEL
}

export interface OurContainer {
  readonly id: string
  readonly name: string
  readonly image: string
  /** As Docker says it: `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`. */
  readonly state: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly labels: Readonly<Record<string, string>>
}

/** The rest of a state's names say that no process of it is left. One that we do not know counts as living. */
const LIFELESS = new Set(['created', 'exited', 'dead', 'removing'])

/** Has it processes, running or frozen, or will it have some by itself? */
export const isLiving = ({ state }: OurContainer): boolean => !LIFELESS.has(state)

const listed = z.object({
  // It becomes part of a path.
  Id: z.string().regex(/^[0-9a-f]{12,64}$/),
  Names: z.array(z.string()).nullish(),
  Image: z.string().default(''),
  State: z.string(),
  /** Seconds since the epoch. */
  Created: z.number().default(0),
  Labels: z.record(z.string(), z.string()).nullish(),
})

const toContainer = (one: z.infer<typeof listed>): OurContainer => ({
  id: one.Id,
  name: one.Names?.[0]?.replace(/^\//, '') ?? one.Id.slice(0, 12),
  image: one.Image,
  state: one.State,
  createdAt: one.Created * 1000,
  labels: one.Labels ?? {},
})

export type ContainerList =
  | { readonly kind: 'list'; readonly containers: readonly OurContainer[] }
  | Exclude<EngineAnswer, { kind: 'answer' }>

/** Every container with our label, in whatever state. `within`: milliseconds. */
export const listOurs = async (
  engine: EngineClient,
  label: string,
  within: number,
): Promise<ContainerList> => {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  const answer = await engine.ask({
    method: 'GET',
    path: `/containers/json?all=1&filters=${filters}`,
    within,
  })
  if (answer.kind !== 'answer') return answer
  if (answer.status !== 200) return { kind: 'unclear', why: `answered with error ${answer.status}` }
  const containers = parseList(answer.body)
  if (containers === undefined)
    return { kind: 'unclear', why: 'gave an answer that is not a list of containers' }
  const [name = '', value] = label.split('=')
  return { kind: 'list', containers: containers.filter(({ labels }) => labels[name] === value) }
}

const parseList = (body: string): readonly OurContainer[] | undefined => {
  try {
    return z.array(listed).parse(JSON.parse(body)).map(toContainer)
  } catch {
    // Not JSON or not this form: what answers is not Docker, and its caller says so.
    return undefined
  }
}
