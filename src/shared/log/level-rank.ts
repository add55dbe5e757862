import type { LogRow } from '../contracts/archive-log.ts'

/** From the least to the worst; a line without a known level is never hidden by its level, so it ranks above all. */
const RANKS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'unknown'] as const

/** A worse level has a higher number. */
export const rankOf = (level: LogRow['level']): number => RANKS.indexOf(level)

export const UNKNOWN_RANK = rankOf('unknown')
