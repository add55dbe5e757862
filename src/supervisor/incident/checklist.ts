import { join } from 'node:path'
import { z } from 'zod'
import type { IncidentStep, ReachableSecret } from '../../shared/contracts/stop-views.ts'
import { setAside, writeFileAtomic } from '../../shared/state/atomic-file.ts'
import { makePrivateDir, type StatePaths } from '../../shared/state/state-dir.ts'
import { CHECKLIST } from './evidence/evidence-form.ts'
import { parseObject } from './files/json-lines.ts'
import { readWhole } from './files/read-tail.ts'
import { incidentFolder } from './incident-name.ts'

const MAX_BYTES = 256 * 1024

const ticked = z.number().int().nonnegative().nullable()

const checklistForm = z.object({
  version: z.literal(1),
  done: z.object({ stop: ticked, logs: ticked, sessions: ticked, secrets: ticked, rules: ticked }),
  secrets: z
    .array(z.object({ name: z.string(), where: z.string(), reach: z.string(), how: z.string() }))
    .max(100),
})

/** How far the owner has come with an incident. */
export interface Checklist {
  /** When each step was ticked, milliseconds since the epoch. */
  readonly done: Readonly<Record<IncidentStep, number | null>>
  /** The secrets that were in use since the stop: replacing one may take it out of the config. Never a value. */
  readonly secrets: readonly ReachableSecret[]
}

const EMPTY: Checklist = {
  done: { stop: null, logs: null, sessions: null, secrets: null, rules: null },
  secrets: [],
}

export const withTick = (checklist: Checklist, step: IncidentStep, at: number | null): Checklist => ({
  ...checklist,
  done: { ...checklist.done, [step]: at },
})

const fileOf = (paths: StatePaths, incident: string): string =>
  join(incidentFolder(paths, incident), CHECKLIST)

export type ChecklistRead =
  | { readonly kind: 'read'; readonly checklist: Checklist }
  /** Everything counts as still to do. */
  | { readonly kind: 'corrupt'; readonly checklist: Checklist }

export const readChecklist = async (paths: StatePaths, incident: string): Promise<ChecklistRead> => {
  const found = await readWhole(fileOf(paths, incident), MAX_BYTES)
  if (found.kind === 'absent') return { kind: 'read', checklist: EMPTY }
  const text = found.kind === 'read' ? found.bytes.toString('utf8') : ''
  const parsed = checklistForm.safeParse(parseObject(text)).data
  return parsed === undefined ? { kind: 'corrupt', checklist: EMPTY } : { kind: 'read', checklist: parsed }
}

/**
 * Replaces it; what could not be read is set aside first and not lost. Errors: `disk_full`, `state_not_writable`.
 */
export const writeChecklist = async (
  paths: StatePaths,
  incident: string,
  checklist: Checklist,
  now: number,
): Promise<void> => {
  const file = fileOf(paths, incident)
  // A full disk may have kept the evidence from being written, folder and all.
  await makePrivateDir(incidentFolder(paths, incident))
  if ((await readChecklist(paths, incident)).kind === 'corrupt') await setAside(file, now)
  await writeFileAtomic(file, `${JSON.stringify({ version: 1, ...checklist }, null, 2)}\n`)
}
