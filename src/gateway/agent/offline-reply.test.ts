import { describe, expect, it } from 'vitest'
import { wrapUserText } from './instructions.ts'
import { offlineReply } from './offline-reply.ts'

describe('the obedient stand-in', () => {
  it('says what it is told to say', () => {
    expect(offlineReply('say hello\nand more ')).toEqual({ kind: 'text', text: 'hello\nand more' })
    expect(offlineReply('Say yes')).toEqual({ kind: 'text', text: 'yes' })
  })

  it('calls itself a stand-in and repeats everything else', () => {
    const text = 'I am offline/obedient, a stand-in without a language model. You said: what is the time?'
    expect(offlineReply('what is the time?')).toEqual({ kind: 'text', text })
    expect(offlineReply('say')).toMatchObject({ text: expect.stringContaining('You said: say') })
  })

  it('waits, but not for ever', () => {
    expect(offlineReply('wait 2 seconds')).toMatchObject({ kind: 'wait', ms: 2000 })
    expect(offlineReply('wait 999')).toMatchObject({ kind: 'wait', ms: 600_000 })
    expect(offlineReply('wait 9999')).toMatchObject({ kind: 'text' })
  })

  it('fails when it is told to', () => {
    expect(offlineReply('fail')).toEqual({ kind: 'fail' })
    expect(offlineReply('fail me')).toMatchObject({ kind: 'text' })
  })

  it('does not obey words that were passed on', () => {
    const origin = { provider: 'telegram', trust: 'owner', forwarded: true } as const
    const wrapped = wrapUserText({ role: 'user', text: 'say yes', boundary: '00c0ffee', origin })
    expect(offlineReply(wrapped)).toEqual({
      kind: 'text',
      text: 'I am offline/obedient, a stand-in without a language model. You passed on: say yes',
    })
  })
})
