import { describe, expect, it } from 'vitest'
import type { Config } from '../../shared/state/config/schema.ts'
import { load } from '../../shared/state/testing/config-text.ts'
import { hasHostAccess, rulesOf, toldRules } from './rules.ts'
import { handsView, wouldGet } from './view.ts'

const OFF = { on: false, by: null, since: null } as const
const ON = { on: true, by: 'switch', since: 1 } as const

const agent = (given: object, more: object = {}): Promise<Config> =>
  load(JSON.stringify({ agent: given, ...more }))

const rows = async (config: Config, readOnly: typeof OFF | typeof ON = OFF) =>
  handsView(config, readOnly).radius.map(({ trust, tools, place, send }) =>
    [trust, tools.join(' '), place, send].join(' | '),
  )

const ALL = 'bash read write edit send'
const GUEST = 'guest |  | nowhere | nobody'

describe('what the rules come to', () => {
  it('by default: the owner and friends in a box without network, a guest nothing', async () => {
    expect(await rows(await load())).toEqual([
      `owner | ${ALL} | in a box without network | everybody who is let in`,
      `friend | ${ALL} | in a box without network | their own conversation`,
      GUEST,
    ])
  })

  it('with host access: the owner’s main session on this machine, nobody else', async () => {
    const elevated = { enabled: true, allowFrom: { telegram: ['2'], simulator: ['somebody'] } }
    expect(await rows(await agent({ elevated }))).toEqual([
      `owner | ${ALL} | on this machine | everybody who is let in`,
      `friend | ${ALL} | in a box without network | their own conversation`,
      GUEST,
    ])
  })

  it('with a network: for the owner only', async () => {
    expect(await rows(await agent({ sandbox: { docker: { network: 'bridge' } } }))).toEqual([
      `owner | ${ALL} | in a box with the network “bridge” | everybody who is let in`,
      `friend | ${ALL} | in a box without network | their own conversation`,
      GUEST,
    ])
  })

  it('without sandboxes: nobody has hands', async () => {
    expect(await rows(await agent({ sandbox: { mode: 'off' } }, { outbound: { allowTo: {} } }))).toEqual([
      'owner | send | nowhere | those whom outbound.allowTo names',
      'friend | send | nowhere | their own conversation',
      GUEST,
    ])
  })

  it('in read-only mode: reading on this machine, everything in a box, messages to the owner only', async () => {
    const config = await agent({ elevated: { enabled: true } })
    expect(await rows(config, ON)).toEqual([
      'owner | read send | on this machine | the owner only',
      'friend | bash read write edit | in a box without network | nobody',
      GUEST,
    ])
    expect(handsView(config, ON)).toMatchObject({
      mode: 'non-main',
      host: { enabled: true, approve: 'always', workspace: config.workspace },
      readOnly: ON,
    })
  })

  it('is said of a stranger who may be let in', async () => {
    expect(wouldGet('telegram:dm:9', await load(), false)).toBe(
      'own session telegram:dm:9, as a friend, tools in a box without network',
    )
    expect(wouldGet('telegram:dm:9', await agent({ sandbox: { mode: 'off' } }), false)).toBe(
      'own session telegram:dm:9, as a friend, no tools',
    )
  })
})

describe('the gateway’s process may start others', () => {
  it.each<[string, object, boolean]>([
    ['by default', {}, false],
    ['with host access for main', { elevated: { enabled: true } }, true],
    ['with a sandbox for every session', { elevated: { enabled: true }, sandbox: { mode: 'all' } }, false],
    [
      'with a sandbox for every session and somebody named',
      { elevated: { enabled: true, allowFrom: { telegram: '2' } }, sandbox: { mode: 'all' } },
      true,
    ],
    ['with somebody named and host access off', { elevated: { allowFrom: { telegram: '2' } } }, false],
    [
      'with an empty list',
      { elevated: { enabled: true, allowFrom: { telegram: [] } }, sandbox: { mode: 'all' } },
      false,
    ],
  ])('%s: %j, %s', async (_, given, may) => {
    expect(hasHostAccess(await agent(given))).toBe(may)
  })
})

const told = async (...telegram: readonly string[]): Promise<string> =>
  JSON.stringify(
    toldRules(rulesOf(await agent({ elevated: { enabled: true, allowFrom: { telegram } } }), true)),
  )

describe('the rules as told', () => {
  it('are the same text for the same rules, whatever the order of the ids', async () => {
    expect(await told('3', '2')).toBe(await told('2', '3'))
    expect(JSON.parse(await told('2'))).toEqual({
      readOnly: true,
      sandbox: { mode: 'non-main', tools: { allow: [], deny: [] } },
      elevated: { enabled: true, approve: 'always', allowFrom: { telegram: ['2'] } },
    })
  })
})
