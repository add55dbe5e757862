// What happened, as rows of a list: many of a kind are one row with a count. Pure.
import type { GatewayActivity } from '../../../shared/contracts/gateway.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import type { ProviderId } from '../../../shared/domain/provider.ts'
import { DROP_REASONS } from '../../../shared/domain/verdict.ts'

export interface ActivityRow {
  readonly key: string
  /** When it last happened, milliseconds since the epoch. */
  readonly at: number
  readonly kind: 'talk' | 'dropped' | 'paired' | 'failed' | 'unconfirmed' | 'withheld'
  readonly provider: ProviderId
  readonly sender: string | null
  readonly session: string | null
  /** Messages in, or things of this kind. */
  readonly count: number
  /** Replies out; only for talk. */
  readonly answers: number
  readonly detail: string
}

/** Newest first. A person's talk is one row, drops of one messenger for one reason are one row. */
export const activityRows = (activity: readonly GatewayActivity[]): readonly ActivityRow[] => {
  const rows = new Map<string, ActivityRow>()
  for (const [index, entry] of activity.entries()) {
    const key = groupOf(entry) ?? `${entry.kind}|${index}`
    const known = rows.get(key)
    rows.set(key, known ? merged(known, entry) : rowOf(key, entry))
  }
  return [...rows.values()].toSorted((one, other) => other.at - one.at)
}

const groupOf = (entry: GatewayActivity): string | null => {
  switch (entry.kind) {
    case 'accepted':
    case 'answered':
      return `talk|${entry.provider}|${entry.sender ?? ''}|${entry.session ?? ''}`
    case 'dropped':
      return `dropped|${entry.provider}|${entry.detail}`
    case 'paired':
    case 'failed':
    case 'unconfirmed':
    case 'withheld':
      return null
    default:
      return assertNever(entry.kind)
  }
}

const rowOf = (key: string, entry: GatewayActivity): ActivityRow => ({
  key,
  at: entry.at,
  kind: entry.kind === 'accepted' || entry.kind === 'answered' ? 'talk' : entry.kind,
  provider: entry.provider,
  sender: entry.sender,
  session: entry.session,
  count: entry.kind === 'answered' ? 0 : 1,
  answers: entry.kind === 'answered' ? 1 : 0,
  detail: entry.kind === 'dropped' ? reasonInWords(entry.detail) : entry.detail,
})

const merged = (row: ActivityRow, entry: GatewayActivity): ActivityRow => ({
  ...row,
  at: Math.max(row.at, entry.at),
  count: row.count + (entry.kind === 'answered' ? 0 : 1),
  answers: row.answers + (entry.kind === 'answered' ? 1 : 0),
})

const REASONS: Readonly<Record<string, string>> = DROP_REASONS

/** A drop reason as a sentence part; a text that is no known reason stays as it is. */
export const reasonInWords = (reason: string): string => REASONS[reason] ?? reason

export interface DropCount {
  readonly provider: string
  readonly reason: string
  readonly count: number
}

/** The counters `provider reason`, largest first. */
export const dropCounts = (drops: Readonly<Record<string, number>>): readonly DropCount[] =>
  Object.entries(drops)
    .map(([key, count]) => {
      const [provider = '', ...reason] = key.split(' ')
      return { provider, reason: reasonInWords(reason.join(' ')), count }
    })
    .filter(({ count }) => count > 0)
    .toSorted((one, other) => other.count - one.count)
