import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RulesTold } from '../../shared/contracts/gateway-told.ts'
import type { AcceptedItem } from '../inbound/accepted-item.ts'
import { recipientRefusal } from '../outbound/recipient.ts'
import { itemFrom } from './testing/item-from.ts'
import { callOf, createToolWorld } from './testing/stand-in-tools.ts'

const WHO = ['owner', 'friend', 'guest'] as const
type Who = (typeof WHO)[number]
const IDS: Readonly<Record<Who, string>> = { owner: '7', friend: '42', guest: '99' }

const itemOf = (who: Who): AcceptedItem => itemFrom(IDS[who], { eventId: `telegram:${who}`, trust: who })

const id = fc.constantFrom('7', '42', '99', '43', '*', '@alice')
const rules: fc.Arbitrary<RulesTold> = fc
  .record({
    readOnly: fc.boolean(),
    mode: fc.constantFrom('off', 'non-main', 'all'),
    allow: fc.subarray(['bash', 'read', 'send', 'nonsense']),
    deny: fc.subarray(['bash', 'write', 'send']),
    enabled: fc.boolean(),
    elevated: fc.array(id, { maxLength: 2 }),
    allowTo: fc.option(fc.array(id, { maxLength: 2 }), { nil: undefined }),
  })
  .map(({ readOnly, mode, allow, deny, enabled, elevated, allowTo }) => ({
    readOnly,
    sandbox: { mode, tools: { allow, deny } },
    elevated: { enabled, approve: 'never', allowFrom: { telegram: elevated } },
    allowTo: allowTo && { telegram: allowTo },
  }))

const anything = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()))
/** Arguments that are good, nearly good, and nonsense. */
const args = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ command: fc.constant('id'), host: fc.boolean() }, { requiredKeys: ['command'] }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ path: fc.constant('a'), host: fc.boolean() }, { requiredKeys: ['path'] }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      { path: fc.constant('a'), content: fc.string(), host: fc.boolean() },
      { requiredKeys: ['path', 'content'] },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      { to: id.map((each) => `telegram:${each}`), text: fc.constant('hi') },
      { requiredKeys: ['text'] },
    ),
  },
  { weight: 2, arbitrary: fc.dictionary(fc.string(), anything) },
)
const call = fc.record({
  who: fc.constantFrom(...WHO),
  name: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('bash', 'read', 'write', 'edit', 'send') },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.string(), fc.constantFrom('BASH', 'bash ', 'toString', 'constructor')),
    },
  ),
  args,
})

/** What somebody is never to reach under these rules, said once more and in other words than the table. */
const isAllowed = (did: string, who: Who, told: RulesTold): boolean => {
  const { readOnly, sandbox, elevated, allowTo } = told
  const isListed = (tool: string): boolean =>
    !sandbox.tools.deny.includes(tool) &&
    (sandbox.tools.allow.length === 0 || sandbox.tools.allow.includes(tool))
  const acted = /^(sandbox|host): (\w+)/.exec(did)
  if (acted !== null) {
    const [, place, tool = ''] = acted
    if (who === 'guest') return false
    if (place === 'sandbox') return sandbox.mode !== 'off' && isListed(tool)
    if (!elevated.enabled || (readOnly && tool !== 'read')) return false
    const isNamed = elevated.allowFrom.telegram?.includes(IDS[who]) === true
    return isNamed || (who === 'owner' && sandbox.mode !== 'all')
  }
  const sent = /^left for (\S+)/.exec(did)
  if (sent === null) return true
  if (who === 'guest' || (readOnly && who !== 'owner')) return false
  const [, to = ''] = sent
  if (readOnly && to !== IDS.owner) return false
  if (to === IDS[who]) return true
  return who === 'owner' && (allowTo === undefined || allowTo.telegram?.includes(to) === true)
}

/** Rules and calls with which each right that somebody can have is used, whatever chance brings besides. */
const WIDE: RulesTold = {
  readOnly: false,
  sandbox: { mode: 'non-main', tools: { allow: [], deny: [] } },
  elevated: { enabled: true, approve: 'never', allowFrom: { telegram: ['42'] } },
  allowTo: undefined,
}
const EACH_RIGHT = [
  { who: 'owner', name: 'bash', args: { command: 'id' } },
  { who: 'friend', name: 'bash', args: { command: 'id', host: true } },
  { who: 'friend', name: 'write', args: { path: 'a', content: 'x' } },
  { who: 'owner', name: 'send', args: { text: 'hi' } },
  { who: 'friend', name: 'send', args: { text: 'hi' } },
] as const

describe('ten thousand calls', () => {
  it('of anything, by anybody, under any rules, touch nothing that the rules refuse', async () => {
    const reached = new Set<string>()
    await fc.assert(
      fc.asyncProperty(rules, fc.array(call, { minLength: 20, maxLength: 20 }), async (told, calls) => {
        let item = itemOf('guest')
        const world = createToolWorld({
          send: (request) => {
            const why = recipientRefusal(request, { people: world.people(), item })
            if (why !== undefined) return Promise.resolve({ kind: 'withheld', why })
            world.did.push(`left for ${request.chatId}`)
            return Promise.resolve({ kind: 'sent', messageIds: [] })
          },
        })
        world.rule(told)
        for (const { who, name, args: given } of calls) {
          item = itemOf(who)
          world.did.length = 0
          const signal = new AbortController().signal
          const result = await world.toolsFor(item).run(callOf(name, given), signal)
          expect(result.text).not.toBe('')
          expect(world.did.filter((did) => !isAllowed(did, who, told))).toEqual([])
          for (const did of world.did) reached.add(`${who} ${did.split(' ', 2).join(' ')}`)
        }
      }),
      { numRuns: 500, examples: [[WIDE, [...EACH_RIGHT]]] },
    )
    // Each right that somebody can have was used: the test can tell something.
    for (const used of [
      'owner host: bash',
      'friend host: bash',
      'friend sandbox: write',
      'owner left for',
      'friend left for',
    ])
      expect(reached).toContain(used)
    expect([...reached].filter((used) => used.startsWith('guest'))).toEqual([])
  })
})
