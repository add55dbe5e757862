import { describe, expect, it } from 'vitest'
import type { LinkView } from '../../../../shared/contracts/app-state.ts'
import { DM_POLICIES } from '../../../../shared/domain/people.ts'
import { linkView, personView, providerView } from '../../../test/app-state.ts'
import { describeNumber, type NumberWords, namesOwner, ownerLine, whoCouldWrite } from './describe-number.ts'

const onlySelf = (link: Partial<LinkView>, named: 'named' | 'not-named' = 'not-named'): NumberWords | null =>
  describeNumber({ onlySelf: true, link: linkView(link) }, named)
const heardByAll = (link: Partial<LinkView>): NumberWords | null =>
  describeNumber({ onlySelf: false, link: linkView(link) }, 'not-named')

describe('whose number is linked', () => {
  it('needs no word while it is the agent’s own, or nothing is linked', () => {
    expect(heardByAll({ use: 'separate' })).toBeNull()
    expect(onlySelf({ use: 'own', self: null })).toBeNull()
    expect(describeNumber({ onlySelf: false, link: null }, 'not-named')).toBeNull()
  })

  it('is asked for while nobody has said, with both answers', () => {
    expect(onlySelf({ use: 'unknown' })).toMatchObject({
      tone: 'warn',
      title: 'Whose number is this? Nobody is heard yet',
      offers: ['name-owner', 'set-separate'],
    })
  })

  it('is no warning when it is the owner’s and the config names it: that works', () => {
    expect(onlySelf({ use: 'own', isOwners: true }, 'named')?.tone).toBe('info')
  })

  it('is a warning when it is the owner’s and the config does not name it: then nobody is heard', () => {
    expect(onlySelf({ use: 'own' })).toMatchObject({
      tone: 'warn',
      title: 'Your own number: nobody is heard yet, not even you',
    })
  })

  it('is not to be changed by a word where the config says otherwise', () => {
    for (const use of ['own', 'separate', 'unknown'] as const) {
      for (const named of ['named', 'not-named'] as const) {
        expect(onlySelf({ use, isOwners: true }, named)?.offers).not.toContain('set-separate')
      }
    }
  })

  it('is a danger when it is the owner’s and others are heard', () => {
    expect(heardByAll({ use: 'own' })?.tone).toBe('danger')
    expect(heardByAll({ use: 'separate', isOwners: true })?.tone).toBe('danger')
  })

  it('is named by the config only as the owner’s, on this messenger, and exactly', () => {
    const view = providerView({ provider: 'whatsapp', link: linkView() })
    const owner = personView({ provider: 'whatsapp', id: '+15550001111', source: 'owner', trust: 'owner' })
    expect(namesOwner(view, [owner])).toBe(true)
    expect(namesOwner(view, [{ ...owner, source: 'config' }])).toBe(false)
    expect(namesOwner(view, [{ ...owner, provider: 'telegram' }])).toBe(false)
    expect(namesOwner(view, [{ ...owner, id: '+1555000111' }])).toBe(false)
    expect(namesOwner({ ...view, link: linkView({ self: null }) }, [{ ...owner, id: '' }])).toBe(false)
  })
})

describe('the line that makes the linked number the owner’s', () => {
  const view = providerView({ provider: 'whatsapp', link: linkView() })

  it('is whole where the config names no owner yet', () => {
    const friend = personView({ provider: 'whatsapp', source: 'config' })
    expect(ownerLine(view, [friend])).toEqual({
      where: 'put this line',
      line: 'owner: { whatsapp: "+15550001111" },',
    })
  })

  it('goes under the owner that is there: a second one would take the place of the first', () => {
    const olga = personView({ source: 'owner', trust: 'owner' })
    expect(ownerLine(view, [olga])).toEqual({
      where: 'put this line under owner',
      line: 'whatsapp: "+15550001111",',
    })
  })

  it('keeps the owners that WhatsApp has already', () => {
    const olga = personView({ provider: 'whatsapp', id: '+15550002222', source: 'owner', trust: 'owner' })
    expect(ownerLine(view, [olga])).toEqual({
      where: 'change this line under owner',
      line: 'whatsapp: ["+15550002222", "+15550001111"],',
    })
  })
})

describe('the question before the number counts as the agent’s', () => {
  it('says who could write then, by the policy in force', () => {
    const texts = DM_POLICIES.map((dmPolicy) => whoCouldWrite(providerView({ dmPolicy, everyone: true })))
    expect(new Set(texts).size).toBe(DM_POLICIES.length)
    expect(whoCouldWrite(providerView({ dmPolicy: 'open', everyone: true }))).toContain('anyone')
    expect(whoCouldWrite(providerView({ dmPolicy: 'open', everyone: false }))).toContain(
      'Strangers are ignored',
    )
    expect(whoCouldWrite(providerView({ silent: true }))).toContain('unanswered')
    expect(whoCouldWrite(providerView({ silent: false }))).toContain('sent a pairing code')
  })
})
