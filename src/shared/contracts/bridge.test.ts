import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { calls, events, isCallChannel, isEventChannel } from './bridge.ts'

const docs = readFileSync(join(import.meta.dirname, '../../../docs/architecture.md'), 'utf8')

describe('the bridge', () => {
  it('has the channels that the table in the docs has, of the same kinds', () => {
    const documented = [...docs.matchAll(/^\| `([a-zA-Z.]+)` \| (query|command|event) \|/gm)].map((row) => [
      row[1],
      row[2],
    ])
    const contract = [...Object.entries(calls), ...Object.entries(events)].map(([name, { kind }]) => [
      name,
      kind,
    ])
    expect(documented).toEqual(contract)
  })

  it.each(['__proto__', 'constructor', 'toString', 'state.patch', ''])(
    'does not take %j for a call',
    (name) => {
      expect(isCallChannel(name)).toBe(false)
    },
  )

  it.each(['__proto__', 'constructor', 'state.get', ''])('does not take %j for an event', (name) => {
    expect(isEventChannel(name)).toBe(false)
  })

  it.each([
    ['people.block', { provider: '../etc', id: '42' }],
    ['people.block', { provider: 'telegram', id: 'x'.repeat(201) }],
    ['pairing.approve', { provider: 'telegram', id: '42', code: 'SHORT' }],
    ['lockdown.resume', { reason: '  ', unknowns: 'refuse' }],
    ['lockdown.resume', { reason: 'looked into it' }],
    ['simulator.say', { sender: 'stranger', name: '', text: 'x'.repeat(4097) }],
    ['gateway.start', { force: true }],
  ] as const)('refuses for %s what does not fit: %j', (channel, input) => {
    expect(calls[channel].input.safeParse(input).success).toBe(false)
  })
})
