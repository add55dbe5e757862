import { z } from 'zod'

/** What a container uses now, and may use. */
export interface BoxUse {
  /** Bytes, without the cache of files that the kernel gives back when it is needed. */
  readonly memory: number | null
  readonly memoryLimit: number | null
  readonly processes: number | null
  readonly processLimit: number | null
}

const count = z.number().nonnegative().optional()

const stats = z.looseObject({
  pids_stats: z.looseObject({ current: count, limit: count }).prefault({}),
  memory_stats: z
    .looseObject({
      usage: count,
      limit: count,
      stats: z.looseObject({ inactive_file: count, total_inactive_file: count }).prefault({}),
    })
    .prefault({}),
})

export const parseUse = (body: string): BoxUse | undefined => {
  try {
    const { data } = stats.safeParse(JSON.parse(body))
    if (data === undefined) return undefined
    const { usage, limit, stats: memory } = data.memory_stats
    const cache = memory.total_inactive_file ?? memory.inactive_file ?? 0
    return {
      memory: usage === undefined ? null : Math.max(0, usage - cache),
      memoryLimit: limit ?? null,
      processes: data.pids_stats.current ?? null,
      // Newer engines say “no limit” as the largest number.
      processLimit: finite(data.pids_stats.limit),
    }
  } catch {
    // Not JSON: a figure less on the screen.
    return undefined
  }
}

const finite = (limit: number | undefined): number | null =>
  limit === undefined || limit === 0 || limit > 2 ** 53 ? null : limit
