import type { LinkView, ProviderView } from '../../shared/contracts/app-state.ts'
import type { ProviderStatus } from '../../shared/contracts/provider-status.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { ProviderPeople } from './read-provider.ts'

/** What the gateway last said of each provider's connection; nothing of it outlives the gateway. */
export interface ProviderBoard {
  readonly report: (status: ProviderStatus) => void
  readonly clear: () => void
  readonly views: (
    providers: readonly ProviderPeople[],
    linkOf: (provider: ProviderId) => LinkView | null,
  ) => readonly ProviderView[]
}

export const createProviderBoard = (): ProviderBoard => {
  const reported = new Map<ProviderId, ProviderStatus>()
  return {
    report: (status) => reported.set(status.provider, status),
    clear: () => reported.clear(),
    views: (providers, linkOf) =>
      providers.map((read) => ({
        ...statusOf(read, reported.get(read.provider)),
        dmPolicy: read.policy.dmPolicy,
        everyone: read.policy.everyone,
        silent: read.policy.silent,
        onlySelf: read.policy.onlySelf,
        link: linkOf(read.provider),
      })),
  }
}

const statusOf = (
  { provider, enabled, problems }: ProviderPeople,
  reported: ProviderStatus | undefined,
): ProviderStatus => {
  const [problem] = problems
  const off: ProviderStatus = { provider, state: 'off', detail: enabled ? '' : 'switched off in the config' }
  const status = enabled ? (reported ?? off) : off
  return problem === undefined
    ? status
    : { ...status, detail: `closed: ${problem.error.message}`.slice(0, 500) }
}
