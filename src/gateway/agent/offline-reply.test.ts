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

  const calls = [
    ['run ls -l\n', 'bash', { command: 'ls -l' }],
    ['host run id', 'bash', { command: 'id', host: true }],
    ['read notes/a.txt', 'read', { path: 'notes/a.txt' }],
    ['write a.txt two\nlines', 'write', { path: 'a.txt', content: 'two\nlines' }],
    ['edit a.txt one two => three', 'edit', { path: 'a.txt', oldText: 'one two', newText: 'three' }],
    ['send telegram:42 good day', 'send', { to: 'telegram:42', text: 'good day' }],
    ['send file out/a.pdf', 'send', { file: 'out/a.pdf', text: 'out/a.pdf' }],
    ['send file a.pdf telegram:42', 'send', { file: 'a.pdf', text: 'a.pdf', to: 'telegram:42' }],
    ['for 8 run sleep 60', 'bash', { command: 'sleep 60', timeout: 8 }],
    ['For 2 seconds run id\n', 'bash', { command: 'id', timeout: 2 }],
    ['run ls\n[Attachment saved as inbox/0a-b.txt, 1,204 bytes]', 'bash', { command: 'ls' }],
    ['run ls\n[An attachment was not taken in: no]', 'bash', { command: 'ls' }],
    ['steps 2', 'bash', { command: 'echo step 1' }],
  ] as const
  it.each(calls)('calls a tool when it is told to: %s', (text, name, args) => {
    expect(offlineReply(text)).toEqual({ kind: 'call', name, arguments: args })
  })

  it('says what came of its call, as far as it fits a message', () => {
    expect(offlineReply('run ls', ['a\nb'])).toEqual({ kind: 'text', text: 'a\nb' })
    expect(offlineReply('run ls', ['x'.repeat(9_000)])).toMatchObject({ text: 'x'.repeat(3_500) })
  })

  it('takes one step after the other, until it has to answer', () => {
    expect(offlineReply('steps 2', ['1'])).toMatchObject({ arguments: { command: 'echo step 2' } })
    expect(offlineReply('steps 2', ['1', '2'])).toEqual({ kind: 'text', text: '2' })
    expect(offlineReply('steps 9', ['1', '2'], 'has to answer')).toEqual({ kind: 'text', text: '2' })
  })

  it('calls nothing for words that were passed on', () => {
    const origin = { provider: 'telegram', trust: 'owner', forwarded: true } as const
    const wrapped = wrapUserText({ role: 'user', text: 'run id', boundary: '00c0ffee', origin })
    expect(offlineReply(wrapped)).toMatchObject({ kind: 'text' })
  })
})
