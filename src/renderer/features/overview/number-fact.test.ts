import { describe, expect, it } from 'vitest'
import type { ProviderView } from '../../../shared/contracts/app-state.ts'
import { appState, linkView, personView, providerView } from '../../test/app-state.ts'
import type { Fact } from './fact.ts'
import { numberFacts } from './number-fact.ts'

const facts = (
  changed: Partial<ProviderView>,
  people: Parameters<typeof personView>[0][] = [],
): readonly Fact[] =>
  numberFacts(
    appState({
      providers: [providerView(), providerView({ provider: 'whatsapp', ...changed })],
      people: people.map(personView),
    }),
  )

describe('whose number WhatsApp uses', () => {
  it('is no line while it is the agent’s own, or none is linked', () => {
    expect(facts({ link: linkView() })).toEqual([])
    expect(
      facts({ onlySelf: true, state: 'unlinked', link: linkView({ self: null, use: 'unknown' }) }),
    ).toEqual([])
  })

  it('is a warning until the owner has decided', () => {
    expect(facts({ onlySelf: true, link: linkView({ use: 'unknown' }) })).toEqual([
      {
        id: 'number',
        tone: 'warn',
        title: 'Nobody has said whose number WhatsApp uses',
        detail: 'Nobody is heard yet. Open it for what to do.',
      },
    ])
  })

  it('is good when it is the owner’s, named as such, and only they are heard', () => {
    const owner = { provider: 'whatsapp', id: '+15550001111', source: 'owner', trust: 'owner' } as const
    const link = linkView({ use: 'own', isOwners: true })
    expect(facts({ onlySelf: true, link }, [owner])).toMatchObject([
      { tone: 'good', title: 'WhatsApp uses your own number' },
    ])
    expect(facts({ onlySelf: true, link: linkView({ use: 'own' }) })).toMatchObject([{ tone: 'warn' }])
  })

  it('is bad when it is the owner’s and others are heard', () => {
    expect(facts({ link: linkView({ use: 'own' }) })).toMatchObject([
      { tone: 'bad', title: 'WhatsApp answers from your own number' },
    ])
  })
})
