import type { SandboxConfig } from '../../../shared/state/config/schema.ts'

/** Milliseconds after which one that was started ahead, and that nobody came for, ends. */
const UNUSED_MS = 10 * 60_000
const HOUR_MS = 3_600_000

export interface Aged {
  readonly held: 'in use' | 'ahead'
  /** Milliseconds since the epoch, as are the others. */
  readonly startedAt: number
  readonly lastUsedAt: number
}

/** Why this sandbox has lived long enough; completes “The sandbox ended: …”. Undefined: it may go on. */
export const whyDue = (
  { held, startedAt, lastUsedAt }: Aged,
  { idleHours, maxAgeDays }: SandboxConfig['prune'],
  now: number,
): string | undefined => {
  if (held === 'ahead' && now - lastUsedAt >= UNUSED_MS) return 'it was started ahead and nobody used it'
  if (now - lastUsedAt >= idleHours * HOUR_MS) return `nobody used it for ${counted(idleHours, 'hour')}`
  if (now - startedAt >= maxAgeDays * 24 * HOUR_MS) return `it was ${counted(maxAgeDays, 'day')} old`
  return undefined
}

const counted = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`
