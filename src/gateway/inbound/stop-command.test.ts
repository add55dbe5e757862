import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromGateway, toGateway } from '../../shared/contracts/gateway.ts'
import { isStopCommand } from './stop-command.ts'

describe('the command to stop', () => {
  test.each([
    '/stop',
    '/STOP',
    '/Stop',
    '/sToP',
    'STOP',
    ' /stop ',
    '\n/stop\r\n',
    '\tSTOP',
    '/stop@our_bot',
  ])('is %j', (text) => expect(isStopCommand(text, 'our_bot')).toBe(true))

  test.each([
    ['the word in another case', 'stop'],
    ['the word in another case', 'Stop'],
    ['more words', 'please /stop'],
    ['more words', '/stop it'],
    ['more words', '/stop now'],
    ['more words', 'STOP!'],
    ['more words', '"/stop"'],
    ['more words', '> /stop'],
    ['a second line', '/stop\n/stop'],
    ['a second line', 'he said:\n/stop'],
    ['nothing', ''],
    ['nothing', '/'],
    ['another command', '/stopp'],
    ['another command', '//stop'],
    ['another command', '/ stop'],
    ['a long s', '/\u017ftop'],
    ['full width', '\uff0f\uff53\uff54\uff4f\uff50'],
    ['full width', '\uff33\uff34\uff2f\uff30'],
    ['a Cyrillic o', '/st\u043ep'],
    ['a Cyrillic Р', 'STO\u0420'],
    ['a Greek omicron', 'ST\u039fP'],
    ['a fraction slash', '\u2044stop'],
    ['a zero-width space', '/stop\u200b'],
    ['a zero-width joiner', '/st\u200dop'],
    ['a byte order mark', '\ufeff/stop'],
    ['a no-break space', '/stop\u00a0'],
    ['a change of direction', '\u202e/stop'],
    ['an accent', '/sto\u0301p'],
    ['a NUL', '/stop\0'],
    ['another account', '/stop@other_bot'],
    ['no name', '/stop@'],
    ['more than a name', '/stop@our_bot now'],
    ['the word with a name', 'STOP@our_bot'],
    ['a look-alike of our name', '/stop@our_b\u043et'],
  ])('is not what has %s', (_what, text) => expect(isStopCommand(text, 'our_bot')).toBe(false))

  test('with a name is nothing to an account that has none', () => {
    expect(isStopCommand('/stop@our_bot', undefined)).toBe(false)
    expect(isStopCommand('/stop', undefined)).toBe(true)
  })

  test('is one word of exactly these ASCII letters, whatever else is around it', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        's',
        't',
        'o',
        'p',
        'S',
        'T',
        'O',
        'P',
        '/stop',
        'STOP',
        ' ',
        '\n',
        '@',
        '\u200b',
        'ſ',
      ),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('')
        const words = text.split(/[ \t\r\n]+/).filter((word) => word !== '')
        // Said a second time in other words: one word, of these bytes, in that order.
        const [word = ''] = words
        const letters = [...Buffer.from(word)]
        const command = [47, 83, 84, 79, 80]
        const isCommand =
          word === 'STOP' ||
          (letters.length === 5 &&
            letters.every((letter, at) => letter === command[at] || letter === (command[at] ?? 0) + 32) &&
            word.startsWith('/'))
        expect(isStopCommand(text, undefined)).toBe(words.length === 1 && isCommand)
      }),
      { numRuns: 2_000, examples: [[['/stop']], [['STOP']], [[' ', '/', 's', 'T', 'o', 'p']]] },
    )
  })
})

describe('the contract', () => {
  test('has no word by which a gateway could resume, or be told to', () => {
    for (const type of ['resume', 'lockdown.resume', 'resume-asked', 'unlock', 'approve']) {
      const message = { type, provider: 'telegram', sender: '42', reason: 'because' }
      expect(fromGateway.safeParse(message).success).toBe(false)
      expect(toGateway.safeParse(message).success).toBe(false)
    }
    const types = fromGateway.options.map(({ shape }) => shape.type.value)
    expect(types).toContain('stop-asked')
    expect(types.filter((type) => /resume|unlock|lockdown|approve/.test(type))).toEqual([])
  })
})
