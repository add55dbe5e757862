import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandSize, commandWarnings } from './approval-words.ts'

describe('a command that waits for the owner', () => {
  it('says how much there is to read, so that nothing below the edge is missed', () => {
    expect(commandSize('ls')).toBe('2 characters')
    expect(commandSize('x')).toBe('1 character')
    expect(commandSize(`echo hi${'\n'.repeat(1200)}rm -rf ~`)).toBe('1,215 characters in 1,201 lines')
  })

  it('warns of what does not show or shows in another order', () => {
    expect(commandWarnings('echo a\u200Bb')).toEqual([
      'One invisible or reordering character, shown as a mark.',
    ])
    expect(commandWarnings('\u202Eecho\u001B[2K')[0]).toMatch(/^Two invisible/)
  })

  it('warns of letters that look like others', () => {
    expect(commandWarnings('cat /etc/p\u0430sswd')).toEqual(['Letters that are not a to z: some look alike.'])
  })

  it('warns of nothing in plain ASCII', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~\n\t]*$/), (command) => {
        expect(commandWarnings(command)).toEqual([])
      }),
    )
  })
})
