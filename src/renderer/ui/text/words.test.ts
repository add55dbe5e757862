import { describe, expect, it } from 'vitest'
import { CODE_ALPHABET } from '../../../shared/domain/pairing.ts'
import { altKey, counted, countWord, groupCode, groupDigits, modifierKey, sentence } from './words.ts'

describe('numbers in sentences', () => {
  it('are words up to twelve, then digits in groups', () => {
    expect([0, 1, 7, 12, 13, 18_204].map(countWord)).toEqual(['no', 'one', 'seven', 'twelve', '13', '18,204'])
    expect(counted(1, 'person', 'people')).toBe('one person')
    expect(counted(0, 'person', 'people')).toBe('no people')
    expect(groupDigits(1_234_567)).toBe('1,234,567')
    expect(sentence('two people')).toBe('Two people')
  })
})

describe('a code on the screen', () => {
  it('stands in two groups of four and keeps every symbol', () => {
    const code = CODE_ALPHABET.slice(0, 8)
    expect(groupCode(code)).toBe('ABCD·EFGH')
    expect(groupCode(code).replace('·', '')).toBe(code)
  })
})

describe('the palette key', () => {
  it('is written as the system writes it', () => {
    expect(modifierKey('MacIntel')).toBe('⌘')
    expect(modifierKey('Linux x86_64')).toBe('Ctrl')
    expect([altKey('MacIntel'), altKey('Win32')]).toEqual(['⌥', 'Alt'])
  })
})
