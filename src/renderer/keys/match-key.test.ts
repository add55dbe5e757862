import { describe, expect, it } from 'vitest'
import { type KeyPress, type KeyState, matchKey, SEQUENCE_MS } from './match-key.ts'

const press = (key: string, changed: Partial<KeyPress> = {}): KeyPress => ({
  key,
  command: false,
  alt: false,
  repeat: false,
  busy: false,
  at: 1000,
  ...changed,
})
const afterG: KeyState = 1000
const action = (state: KeyState, given: KeyPress, singleKeys = true) =>
  matchKey(state, given, singleKeys).action

describe('the keys of the window', () => {
  it('jump to a screen by g and its letter', () => {
    const first = matchKey(null, press('g'), true)
    expect(first.action.kind).toBe('nothing')
    expect(matchKey(first.state, press('p', { at: 1400 }), true)).toEqual({
      state: null,
      action: { kind: 'go', screen: 'pairing' },
    })
  })

  it('never hand the second key of a jump to the screen, so that g a approves nobody', () => {
    expect(action(afterG, press('a', { at: 1100 }))).toEqual({ kind: 'nothing' })
    expect(action(afterG, press('d', { at: 1100 }))).toEqual({ kind: 'nothing' })
  })

  it('forget a g that is too long ago', () => {
    expect(action(afterG, press('a', { at: 1001 + SEQUENCE_MS }))).toEqual({ kind: 'screen', key: 'a' })
  })

  it('do nothing while they repeat, so that a held key decides once', () => {
    expect(action(null, press('a', { repeat: true }))).toEqual({ kind: 'nothing' })
    expect(action(null, press('k', { command: true, repeat: true }))).toEqual({ kind: 'nothing' })
  })

  it('do nothing where text is typed or a dialog is open, but for the palette', () => {
    expect(action(null, press('a', { busy: true }))).toEqual({ kind: 'nothing' })
    expect(action(null, press('?', { busy: true }))).toEqual({ kind: 'nothing' })
    expect(action(null, press('k', { busy: true, command: true }))).toEqual({ kind: 'palette' })
  })

  it('leave what the system does with Ctrl and Alt alone', () => {
    expect(action(null, press('a', { command: true }))).toEqual({ kind: 'nothing' })
    expect(action(null, press('d', { alt: true }))).toEqual({ kind: 'nothing' })
  })

  it('can be turned off as far as they are single characters', () => {
    expect(action(null, press('a'), false)).toEqual({ kind: 'nothing' })
    expect(action(null, press('?'), false)).toEqual({ kind: 'nothing' })
    expect(action(null, press('Escape'), false)).toEqual({ kind: 'screen', key: 'Escape' })
    expect(action(null, press('k', { command: true }), false)).toEqual({ kind: 'palette' })
  })
})
