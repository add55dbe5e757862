import { describe, expect, it } from 'vitest'
import { withoutEcho } from './without-echo.ts'

const said = 'my grandmother’s PIN is 4711, "please" keep it'

describe('a failure’s detail', () => {
  it.each([
    ['as it is', `HTTP 400: bad prompt: ${said}`, 'HTTP 400: bad prompt: ‹message text›'],
    ['as JSON', `{"input":${JSON.stringify(said)}}`, '{"input":"‹message text›"}'],
    [
      'as JSON in ASCII',
      `{"input":"${JSON.stringify(said).slice(1, -1).replace('’', '\\u2019')}"}`,
      '{"input":"‹message text›"}',
    ],
    ['cut', `bad: ${said.slice(0, 30)}`, 'bad: ‹message text›'],
  ])('does not repeat what somebody wrote, %s', (_how, detail, expected) => {
    expect(withoutEcho(detail, ['hello', said])).toBe(expected)
  })

  it('does not repeat a short message', () => {
    expect(withoutEcho('refused: 4711!', ['4711'])).toBe('refused: ‹message text›!')
  })

  it('keeps what the server says itself', () => {
    const detail = 'HTTP 529: Overloaded at https://api.example'
    expect(withoutEcho(detail, [said, 'hi'])).toBe(detail)
  })
})
