import { describe, expect, it } from 'vitest'
import type { NumberTold } from '../../shared/state/number-store.ts'
import { load } from '../../shared/state/testing/config-text.ts'
import { sender } from '../../shared/state/testing/temp-state.ts'
import { isOnlySelf, isOwnersNumber } from './own-number.ts'

const NUMBER = sender('+15550001111', 'whatsapp')
const separate: NumberTold = { use: 'separate', number: NUMBER }
const own: NumberTold = { use: 'own', number: NUMBER }
const onlySelf = async (text: string, told: NumberTold | undefined): Promise<boolean> =>
  isOnlySelf(await load(text), 'whatsapp', told)

const NAMED = '{ owner: { whatsapp: "+15550001111" } }'
const LISTED = '{ whatsapp: { allowFrom: ["+15550001111"] } }'
const OTHERS = '{ owner: { whatsapp: "+15550002222" }, whatsapp: { allowFrom: ["+15550003333"] } }'

const withMode = (selfChatMode: boolean): string =>
  JSON.stringify({ owner: { whatsapp: '+15550001111' }, whatsapp: { selfChatMode } })

describe('on WhatsApp', () => {
  it.each<[boolean, string, string, NumberTold | undefined]>([
    [true, 'nobody has said whose number it is', '{}', undefined],
    [true, 'it is the owner’s own', '{}', own],
    [false, 'it is the agent’s alone', '{}', separate],
    [false, 'it is the agent’s alone, and others are named', OTHERS, separate],
    [false, 'it will be the agent’s alone, and is not linked yet', NAMED, { use: 'separate', number: null }],
    [true, 'it was said to be the agent’s, and is named as the owner’s', NAMED, separate],
    [true, 'it was said to be the agent’s, and is on the allowlist', LISTED, separate],
  ])('only the owner’s chat with themselves is heard (%s) where %s', async (expected, _, text, told) => {
    expect(await onlySelf(text, told)).toBe(expected)
  })

  it('the config’s selfChatMode decides, whatever was said', async () => {
    for (const told of [undefined, own, separate]) {
      expect(await onlySelf(withMode(true), told)).toBe(true)
      expect(await onlySelf(withMode(false), told)).toBe(false)
    }
  })

  it('a number is the owner’s where the config names it', async () => {
    expect(isOwnersNumber(await load(NAMED), '+15550001111')).toBe(true)
    expect(isOwnersNumber(await load(LISTED), '+15550001111')).toBe(true)
    expect(isOwnersNumber(await load(OTHERS), '+15550001111')).toBe(false)
    expect(isOwnersNumber(await load('{}'), null)).toBe(false)
  })
})

it('on other messengers everybody is heard whom the lists let in', async () => {
  expect(isOnlySelf(await load('{ whatsapp: { selfChatMode: true } }'), 'telegram', undefined)).toBe(false)
  expect(isOnlySelf(await load('{}'), 'simulator', own)).toBe(false)
})
