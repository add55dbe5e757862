import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseQuery, SEARCH_FIELDS, withFilter } from '../../../shared/domain/search-query.ts'
import { personView } from '../../test/app-state.ts'
import { choiceChips, chosenOf, isSame, otherFilters, SWITCHES } from './chips.ts'

const chips = choiceChips([personView({ claimedName: 'Old\u202eTom' })])
const filtersOf = (text: string) => parseQuery(text).query.filters

describe('the filter chips', () => {
  it('write only what the language understands', () => {
    for (const { field, choices } of chips) {
      for (const { value } of choices) {
        expect(parseQuery(withFilter('find', field, value))).toEqual({
          query: {
            terms: [{ kind: 'word', text: 'find', exclude: false }],
            filters: [{ field, value, exclude: false }],
          },
          problems: [],
        })
      }
    }
  })

  it('show every filter of a query exactly once', () => {
    const filter = fc.record({
      field: fc.constantFrom(...SEARCH_FIELDS),
      value: fc.constantFrom('error', 'refused', 'x', 'bash'),
      exclude: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(filter), (filters) => {
        const others = otherFilters(filters, chips)
        for (const one of filters) {
          const places = [
            chips.some(({ field }) => {
              const chosen = chosenOf(filters, field)
              return chosen !== undefined && isSame(chosen, one)
            }),
            SWITCHES.some((known) => isSame(known.filter, one)),
            others.some((other) => isSame(other, one)),
          ]
          expect(places).toContain(true)
        }
        expect(new Set(others.map((other) => JSON.stringify(other))).size).toBe(others.length)
      }),
    )
  })

  it('keep what is left out, and a second of a field, as chips of their own', () => {
    expect(otherFilters(filtersOf('tool:bash tool:read -on:host session:main is:error'), chips)).toEqual([
      { field: 'tool', value: 'read', exclude: false },
      { field: 'on', value: 'host', exclude: true },
      { field: 'session', value: 'main', exclude: false },
    ])
  })

  it('name a person by stable id, with what they call themselves as an inert text', () => {
    expect(chips.find(({ field }) => field === 'person')?.choices).toEqual([
      { value: 'telegram:811204553', label: 'Old‹U+202E›Tom (811204553)' },
    ])
  })
})
