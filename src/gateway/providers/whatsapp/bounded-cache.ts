// oxlint-disable typescript/no-unnecessary-type-parameters -- the type of a cache is Baileys' own
import type { CacheStore } from '@whiskeysockets/baileys'

export interface BoundedCacheOptions {
  readonly most: number
  /** Milliseconds after which an entry is forgotten. */
  readonly forMs: number
  readonly now: () => number
}

/**
 * A cache as Baileys asks for one, which outlives its connections: with its own, each new connection asks WhatsApp anew for the
 * devices of everybody, and begins new sessions with them. The oldest entry goes first.
 */
export const createBoundedCache = ({ most, forMs, now }: BoundedCacheOptions): CacheStore => {
  const entries = new Map<string, { readonly value: unknown; readonly until: number }>()
  return {
    get: <T>(key: string): T | undefined => {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (entry.until <= now()) {
        entries.delete(key)
        return undefined
      }
      return isItsOwn<T>(entry.value) ? entry.value : undefined
    },
    set: (key, value) => {
      entries.delete(key)
      entries.set(key, { value, until: now() + forMs })
      const [oldest] = entries.keys()
      if (entries.size > most && oldest !== undefined) entries.delete(oldest)
    },
    del: (key) => {
      entries.delete(key)
    },
    flushAll: () => entries.clear(),
  }
}

/** What Baileys reads under a key is what it has written there. */
const isItsOwn = <T>(value: unknown): value is T => value !== undefined

/** Says of everything that it is in there, and keeps nothing. */
export const FULL_CACHE: CacheStore = {
  get: <T>(): T | undefined => (isItsOwn<T>(YES) ? YES : undefined),
  set: () => undefined,
  del: () => undefined,
  flushAll: () => undefined,
}

const YES: unknown = true
