import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { secretTag } from '../../shared/log/secret-tag.ts'
import { createRedactor } from '../../shared/redact/redactor.ts'
import { clean } from './clean.ts'

const SECRETS = ['correct-horse-battery', '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0']
const options = { redact: createRedactor({ secrets: SECRETS, tag: secretTag, purpose: 'model' }) }

const scattered = (secret: string, between: string): string => secret.split('').join(between)

describe('a secret in what a tool gave', () => {
  const unseen: Readonly<Record<string, string>> = {
    'zero-width spaces': '\u200b',
    'zero-width joiners': '\u200d',
    'soft hyphens': '\u00ad',
    'variation selectors': '\ufe0f',
    'word joiners and bidirectional marks': '\u2060\u202e\u2066',
    'grapheme joiners': '\u034f',
    tags: '\u{e0041}',
    zeroes: '\0',
    colours: '\u001b[31m',
    'colours and zero-width spaces': '\u001b[31m\u200b',
    'backspaces and bells': '\b\u0007',
  }
  for (const [name, between] of Object.entries(unseen)) {
    it(`is taken out with ${name} between its letters`, () => {
      for (const secret of SECRETS)
        expect(clean(`a ${scattered(secret, between)} b`, options)).toContain(`‹secret:${secretTag(secret)}›`)
    })
  }

  it('is taken out whatever of these stands between which of its letters', () => {
    const between = fc.constantFrom('', '', ...Object.values(unseen))
    const [secret = ''] = SECRETS
    fc.assert(
      fc.property(fc.array(between, { minLength: secret.length, maxLength: secret.length }), (gaps) => {
        const text = secret
          .split('')
          .map((letter, index) => letter + (gaps[index] ?? ''))
          .join('')
        expect(clean(`x ${text} y`, options)).toContain(`‹secret:${secretTag(secret)}›`)
      }),
    )
  })
})

describe('a text without a secret', () => {
  it('shows what was hidden in it, and keeps its emoji', () => {
    expect(clean('a\u202eb 👩\u200d🚀 ❤\ufe0f', options)).toBe('a‹U+202E›b 👩\u200d🚀 ❤\ufe0f')
  })
})
