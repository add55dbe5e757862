import { describe, expect, it } from 'vitest'
import { personView } from '../../test/app-state.ts'
import { describeSource, inPeopleOrder, possibleActs } from './people-order.ts'

describe('the list of people', () => {
  it('begins with the owner, and has those who are let in before those who are not', () => {
    const people = [
      personView({ id: '3', effective: false }),
      personView({ id: '2' }),
      personView({ id: '4', trust: 'guest' }),
      personView({ id: '1', trust: 'owner', source: 'owner' }),
    ]
    expect(inPeopleOrder(people).map(({ id }) => id)).toEqual(['1', '2', '3', '4'])
  })

  it('leaves the star to the banner', () => {
    expect(inPeopleOrder([personView({ id: '*', source: 'everyone' })])).toEqual([])
  })
})

describe('what can be done about a person', () => {
  it('is to revoke what was approved here', () => {
    expect(possibleActs(personView())).toMatchObject({ revoke: true, block: true, unblock: false })
  })

  it('is to block, or to edit the config, where the config gives the right', () => {
    const person = personView({ source: 'config' })
    expect(possibleActs(person)).toMatchObject({ revoke: false, block: true })
    expect(possibleActs(person).elsewhere).toContain('telegram.allowFrom')
    expect(describeSource(person)).toContain('telegram.allowFrom')
  })

  it('is never to block the owner, who is stronger than the block list', () => {
    expect(possibleActs(personView({ source: 'owner', trust: 'owner' }))).toMatchObject({
      revoke: false,
      block: false,
    })
  })

  it('is to unblock whoever is blocked', () => {
    expect(possibleActs(personView({ blocked: true }))).toMatchObject({ block: false, unblock: true })
  })
})
