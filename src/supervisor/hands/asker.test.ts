import { describe, expect, it } from 'vitest'
import { askerNamed, askerOf } from './asker.ts'
import { id, ids, only, telegram } from './testing/people.ts'

const now = only(telegram())
const open = telegram({ policy: { dmPolicy: 'open', everyone: true, silent: false, onlySelf: false } })

const named = (session: string, sender: string) => askerNamed({ session, provider: 'telegram', sender }, now)

describe('who speaks in a session', () => {
  it('is an owner in main', () => {
    expect(askerOf('main', now)).toEqual({
      trust: 'owner',
      provider: 'telegram',
      sender: '1',
      session: 'main',
    })
  })

  it.each([
    ['telegram:dm:2', 'friend'],
    ['telegram:dm:3', 'friend'],
  ])('is the friend of %s', (session, trust) => {
    expect(askerOf(session, now)).toMatchObject({ trust, session })
  })

  it('is a guest where the policy is open to everyone', () => {
    expect(askerOf('telegram:dm:77', only(open))).toMatchObject({ trust: 'guest' })
  })

  it.each([
    ['a stranger', 'telegram:dm:77'],
    ['somebody blocked', 'telegram:dm:4'],
    ['an owner beside main', 'telegram:dm:1'],
    ['a messenger that is not connected', 'simulator:dm:friend'],
    ['no messenger', 'fax:dm:1'],
    ['a group', 'telegram:group:2'],
    ['a name', 'telegram:dm:@alice'],
    ['an id with more behind it', 'telegram:dm:2:3'],
    ['nothing', ''],
    ['main in other letters', 'Main'],
    ['main with more behind it', 'main:2'],
    // GHSA-474h-prjg-mmw3: children of sessions ran outside their parents' sandbox. Here a session begins no other, and
    // what only the existing Clawdbot calls a session has no rights at all.
    ['a child of a session', 'subagent:6f1c2a54-1a0e-4a8f-9f6b-0c8f3a2b1d00'],
    ['a child of an agent’s session', 'agent:main:subagent:1'],
  ])('is nobody: %s', (_, session) => {
    expect(askerOf(session, now)).toBeUndefined()
  })

  it('is nobody while the messenger is off, disabled, or one of its files can not be read', () => {
    const closed = { dmPolicy: 'disabled', everyone: false, silent: false, onlySelf: false } as const
    for (const read of [telegram({ enabled: false }), telegram({ policy: closed })]) {
      expect(askerOf('telegram:dm:2', only(read))).toBeUndefined()
      expect(askerOf('main', only(read))).toBeUndefined()
    }
  })

  it('is nobody in main where the config names no owner', () => {
    const people = { ...telegram().people, owners: ids() }
    expect(askerOf('main', only(telegram({ people })))).toBeUndefined()
  })
})

describe('an act that names its sender', () => {
  it('is that of the session’s own person', () => {
    expect(named('main', '1')).toMatchObject({ trust: 'owner', sender: id('1') })
    expect(named('telegram:dm:2', '2')).toMatchObject({ trust: 'friend', sender: id('2') })
  })

  it.each([
    ['a friend in main', 'main', '2'],
    ['a friend in another’s session', 'telegram:dm:2', '3'],
    ['the owner in a friend’s session', 'telegram:dm:2', '1'],
    ['somebody blocked', 'telegram:dm:4', '4'],
    ['no id', 'telegram:dm:2', '02'],
  ])('is nobody’s: %s', (_, session, sender) => {
    expect(named(session, sender)).toBeUndefined()
  })
})
