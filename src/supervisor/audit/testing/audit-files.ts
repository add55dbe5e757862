// Test support: what stands in the audit's files.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { AuditEntry } from '../../../shared/domain/audit.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { segmentOf } from '../format/audit-files.ts'

const seenRecord = z.object({
  seq: z.number(),
  kind: z.string(),
  act: z.string(),
  ref: z.number().optional(),
  result: z.string().optional(),
  sender: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
})
export type SeenRecord = z.infer<typeof seenRecord>

const parse = (line: string): SeenRecord => seenRecord.parse(JSON.parse(line))

/** Every whole line of the log. */
export const recordsIn = async (paths: StatePaths): Promise<readonly SeenRecord[]> => {
  const names = (await readdir(paths.audit)).filter((name) => segmentOf(name) !== undefined).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(paths.audit, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n').slice(0, -1).map(parse))
}

export const SEND: AuditEntry = { act: 'message.send', actor: 'gateway', provider: 'telegram', sender: '42' }
export const NOTE: AuditEntry = { act: 'verdict.drop', actor: 'gateway', detail: { reason: 'not-invited' } }
