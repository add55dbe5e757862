import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  APPROVE_MODES,
  type Asker,
  BLAST_RADIUS,
  type HandName,
  type HandsRules,
  isHostAllowed,
  type Reach,
  type Rights,
  rightsOf,
  SANDBOX_MODES,
  TOOLS,
  toolsLeft,
} from './hands.ts'
import { parseSenderId, type SenderId } from './identity.ts'
import { directSession, MAIN_SESSION } from './session.ts'

const sender = (id: string): SenderId => {
  const parsed = parseSenderId('telegram', id)
  if (parsed === undefined) throw new Error(`no id: ${id}`)
  return parsed
}

const HANDS: readonly HandName[] = ['bash', 'read', 'write', 'edit']
const REACHES: readonly Reach[] = ['nobody', 'conversation', 'people']
const PEOPLE = ['1', '2', '3'].map(sender)

const anyRules: fc.Arbitrary<HandsRules> = fc.record({
  readOnly: fc.boolean(),
  sandbox: fc.record({
    mode: fc.constantFrom(...SANDBOX_MODES),
    tools: fc.record({ allow: fc.subarray([...TOOLS, 'process']), deny: fc.subarray([...TOOLS, 'browser']) }),
  }),
  elevated: fc.record({
    enabled: fc.boolean(),
    approve: fc.constantFrom(...APPROVE_MODES),
    allowFrom: fc.record({ telegram: fc.subarray([...PEOPLE]) }, { requiredKeys: [] }),
  }),
  allowTo: fc.option(fc.record({ telegram: fc.subarray([...PEOPLE]) }), { nil: undefined }),
})

/** Main is the owner's, everybody else has a session of their own. */
const anyAsker: fc.Arbitrary<Asker> = fc
  .record({ who: fc.constantFrom(...PEOPLE), trust: fc.constantFrom('owner', 'friend', 'guest') })
  .map(({ who, trust }) => ({
    trust,
    provider: 'telegram',
    sender: who,
    session: trust === 'owner' ? MAIN_SESSION : directSession('telegram', who),
  }))

/** What fast-check finds against it, over many configs and people. */
const against = (check: (rules: HandsRules, asker: Asker, rights: Rights) => boolean): unknown =>
  fc.check(
    fc.property(anyRules, anyAsker, (rules, asker) => check(rules, asker, rightsOf(asker, rules))),
    { numRuns: 5_000 },
  )

const NOTHING = { failed: false }

const onHost = (rights: Rights): readonly HandName[] =>
  HANDS.filter((tool) => ['host', 'either'].includes(rights.hands[tool].kind))
const inBox = (rights: Rights): readonly HandName[] =>
  HANDS.filter((tool) => ['sandbox', 'either'].includes(rights.hands[tool].kind))

describe('the blast radius', () => {
  it('is never wider than the table, whatever the config says', () => {
    const found = against((_, { trust }, rights) => {
      const { hands, network, send } = BLAST_RADIUS[trust]
      const left = toolsLeft(rights).filter((tool) => tool !== 'send')
      return (
        left.every((tool) => hands.includes(tool)) &&
        (!rights.network || network) &&
        REACHES.indexOf(rights.send) <= REACHES.indexOf(send)
      )
    })
    expect(found).toMatchObject(NOTHING)
  })

  it('of a guest is nothing at all', () => {
    const found = against((_, { trust }, rights) => trust !== 'guest' || toolsLeft(rights).length === 0)
    expect(found).toMatchObject(NOTHING)
  })

  it('has no host while host access is off, and none in any case for who is neither main’s owner nor named', () => {
    const found = against(({ elevated }, { trust, sender: who }, rights) => {
      const mayHave =
        elevated.enabled && (trust === 'owner' || elevated.allowFrom.telegram?.includes(who) === true)
      return mayHave || onHost(rights).length === 0
    })
    expect(found).toMatchObject(NOTHING)
  })

  it('has no host for main where every session has a sandbox, unless its owner is named by id', () => {
    const found = against(({ sandbox, elevated }, { sender: who }, rights) => {
      const named = elevated.allowFrom.telegram?.includes(who) === true
      return sandbox.mode !== 'all' || named || onHost(rights).length === 0
    })
    expect(found).toMatchObject(NOTHING)
  })

  it('has no sandbox where sandboxes are off, and no tool in one that the config denies', () => {
    const found = against(({ sandbox: { mode, tools } }, _, rights) => {
      const boxed = inBox(rights)
      if (mode === 'off') return boxed.length === 0
      const listed = (tool: string): boolean => tools.allow.length === 0 || tools.allow.includes(tool)
      return boxed.every((tool) => !tools.deny.includes(tool) && listed(tool))
    })
    expect(found).toMatchObject(NOTHING)
  })

  it('never falls back to the host: a sandboxed session that may not use a tool there has it nowhere', () => {
    const found = against((rules, asker, rights) => {
      const boxed =
        rules.sandbox.mode === 'all' || asker.session !== MAIN_SESSION || !isHostAllowed(asker, rules)
      if (rules.sandbox.mode === 'off' || !boxed) return true
      return onHost(rights).every((tool) => rights.hands[tool].kind === 'either')
    })
    expect(found).toMatchObject(NOTHING)
  })

  it('leaves in read-only mode nothing but reading on the host, and no message to anybody but the owner', () => {
    const found = against(({ readOnly }, { trust }, rights) => {
      if (!readOnly) return true
      return (
        onHost(rights).every((tool) => tool === 'read') && (trust === 'owner' || rights.send === 'nobody')
      )
    })
    expect(found).toMatchObject(NOTHING)
  })

  it('is narrowed by read-only mode, never widened', () => {
    const found = against((rules, asker) =>
      isNoFreer(
        rightsOf(asker, { ...rules, readOnly: true }),
        rightsOf(asker, { ...rules, readOnly: false }),
      ),
    )
    expect(found).toMatchObject(NOTHING)
  })

  it('gives a reason for each refusal', () => {
    const found = against((_, __, rights) =>
      HANDS.every((tool) => {
        const right = rights.hands[tool]
        return right.kind !== 'refused' || right.why.length > 10
      }),
    )
    expect(found).toMatchObject(NOTHING)
  })

  it('by default gives the owner and a friend a sandbox each, the friend’s without network', () => {
    const rules: HandsRules = {
      readOnly: false,
      sandbox: { mode: 'non-main', tools: { allow: [], deny: [] } },
      elevated: { enabled: false, approve: 'always', allowFrom: {} },
      allowTo: undefined,
    }
    const who = { provider: 'telegram', sender: sender('1') } as const
    const owner = rightsOf({ ...who, trust: 'owner', session: MAIN_SESSION }, rules)
    const friend = rightsOf(
      { ...who, trust: 'friend', session: directSession('telegram', sender('1')) },
      rules,
    )
    expect([inBox(owner), onHost(owner), owner.network, owner.send]).toEqual([HANDS, [], true, 'people'])
    expect([inBox(friend), onHost(friend), friend.network, friend.send]).toEqual([
      HANDS,
      [],
      false,
      'conversation',
    ])
  })
})

/** Is everything that `a` may do something that `b` may do, in the same place? */
const isNoFreer = (a: Rights, b: Rights): boolean =>
  onHost(a).every((tool) => onHost(b).includes(tool)) &&
  inBox(a).every((tool) => inBox(b).includes(tool)) &&
  (!a.network || b.network) &&
  REACHES.indexOf(a.send) <= REACHES.indexOf(b.send)
