import type { ReactNode } from 'react'
import type { ProviderView } from '../../../shared/contracts/app-state.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { isInUse } from '../../app/gateway/describe-gateway.ts'
import { useSlice } from '../../store/app-store.ts'
import { Tag, type Tone } from '../../ui/tag.tsx'

/** What a stranger's first message leads to, for each messenger. */
export const StrangerPolicies = (): ReactNode => {
  const providers = useSlice('providers').filter(({ state }) => isInUse(state))
  if (providers.length === 0) return null
  return (
    <dl className="flex flex-wrap items-center gap-x-4 gap-y-1">
      {providers.map((provider) => {
        const { word, tone } = describePolicy(provider)
        return (
          <div key={provider.provider} className="flex items-center gap-2">
            <dt className="text-soft">
              Strangers {provider.provider === 'simulator' ? 'in the' : 'on'}{' '}
              {PROVIDER_LABEL[provider.provider]}
            </dt>
            <dd>
              <Tag tone={tone}>{word}</Tag>
            </dd>
          </div>
        )
      })}
    </dl>
  )
}

/** What somebody who is not let in gets, in a word. */
export const describePolicy = ({
  dmPolicy,
  silent,
  everyone,
  onlySelf,
}: Pick<ProviderView, 'dmPolicy' | 'silent' | 'everyone' | 'onlySelf'>): {
  readonly word: string
  readonly tone: Tone
} => {
  if (onlySelf) return { word: 'are ignored: it counts as your own number', tone: 'neutral' }
  switch (dmPolicy) {
    case 'pairing':
      return silent
        ? { word: 'get no answer, wait here', tone: 'neutral' }
        : { word: 'are answered with a code', tone: 'accent' }
    case 'allowlist':
      return { word: 'are ignored', tone: 'neutral' }
    case 'open':
      return everyone ? { word: 'get in', tone: 'bad' } : { word: 'are ignored', tone: 'neutral' }
    case 'disabled':
      return { word: 'are ignored, as everybody is', tone: 'neutral' }
    default:
      return assertNever(dmPolicy)
  }
}
