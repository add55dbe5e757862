import { describe, expect, it } from 'vitest'
import { readableInspection } from './readable-inspection.ts'

const inspection = (args: readonly string[]): string =>
  JSON.stringify([{ Args: args, HostConfig: { CapAdd: null } }])

describe('an inspection to be read', () => {
  it('has the walls within a few lines of the helper’s source, whose length it says', () => {
    const shown = readableInspection(inspection(['python3', 'x'.repeat(60_400)]))
    expect(shown).toContain('… and 60,000 more characters')
    expect(shown).toContain('"CapAdd": null')
    expect(shown.length).toBeLessThan(1_000)
  })

  it('has every short value as Docker says it', () => {
    const text = inspection(['-c', 'x'.repeat(400), '\u202E'])
    expect(JSON.parse(readableInspection(text))).toEqual(JSON.parse(text))
  })

  it('is what came where that is no JSON', () => {
    expect(readableInspection('no JSON')).toBe('no JSON')
  })
})
