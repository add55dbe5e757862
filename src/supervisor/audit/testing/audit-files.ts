// Test support: what stands in the audit's files.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditEntry } from '../../../shared/domain/audit.ts'
import type { StatePaths } from '../../../shared/state/state-dir.ts'
import { segmentOf } from '../audit-files.ts'

export interface SeenRecord {
  readonly seq: number
  readonly kind: string
  readonly act: string
  readonly ref?: number
  readonly result?: string
  readonly sender?: string
  readonly detail?: Readonly<Record<string, unknown>>
}

const parse = (line: string): SeenRecord => JSON.parse(line) as SeenRecord

/** Every whole line of the log. */
export const recordsIn = async (paths: StatePaths): Promise<readonly SeenRecord[]> => {
  const names = (await readdir(paths.audit)).filter((name) => segmentOf(name) !== undefined).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(paths.audit, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n').slice(0, -1).map(parse))
}

export const SEND: AuditEntry = { act: 'message.send', actor: 'gateway', provider: 'telegram', sender: '42' }
export const NOTE: AuditEntry = { act: 'verdict.drop', actor: 'gateway', detail: { reason: 'not-invited' } }
