// What the file may say under agent.sandbox. What would open the box is a key here too, so that it is refused by name.
import { z } from 'zod'
import { SANDBOX_MODES } from '../../domain/hands.ts'

const SCOPES = ['session', 'agent', 'shared'] as const
export type SandboxScope = (typeof SCOPES)[number]
const WORKSPACE_ACCESS = ['none', 'ro', 'rw'] as const
export type WorkspaceAccess = (typeof WORKSPACE_ACCESS)[number]

export const line = z
  .string({ error: 'must be a string' })
  .min(1, 'must not be empty')
  .max(4096, 'is too long')
export const flag = z.boolean({ error: 'must be true or false' })
const lines = z.array(line, { error: 'must be a list of strings' }).max(64, 'is too long')
const count = z.int({ error: 'must be a whole number' })
const amount = z.union([z.string(), z.number()], {
  error: 'must be a number of bytes or a text such as "512m"',
})
const limit = z.union([z.number(), z.string(), z.strictObject({ soft: z.number(), hard: z.number() })], {
  error: 'must be a number, a text such as "1024:2048", or { soft, hard }',
})

const dockerKeys = z.strictObject({
  image: line.optional(),
  containerPrefix: line.optional(),
  workdir: line.optional(),
  readOnlyRoot: flag.optional(),
  tmpfs: lines.optional(),
  network: line.optional(),
  user: line.optional(),
  capDrop: lines.optional(),
  env: z
    .record(z.string(), z.string({ error: 'must be a string' }), { error: 'must be an object of strings' })
    .optional(),
  setupCommand: z
    .string({ error: 'must be a string' })
    .min(1, 'must not be empty')
    .max(16 * 1024, 'is too long')
    .optional(),
  pidsLimit: count.optional(),
  memory: amount.optional(),
  memorySwap: amount.optional(),
  cpus: z.number({ error: 'must be a number' }).optional(),
  ulimits: z.record(z.string(), limit, { error: 'must be an object of limits' }).optional(),
  seccompProfile: line.optional(),
  apparmorProfile: line.optional(),
  dns: lines.optional(),
  extraHosts: lines.optional(),
  binds: lines.optional(),
  // The existing Clawdbot has none of these, Docker does: whoever writes one should read why it is refused.
  privileged: flag.optional(),
  capAdd: lines.optional(),
  devices: lines.optional(),
})
export type DockerKeys = z.infer<typeof dockerKeys>

const toolNames = z.strictObject({ allow: lines.optional(), deny: lines.optional() })

const positive = (most: number) =>
  z
    .number({ error: 'must be a number' })
    .positive('must be more than 0')
    .max(most, `must be at most ${String(most)}`)

export const sandboxKeys = z.strictObject({
  mode: z.enum(SANDBOX_MODES).optional(),
  scope: z.enum(SCOPES).optional(),
  /** What `scope` was called before: true for `session`, false for `shared`. */
  perSession: flag.optional(),
  workspaceAccess: z.enum(WORKSPACE_ACCESS).optional(),
  workspaceRoot: line.optional(),
  docker: dockerKeys.optional(),
  tools: toolNames.optional(),
  prune: z
    .strictObject({ idleHours: positive(24 * 365).optional(), maxAgeDays: positive(365).optional() })
    .optional(),
  ahead: count.min(0, 'must be at least 0').max(8, 'must be at most 8').optional(),
  /** Of the existing Clawdbot: there is no browser in a sandbox here. Its other keys do not matter while it is off. */
  browser: z.looseObject({ enabled: flag.optional() }).optional(),
  /** Of the existing Clawdbot: there are no tools here that show a session another one. */
  sessionToolsVisibility: line.optional(),
})
export type SandboxKeys = z.infer<typeof sandboxKeys>
