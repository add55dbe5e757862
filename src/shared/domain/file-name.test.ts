import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanFileName, MAX_FILE_NAME } from './file-name.ts'

describe('the name of a file from somebody else', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\ana\\photo 1.jpg', 'photo 1.jpg'],
    ['/tmp/.ssh/', 'file'],
    ['.bashrc', 'bashrc'],
    ['--output=x', 'output=x'],
    ['. -.x', 'x'],
    ['a\u0000b\u001b[31mc\r\nd.txt', 'ab[31mc d.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['zero\u200bwidth\u2066.txt', 'zerowidth.txt'],
    ['a"; filename=b.txt', 'a__ filename=b.txt'],
    ['‮', 'file'],
    ['', 'file'],
    ['...', 'file'],
    ['naïve café.txt', 'naïve café.txt'],
  ])('%j is %j', (given, name) => {
    expect(cleanFileName(given, 'file')).toBe(name)
  })

  it('keeps its ending when it is too long', () => {
    expect(cleanFileName(`${'x'.repeat(300)}.pdf`, 'file')).toBe(`${'x'.repeat(96)}.pdf`)
    expect(cleanFileName(`${'語'.repeat(90)}.txt`, 'file')).toBe(`${'語'.repeat(65)}.txt`)
    expect(cleanFileName(`a.${'x'.repeat(300)}`, 'file')).toHaveLength(MAX_FILE_NAME)
  })

  it('is a bare name, whatever was given', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom('.', '-', '/', '\\', ' ', '\n', '\u202e', 'a', '語', '🙂', '\u200d'),
      }),
    )
    fc.assert(
      fc.property(text, (given) => {
        const name = cleanFileName(given, 'file')
        expect(name).not.toMatch(/[/\\]|^[.\- ]|[. ]$|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(name.length).toBeGreaterThan(0)
        expect(name.length).toBeLessThanOrEqual(MAX_FILE_NAME)
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200)
        expect(cleanFileName(name, 'file')).toBe(name)
      }),
      { numRuns: 2_000 },
    )
  })
})
