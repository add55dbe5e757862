import type { ProviderLink, ProviderStatus } from '../../shared/contracts/provider-status.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'

/** How a messenger's login stands, in the gateway's words. */
export interface Standing extends Pick<ProviderLink, 'code' | 'self'>, Pick<ProviderStatus, 'detail'> {
  /** Null before the gateway has said. */
  readonly state: ProviderStatus['state'] | null
}

const NOTHING: Standing = { state: null, detail: '', code: null, self: null }

export interface LinkStandings {
  readonly of: (provider: ProviderId) => Standing
  readonly status: (status: ProviderStatus) => void
  readonly link: (link: ProviderLink) => void
  /** No code is known any more. */
  readonly dropCodes: () => void
  /** The gateway is gone: nothing of what it said holds. */
  readonly gone: () => void
  /** Resolves as soon as `condition` holds, with false where it does not within so many milliseconds. */
  readonly until: (
    provider: ProviderId,
    condition: (standing: Standing) => boolean,
    ms: number,
  ) => Promise<boolean>
}

/** What the running gateway has said of logins; nothing of it outlives it, and none of it is ever on disk. */
export const createLinkStandings = (): LinkStandings => {
  const known = new Map<ProviderId, Standing>()
  const waiting = new Set<() => void>()
  const of = (provider: ProviderId): Standing => known.get(provider) ?? NOTHING
  const look = (): void => {
    for (const each of waiting) each()
  }
  const put = (provider: ProviderId, change: Partial<Standing>): void => {
    known.set(provider, { ...of(provider), ...change })
    look()
  }
  return {
    of,
    status: ({ provider, state, detail }) => put(provider, { state, detail }),
    link: ({ provider, code, self }) => put(provider, { code, self }),
    dropCodes() {
      for (const provider of known.keys()) put(provider, { code: null })
    },
    gone() {
      known.clear()
      look()
    },
    until: (provider, condition, ms) =>
      new Promise((resolve) => {
        const end = (held: boolean): void => {
          clearTimeout(timer)
          waiting.delete(each)
          resolve(held)
        }
        const each = (): void => {
          if (condition(of(provider))) end(true)
        }
        const timer = setTimeout(() => end(false), ms)
        waiting.add(each)
        each()
      }),
  }
}

/** There is a login, whatever its connection does. */
export const isLinked = ({ self, state }: Standing): boolean =>
  self !== null || state === 'connected' || state === 'conflict'
