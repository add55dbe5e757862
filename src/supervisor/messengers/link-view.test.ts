import { describe, expect, it } from 'vitest'
import { parseNumber } from '../../shared/domain/account.ts'
import type { SenderId } from '../../shared/domain/identity.ts'
import type { NumberTold } from '../../shared/state/number-store.ts'
import { isLinked, type Standing } from './link-standing.ts'
import { linkView } from './link-view.ts'

const number = (text: string): SenderId => {
  const parsed = parseNumber('whatsapp', text)
  if (parsed === undefined) throw new Error(`no number: ${text}`)
  return parsed
}
const MINE = number('+15550001111')
const OTHER = number('+15550002222')

const LINKED: Standing = {
  state: 'connected',
  detail: '',
  code: null,
  self: { number: MINE, account: '777@lid', name: 'Bot' },
}
const NONE: Standing = { state: 'unlinked', detail: '', code: null, self: null }

interface Said {
  readonly owner?: readonly SenderId[]
  readonly allowFrom?: readonly SenderId[]
  readonly selfChatMode?: boolean
}
const provider = {
  enabled: true,
  dmPolicy: 'pairing',
  everyone: false,
  silent: false,
  onlySelf: false,
  allowFrom: [],
} as const
const rules = ({ owner = [], allowFrom = [], selfChatMode }: Said = {}) => ({
  owner: { whatsapp: owner },
  providers: { telegram: provider, whatsapp: { ...provider, allowFrom }, simulator: provider },
  whatsapp: { selfChatMode, groups: {} },
})

const separate: NumberTold = { use: 'separate', number: MINE }
const own: NumberTold = { use: 'own', number: MINE }

describe('what is shown of a link', () => {
  it('has no warning where the number is the agent’s alone and on no list', () => {
    expect(linkView(LINKED, separate, rules())).toEqual({
      code: null,
      self: LINKED.self,
      use: 'separate',
      isOwners: false,
      warnings: [],
    })
  })

  it('says of the owner’s own number what that means, and how they are heard there', () => {
    const { use, warnings } = linkView(LINKED, own, rules())
    expect(use).toBe('own')
    expect(warnings).toEqual([
      '+15550001111 is your own number. Only your chat with yourself is heard: everybody who writes to you would otherwise be answered by the agent. Better: a number of its own.',
      'You are not heard there yet: the config has to say owner.whatsapp: ["+15550001111"].',
    ])
    expect(linkView(LINKED, own, rules({ owner: [MINE] })).warnings).toHaveLength(1)
  })

  it('says that nobody has said whose number it is', () => {
    const { use, warnings } = linkView(LINKED, undefined, rules({ owner: [OTHER] }))
    expect(use).toBe('unknown')
    expect(warnings[0]).toMatch(/^Nobody has said whose number \+15550001111 is, so it counts as your own/)
  })

  it.each([{ owner: [MINE] }, { allowFrom: [MINE] }])(
    'says that what was called the agent’s number is listed as somebody who may write: %o',
    (said) => {
      const { isOwners, warnings } = linkView(LINKED, separate, rules(said))
      expect(isOwners).toBe(true)
      expect(warnings[1]).toMatch(/^You said that \+15550001111 is the agent’s alone, but owner\.whatsapp or/)
    },
  )

  it('says what it means that the config opens the owner’s own number to others', () => {
    const { warnings } = linkView(LINKED, own, rules({ selfChatMode: false }))
    expect(warnings).toEqual([
      expect.stringMatching(/everybody who writes to you there is answered by the agent/),
    ])
    expect(linkView(LINKED, separate, rules({ selfChatMode: false })).warnings).toEqual([])
    expect(linkView(LINKED, separate, rules({ selfChatMode: true })).warnings[0]).toMatch(
      /is your own number/,
    )
  })

  it('does not take what was said of one number for another', () => {
    expect(linkView(LINKED, { use: 'separate', number: OTHER }, rules()).use).toBe('unknown')
    expect(linkView(LINKED, { use: 'separate', number: null }, rules()).use).toBe('separate')
  })

  it('warns of nothing while nothing is linked, and of the last number while no gateway says', () => {
    expect(linkView(NONE, own, rules()).warnings).toEqual([])
    expect(linkView({ ...NONE, state: null }, own, rules()).warnings).toHaveLength(2)
    expect(linkView(LINKED, own, null)).toMatchObject({ isOwners: false, warnings: [] })
  })

  it('counts as linked by its account, or by a connection', () => {
    expect(isLinked(LINKED)).toBe(true)
    expect(isLinked({ ...LINKED, state: 'retrying' })).toBe(true)
    expect(isLinked({ ...NONE, state: 'conflict' })).toBe(true)
    expect(isLinked({ ...NONE, state: 'linking' })).toBe(false)
  })
})
