import { describe, expect, it } from 'vitest'
import { appState, personView, requestView } from '../../test/app-state.ts'
import { conversationOf, nextStranger, speakersOf } from './speakers.ts'

const simulated = (id: string, changed = {}) =>
  personView({ provider: 'simulator', id, source: 'built-in', ...changed })

describe('who can speak in the simulator', () => {
  it('is the owner, a friend and a stranger, and what the gate makes of each', () => {
    const state = appState({
      people: [simulated('owner', { trust: 'owner' }), simulated('friend')],
      requests: [requestView({ provider: 'simulator', id: 'stranger' })],
    })
    expect(speakersOf(state, [])).toEqual([
      { id: 'owner', name: 'Owner', standing: 'owner' },
      { id: 'friend', name: 'Friend', standing: 'friend' },
      { id: 'stranger', name: 'Stranger', standing: 'waiting for you' },
    ])
  })

  it('is also everybody who wrote, and whom the owner made', () => {
    const state = appState({
      simulator: [{ id: 'm', at: 1, sender: 'stranger-2', from: 'person', text: 'hi' }],
    })
    const ids = speakersOf(state, ['stranger-3']).map(({ id }) => id)
    expect(ids).toEqual(['owner', 'friend', 'stranger', 'stranger-2', 'stranger-3'])
    expect(nextStranger(speakersOf(state, ['stranger-3']))).toBe('stranger-4')
  })

  it('says who is blocked', () => {
    const state = appState({ people: [simulated('stranger', { blocked: true, effective: false })] })
    expect(speakersOf(state, []).find(({ id }) => id === 'stranger')?.standing).toBe('blocked')
  })
})

describe('a conversation in the simulator', () => {
  it('has the messages of one person only, and what became of those without an answer', () => {
    const said = conversationOf(
      'stranger',
      [
        { id: 'a', at: 1, sender: 'stranger', from: 'person', text: 'hi' },
        { id: 'b', at: 2, sender: 'friend', from: 'person', text: 'secret' },
      ],
      [
        {
          at: 3,
          kind: 'dropped',
          provider: 'simulator',
          sender: 'stranger',
          session: null,
          detail: 'blocked',
        },
        { at: 4, kind: 'dropped', provider: 'telegram', sender: 'stranger', session: null, detail: 'bot' },
      ],
    )
    expect(said).toMatchObject([
      { kind: 'message', key: 'a' },
      { kind: 'note', from: 'Gate', text: 'Dropped: the sender is blocked.' },
    ])
  })
})
