import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLineFile, readLines } from './line-file.ts'

let folder = ''
let path = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'line-file-'))
  path = join(folder, 'deep', 'a.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('a line file', () => {
  test('is made for the owner alone', () => {
    const file = openLineFile(path)
    file.append('one')
    file.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700)
  })

  test('keeps its lines over a reopening', () => {
    const first = openLineFile(path)
    first.append('één')
    first.close()
    const second = openLineFile(path)
    second.append('two')
    expect(second.size()).toBe(statSync(path).size)
    second.close()
    expect(readLines(path)).toEqual({ lines: ['één', 'two'], torn: false })
  })

  test('loses a torn last line and nothing else, also when it was torn within a character', () => {
    openLineFile(path).close()
    appendFileSync(path, 'one\ntwo\n')
    appendFileSync(path, Buffer.from('thré').subarray(0, 5))
    expect(readLines(path)).toEqual({ lines: ['one', 'two'], torn: true })
    const file = openLineFile(path)
    file.append('three')
    file.close()
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n')
  })

  test('refuses bytes that are no text', () => {
    openLineFile(path).close()
    writeFileSync(path, Buffer.from([0x6f, 0xff, 0x0a]))
    expect(() => readLines(path)).toThrow(TypeError)
  })

  test('is replaced as a whole and goes on', () => {
    const file = openLineFile(path)
    for (let n = 0; n < 100; n += 1) file.append(`line ${n}`)
    file.replace(['kept'])
    file.append('new')
    expect(file.size()).toBe('kept\nnew\n'.length)
    file.close()
    expect(readLines(path).lines).toEqual(['kept', 'new'])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('does not follow a link to somewhere else', () => {
    const target = join(folder, 'target')
    writeFileSync(target, '')
    const link = join(folder, 'link')
    symlinkSync(target, link)
    expect(() => openLineFile(link)).toThrow(/ELOOP/)
  })

  test('a file that is not there has no lines', () => {
    expect(readLines(join(folder, 'nothing'))).toEqual({ lines: [], torn: false })
  })
})
