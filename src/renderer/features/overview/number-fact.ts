// Whose number is linked, as a line of the overview: there only where the owner has something to know. Pure.
import type { AppState, ProviderView } from '../../../shared/contracts/app-state.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { isClosed } from '../../app/gateway/describe-gateway.ts'
import { describeNumber, namesOwner } from '../settings/whatsapp/describe-number.ts'
import type { Fact, FactTone } from './fact.ts'

export const numberFacts = ({ providers, people, problems }: AppState): readonly Fact[] =>
  providers.flatMap((view) => {
    const named = namesOwner(view, people) ? 'named' : 'not-named'
    const words = isClosed(view, problems) ? null : describeNumber(view, named)
    return words === null ? [] : [{ id: 'number', tone: TONES[words.tone], ...titled(view, named) }]
  })

const TONES = { info: 'good', warn: 'warn', bad: 'bad', danger: 'bad' } as const satisfies Record<
  string,
  FactTone
>

const titled = (
  { provider, onlySelf, link }: ProviderView,
  named: 'named' | 'not-named',
): Pick<Fact, 'title' | 'detail'> => {
  const name = PROVIDER_LABEL[provider]
  if (!onlySelf) {
    return {
      title: `${name} answers from your own number`,
      detail: 'Everybody who writes to you writes to the agent.',
    }
  }
  return {
    title:
      link?.use === 'unknown' && !link.isOwners
        ? `Nobody has said whose number ${name} uses`
        : link?.use === 'separate'
          ? `By the config, ${name} uses your own number`
          : `${name} uses your own number`,
    detail:
      named === 'named'
        ? 'Only your chat with yourself is heard.'
        : 'Nobody is heard yet. Open it for what to do.',
  }
}
