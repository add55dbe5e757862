import { describe, expect, test } from 'vitest'
import { isImageName, splitReference } from './image-name.ts'
import { readProgress, shownLines } from './progress.ts'

describe('a line of Docker’s progress', () => {
  test.each([
    ['{"stream":"Step 1/3 : FROM x\\n"}', ['Step 1/3 : FROM x']],
    [
      '{"status":"Pulling from library/debian","id":"bookworm-slim"}',
      ['bookworm-slim: Pulling from library/debian'],
    ],
    ['{"status":"Downloading","progressDetail":{"current":1,"total":2},"id":"ab"}', []],
    ['{"status":"Download complete","progressDetail":{},"id":"ab"}', ['ab: Download complete']],
    ['{"aux":{"ID":"sha256:ab"}}', []],
    ['{"stream":"one\\r\\ntwo\\rthree\\n\\n"}', ['one', 'two', 'three']],
    ['no JSON', ['no JSON']],
    ['[1]', ['[1]']],
  ])('%j is shown as %j', (line, lines) => {
    expect(readProgress(line)).toEqual({ kind: 'lines', lines })
  })

  test('that is an error ends it with the reason', () => {
    const line = '{"errorDetail":{"message":"no"},"error":"no such\\u001b[31m host"}'
    expect(readProgress(line)).toEqual({ kind: 'failed', why: 'no such host' })
    const whole = '{"message":"Get \\"https://example.test\\": no such host"}'
    expect(readProgress(whole)).toEqual({ kind: 'failed', why: 'Get "https://example.test": no such host' })
  })

  test('moves no cursor, sets no title, hides nothing, and has an end', () => {
    const [line] = shownLines(`\u001b]0;title\u0007\u001b[2Jplain\u0000 \u202Eback ${'x'.repeat(10_000)}`)
    expect(line).toMatch(/^plain ‹U\+202E›back x+$/)
    expect(line).toHaveLength(300)
  })
})

describe('the name of an image', () => {
  test.each([
    ['debian', ['debian', 'latest']],
    ['debian:bookworm-slim', ['debian', 'bookworm-slim']],
    ['localhost:5000/box', ['localhost:5000/box', 'latest']],
    ['localhost:5000/team/box:2', ['localhost:5000/team/box', '2']],
  ])('%s is %j', (image, parts) => {
    expect(isImageName(image)).toBe(true)
    expect(splitReference(image)).toEqual(parts)
  })

  test.each([
    '',
    '../containers',
    'a/../b',
    'box?x=1',
    'box#x',
    'Box Two',
    '/box',
    'box/',
    `b${'o'.repeat(300)}x`,
  ])('%j is none', (image) => expect(isImageName(image)).toBe(false))
})
