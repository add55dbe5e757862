// Whose number is linked, as a line of the overview: there only where the owner has something to know. Pure.
import type { AppState, ProviderView } from '../../../shared/contracts/app-state.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { describeNumber, namesOwner } from '../settings/whatsapp/describe-number.ts'
import type { Fact, FactTone } from './fact.ts'

export const numberFacts = ({ providers, people }: AppState): readonly Fact[] =>
  providers.flatMap((view) => {
    const words = describeNumber(view, namesOwner(view, people) ? 'named' : 'not-named')
    return words === null ? [] : [{ id: 'number', tone: TONES[words.tone], ...titled(view) }]
  })

const TONES = { info: 'good', warn: 'warn', bad: 'bad', danger: 'bad' } as const satisfies Record<
  string,
  FactTone
>

const titled = ({ provider, onlySelf, link }: ProviderView): Pick<Fact, 'title' | 'detail'> => {
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
        : link?.use === 'separate' && !link.isOwners
          ? `${name} hears only its own chat with itself`
          : `${name} uses your own number`,
    detail: 'Only your chat with yourself is heard.',
  }
}
