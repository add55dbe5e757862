import type { ProviderId } from '../../shared/domain/provider.ts'

/** Messages that went nowhere, counted: a flood is one report a second, never a line each. */
export interface Drops {
  count(provider: ProviderId, reason: string): void
  /** Reports what is counted now, without waiting. What nobody takes is counted on. */
  flush(): void
}

const REPORT_EVERY_MS = 1_000

/** @param report gets, per provider, how many messages were dropped since the last time, by reason. False: not now. */
export const createDrops = (
  report: (provider: ProviderId, counts: Readonly<Record<string, number>>) => boolean,
): Drops => {
  const counts = new Map<ProviderId, Map<string, number>>()
  let timer: NodeJS.Timeout | undefined
  const later = (): void => {
    timer ??= setTimeout(flush, REPORT_EVERY_MS).unref()
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    for (const [provider, reasons] of counts)
      if (report(provider, Object.fromEntries(reasons))) counts.delete(provider)
    if (counts.size > 0) later()
  }
  return {
    count: (provider, reason) => {
      const reasons = counts.get(provider) ?? new Map<string, number>()
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      counts.set(provider, reasons)
      later()
    },
    flush,
  }
}
