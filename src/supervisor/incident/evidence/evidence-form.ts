import { z } from 'zod'
import type { IncidentSession, StopResultView } from '../../../shared/contracts/stop-views.ts'
import type { ErrorCode } from '../../../shared/domain/error.ts'

/** The files of an incident's folder. The manifest is written last and names the others; the checklist is the owner's. */
export const EVIDENCE = {
  result: 'result.json',
  timeline: 'timeline.json',
  processes: 'processes.json',
  containers: 'containers.json',
  log: 'log-tail.jsonl',
  sessions: 'sessions.json',
  config: 'config.json',
  about: 'about.json',
} as const
export const MANIFEST = 'manifest.json'
export const CHECKLIST = 'checklist.json'

/** More than any file of it has: the log's tail is 1 MiB, and the lists are bounded. Bytes. */
export const MAX_EVIDENCE_BYTES = 8 * 1024 * 1024

const time = z.number().int().nonnegative()

export const manifestForm = z.object({
  version: z.literal(1),
  incident: z.string(),
  files: z
    .array(
      z.object({
        name: z.string().regex(/^[a-z][a-z-]{0,40}\.jsonl?$/),
        bytes: z.number().int().nonnegative(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(32),
})
export type Manifest = z.infer<typeof manifestForm>

export const aboutForm = z.object({
  version: z.literal(1),
  incident: z.string(),
  at: time,
  by: z.string(),
  reason: z.string(),
})

export const sessionsForm: z.ZodType<readonly IncidentSession[]> = z
  .array(z.object({ key: z.string(), sessionId: z.string(), updatedAt: time, midTurn: z.boolean() }))
  .max(1_000)

/** Our own files hold our own codes, perhaps those of another version. */
const code = z.custom<ErrorCode>((value) => typeof value === 'string' && /^[a-z_]{1,60}$/.test(value))
const failure = z.object({ code, message: z.string(), hint: z.string() }).nullable()
const ms = z.number().nullable()
const count = z.number().int().nonnegative()

export const resultForm: z.ZodType<StopResultView> = z.object({
  latchMs: ms,
  frozenMs: ms,
  deadMs: ms,
  containersDeadMs: ms,
  verifiedMs: z.number(),
  killed: count,
  containers: z.object({ found: count, frozen: count, dead: count }),
  survivors: z.array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('process'), pid: z.number().int(), command: z.string() }),
      z.object({ kind: z.literal('container'), id: z.string(), name: z.string() }),
    ]),
  ),
  latchError: failure,
  containersError: failure,
  recordError: failure,
  steps: z.array(z.object({ at: z.number(), what: z.string() })),
})
