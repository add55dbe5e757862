import type { ProviderId } from '../../shared/domain/provider.ts'

/** Messages that went nowhere, counted: a flood is one report a second, never a line each. */
export interface Drops {
  count(provider: ProviderId, reason: string): void
  /** Reports what is counted now, without waiting. */
  flush(): void
}

const REPORT_EVERY_MS = 1_000

/** @param report gets, per provider, how many messages were dropped since the last time, by reason. */
export const createDrops = (
  report: (provider: ProviderId, counts: Readonly<Record<string, number>>) => void,
): Drops => {
  const counts = new Map<ProviderId, Map<string, number>>()
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const [provider, reasons] of counts) report(provider, Object.fromEntries(reasons))
    counts.clear()
  }
  return {
    count: (provider, reason) => {
      const reasons = counts.get(provider) ?? new Map<string, number>()
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      counts.set(provider, reasons)
      timer ??= setTimeout(flush, REPORT_EVERY_MS).unref()
    },
    flush,
  }
}
