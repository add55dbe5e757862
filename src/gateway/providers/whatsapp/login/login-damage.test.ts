import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasLogin, wipeLogin } from './login-store.ts'
import { linkedLogin, openLogin, tempFolder } from './testing/logged-in.ts'

const fileIn = (folder: string): string => join(folder, 'login.jsonl')

describe('a file that is not whole', () => {
  test('without what a crash left of a replacement, which nobody was told of', () => {
    const folder = tempFolder()
    linkedLogin(folder).close()
    writeFileSync(`${fileIn(folder)}.new`, 'half a file')
    openLogin(folder)
    expect(readdirSync(folder)).toEqual(['login.jsonl'])
  })

  test('loses a line that was torn at any byte, and nothing before it', async () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    await store.keys.set({ session: { a: Buffer.from('before') } })
    const { size } = statSync(fileIn(folder))
    await store.keys.set({ session: { a: Buffer.from('after'), é: Buffer.from('é') } })
    store.close()
    const whole = readFileSync(fileIn(folder))
    for (let end = size; end <= whole.length; end += 1) {
      writeFileSync(fileIn(folder), whole.subarray(0, end))
      const again = openLogin(folder)
      const expected = end === whole.length ? 'after' : 'before'
      expect(await again.keys.get('session', ['a'])).toEqual({ a: Buffer.from(expected) })
      await again.keys.set({ session: { b: Buffer.from('more') } })
      again.close()
      expect(await openLogin(folder).keys.get('session', ['b'])).toEqual({ b: Buffer.from('more') })
    }
  })

  test.each([
    ['a line that is none', 'not json\n{"keys":{}}\n', /line 4 can not be read/],
    ['a line of another kind', '{"sessions":{}}\n', /line 4 can not be read/],
    ['a line that says two things', '{"keys":{},"creds":{}}\n', /line 4 can not be read/],
    ['keys that are no keys', '{"keys":{"session":"x"}}\n', /line 4 can not be read/],
    ['a second beginning', '{"version":1}\n', /line 4 can not be read/],
    ['an empty line', '\n', /line 4 can not be read/],
    ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22, 0x0a]), /not UTF-8/],
    ['creds without keys', '{"creds":{"me":{"id":"1"}}}\n', /something is missing/],
    [
      'a private key of the wrong length',
      '{"creds":{"noiseKey":{"private":{"type":"Buffer","data":"AA=="}}}}\n',
      /something is missing/,
    ],
  ])('with %s is refused, and stays as it is', (_, added, message) => {
    const folder = tempFolder()
    linkedLogin(folder).close()
    appendFileSync(fileIn(folder), added)
    const before = readFileSync(fileIn(folder))
    const opening = (): unknown => openLogin(folder)
    expect(opening).toThrow(
      expect.objectContaining({ code: 'store_corrupt', hint: expect.stringMatching(/link it again/) }),
    )
    expect(opening).toThrow(message)
    expect(readFileSync(fileIn(folder))).toEqual(before)
    expect(hasLogin(folder)).toBe(true)
  })

  test.each([
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['without its beginning', (text: string) => text.slice(text.indexOf('\n') + 1)],
    ['without a login', (text: string) => text.slice(0, text.indexOf('\n') + 1)],
    ['without an end to its first line', () => '{"version":1}'],
  ])('%s is refused', (_, spoil) => {
    const folder = tempFolder()
    linkedLogin(folder).close()
    writeFileSync(fileIn(folder), spoil(readFileSync(fileIn(folder), 'utf8')))
    expect(() => openLogin(folder)).toThrow(expect.objectContaining({ code: 'store_corrupt' }))
  })

  test('never shows a key in what it says', () => {
    const folder = tempFolder()
    const store = linkedLogin(folder)
    const secret = store.creds().advSecretKey
    store.close()
    appendFileSync(fileIn(folder), `{"keys":{"session":{"a":${secret}}}}\n`)
    expect(() => openLogin(folder)).toThrow(
      expect.toSatisfy((error: Error) => {
        const said = `${error.message} ${error.stack} ${String(error.cause)}`
        return said.includes('line 4') && !said.includes(secret.slice(0, 8))
      }),
    )
  })

  test('that is a pipe is refused and removed, and keeps nobody waiting', () => {
    const folder = tempFolder()
    mkdirSync(folder, { recursive: true })
    execFileSync('mkfifo', [fileIn(folder)])
    expect(hasLogin(folder)).toBe(true)
    expect(() => openLogin(folder)).toThrow(/not a file/)
    wipeLogin(folder)
    expect(hasLogin(folder)).toBe(false)
  })

  test('that is a folder is refused', () => {
    const folder = tempFolder()
    mkdirSync(fileIn(folder), { recursive: true })
    expect(() => openLogin(folder)).toThrow(/not a file/)
  })
})
