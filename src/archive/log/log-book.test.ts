import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArchiveLogFilter, LogRow, LogViewState } from '../../shared/contracts/archive-log.ts'
import { textMatcher, textOf } from '../../shared/log/match-text.ts'
import { parseLogObject } from '../../shared/log/parse-log-line.ts'
import { createLogBook, type LogBook } from './log-book.ts'

const EVERYTHING: ArchiveLogFilter = { minLevel: 'trace', source: '', text: '', pattern: false }

let folder: string
let file: string
let book: LogBook
let told: LogViewState[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-book-'))
  file = join(folder, 'a.log')
  begin(file)
})
afterEach(() => {
  book.stop()
  rmSync(folder, { recursive: true })
})
const begin = (logFile: string): void => {
  told = []
  book = createLogBook({ logFile, onChange: (state) => told.push(state) })
}

const ours = (message: string, level = 'INFO', source = 'gate', second = 0): string =>
  `${JSON.stringify({
    time: new Date(Date.UTC(2026, 0, 6, 10, 0, second)).toISOString(),
    0: JSON.stringify({ subsystem: source }),
    1: message,
    2: { event: `telegram:42:${message}`, session: 'telegram:dm:42' },
    _meta: { logLevelId: 3, logLevelName: level, name: 'clawdbot' },
  })}\n`
const theirs = (message: string, level = 'INFO'): string =>
  `${JSON.stringify({
    0: '{"module":"cron"}',
    1: { jobs: 2 },
    2: message,
    _meta: { logLevelName: level, path: { fullFilePath: 'x' } },
    time: '2026-01-06T10:00:00.000Z',
  })}\n`
const successors = (message: string): string =>
  `${JSON.stringify({ 0: '{"subsystem":"gw"}', 1: message, _meta: { logLevelName: 'WARN' }, time: '2026-01-06T10:00:00.000+00:00', hostname: 'h', message })}\n`

const state = (): LogViewState => {
  const now = book.state()
  if (now === null) throw new Error('no view is open')
  return now
}
const open = async (filter: Partial<ArchiveLogFilter> = {}): Promise<LogViewState> => {
  book.open({ ...EVERYTHING, ...filter })
  await book.look()
  return state()
}
const all = (): readonly LogRow[] => book.page(state().view, state().first, state().total)
const messages = (): readonly string[] => all().map(({ message }) => message)

describe('the log as one list', () => {
  it('has the lines of every shape with their levels and sources, and those of none as they are (peers 1.7)', async () => {
    writeFileSync(file, `${ours('a', 'WARN')}${theirs('b', 'DEBUG')}${successors('c')}not JSON\n{"torn\n`)
    await open()
    expect(all().map(({ level, source, message }) => [level, source, message])).toEqual([
      ['warn', 'gate', 'a'],
      ['debug', 'cron', 'b'],
      ['warn', 'gw', 'c'],
      ['unknown', '', 'not JSON'],
      ['unknown', '', '{"torn'],
    ])
    expect(all()[0]).toMatchObject({ event: 'telegram:42:a', session: 'telegram:dm:42', number: 0 })
    expect(state().sources).toEqual(['cron', 'gate', 'gw'])
  })

  it('waits for the other half of a line, and for a log that is not there yet', async () => {
    await open()
    expect(state()).toMatchObject({ total: 0, all: 0, searching: false })
    const [line, next] = [ours('a'), ours('b')]
    writeFileSync(file, line + next.slice(0, 20))
    await book.look()
    expect(messages()).toEqual(['a'])
    appendFileSync(file, next.slice(20))
    await book.look()
    expect(messages()).toEqual(['a', 'b'])
  })

  it('leaves a line of more than 1 MiB out, counts it, and has all others', async () => {
    writeFileSync(file, `${ours('a')}${'x'.repeat(3 * 1024 * 1024)}\n\n${ours('b')}`)
    appendFileSync(file, 'y'.repeat(1024 * 1024 + 10))
    await open()
    expect(messages()).toEqual(['a', 'b'])
    expect(state().skipped).toBe(1)
    appendFileSync(file, `yy\n${ours('c')}`)
    await book.look()
    expect(messages()).toEqual(['a', 'b', 'c'])
    expect(state().skipped).toBe(2)
    const row = await book.find({ by: 'line', view: state().view, file: 'a.log', line: 6 })
    expect(row).toBe(2)
  })

  it.each([
    ['cut', () => truncateSync(file, 0)],
    ['removed', () => rmSync(file)],
    [
      'replaced',
      () => {
        renameSync(file, `${file}.1`)
        writeFileSync(file, '')
      },
    ],
  ])('begins anew when its file is %s, and says how many lines went with it', async (_what, change) => {
    writeFileSync(file, ours('a') + ours('b'))
    const before = await open()
    change()
    await book.look()
    appendFileSync(file, ours('c'))
    await book.look()
    expect(messages()).toEqual(['c'])
    expect(state()).toMatchObject({ gone: 2, all: 1 })
    expect(state().view).toBeGreaterThan(before.view)
    expect(() => book.page(before.view, 0, 1)).toThrow('no longer open')
  })

  it('sees that a file was written anew in place, although it is longer than it was', async () => {
    writeFileSync(file, ours('a'))
    await open()
    writeFileSync(file, ours('other') + ours('more'))
    await book.look()
    expect(messages()).toEqual(['other', 'more'])
  })

  it('goes over all dated files in the order of their dates, also one of an earlier day that comes later', async () => {
    book.stop()
    const dated = join(folder, 'x-YYYY-MM-DD.log')
    begin(dated)
    const day = (date: string): string => dated.replace('YYYY-MM-DD', date)
    writeFileSync(day('2026-01-06'), ours('b'))
    writeFileSync(day('2026-01-07'), ours('c'))
    writeFileSync(join(folder, 'x-2026-01-066.log'), ours('no'))
    writeFileSync(join(folder, 'y-2026-01-06.log'), ours('no'))
    await open()
    expect(messages()).toEqual(['b', 'c'])
    writeFileSync(day('2026-01-08'), ours('d'))
    await book.look()
    expect(messages()).toEqual(['b', 'c', 'd'])
    writeFileSync(day('2026-01-05'), ours('a'))
    await book.look()
    expect(messages()).toEqual(['a', 'b', 'c', 'd'])
    rmSync(day('2026-01-05'))
    await book.look()
    expect(messages()).toEqual(['b', 'c', 'd'])
    expect(state().gone).toBe(1)
  })

  it.skipIf(process.platform === 'win32')('follows no link', async () => {
    writeFileSync(join(folder, 'private'), ours('private'))
    symlinkSync(join(folder, 'private'), file)
    expect(await open()).toMatchObject({ all: 0 })
  })
})

describe('a view of the log', () => {
  const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
  const fill = (count: number): void => {
    let text = ''
    for (let at = 0; at < count; at += 1)
      text += ours(`line ${String(at)}`, levels[at % 6] ?? '', at % 2 === 0 ? 'gate' : 'agent', at)
    appendFileSync(file, text)
  }

  it('shows a level and worse by the name of the level, whatever its number, and always what has none', async () => {
    writeFileSync(file, `${ours('a', 'ERROR')}${ours('b', 'INFO')}x\n${ours('c', 'FATAL')}`)
    await open({ minLevel: 'warn' })
    expect(messages()).toEqual(['a', 'x', 'c'])
  })

  it('is not deceived by a line that was logged with a level among its fields', async () => {
    const line = {
      0: '{"subsystem":"gate"}',
      1: 'x',
      2: { logLevelName: 'FATAL' },
      _meta: { logLevelName: 'INFO' },
    }
    writeFileSync(file, `${JSON.stringify(line)}\n${JSON.stringify({ 0: 'y "logLevelName":"FATAL"' })}\n`)
    await open({ minLevel: 'error' })
    expect(messages()).toEqual(['y "logLevelName":"FATAL"'])
  })

  it('finds older lines later without giving the rows that are there other numbers', async () => {
    fill(3_000)
    await open()
    const first = book.open({ ...EVERYTHING, text: 'LINE 1' })
    expect(first.searching).toBe(true)
    await book.look()
    expect(state()).toMatchObject({ first: -state().total, searching: false })
    const known = all()
    fill(200)
    await book.look()
    expect(book.page(state().view, state().first, known.length)).toEqual(known)
    expect(messages().filter((message) => !message.includes('line 1'))).toEqual([])
    expect(book.page(state().view, 0, 500)).toHaveLength(111)
  })

  it('shows what a filter that reads every line shows, whatever the filter and the lines', async () => {
    const word = fc.constantFrom(
      'kiss',
      'a"b',
      'ü',
      '\u212aelvin',
      'ok',
      '\\',
      'x/y',
      'event',
      '{',
      '}',
      '12',
      'AbC',
    )
    const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '))
    const pattern = fc.constantFrom(
      'ki+s',
      'a.b',
      '(ok|12)',
      'x.y$',
      '[a-c]bc',
      'kelvin',
      'ev(en)?t',
      'ab?c',
      '\\d{2}',
    )
    const wanted = fc.oneof(
      text.map((each) => ({ text: each.slice(0, 5), pattern: false })),
      pattern.map((each) => ({ text: each, pattern: true })),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 60 }), wanted, async (lines, filter) => {
        writeFileSync(file, lines.map((each, at) => (at % 3 === 0 ? theirs(each) : ours(each))).join(''))
        await open(filter)
        const matches = textMatcher(filter.text, filter.pattern ? 'pattern' : 'text')
        const expected = lines.map((each, at) => parseLogObject(at % 3 === 0 ? theirs(each) : ours(each)))
        expect(messages()).toEqual(
          expected.filter((line) => matches(textOf(line))).map(({ message }) => message),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('refuses what is no pattern, says why, and leaves the view as it was', async () => {
    fill(3)
    const before = await open()
    expect(() => book.open({ ...EVERYTHING, text: '(', pattern: true })).toThrow('missing closing )')
    expect(() => book.open({ ...EVERYTHING, text: '(?=a)', pattern: true })).toThrow('no regular expression')
    expect(state()).toEqual(before)
  })

  it('takes a pattern that would hang a backtracking engine', async () => {
    writeFileSync(file, ours(`${'a'.repeat(15_000)}!`))
    expect(await open({ text: '(a+)+$', pattern: true })).toMatchObject({ total: 0 })
  })

  it('leads to the next and the previous error, to a line, a moment and an event', async () => {
    fill(600)
    const { view } = await open()
    expect(book.seek({ view, from: 5, direction: 'next', level: 'error' })).toBe(10)
    expect(book.seek({ view, from: 10, direction: 'previous', level: 'error' })).toBe(5)
    expect(book.seek({ view, from: 599, direction: 'next', level: 'error' })).toBeNull()
    expect(await book.find({ by: 'number', view, number: 77 })).toBe(77)
    expect(await book.find({ by: 'line', view, file, line: 78 })).toBe(77)
    expect(await book.find({ by: 'time', view, at: Date.UTC(2026, 0, 6, 10, 0, 77) })).toBe(77)
    expect(await book.find({ by: 'event', view, event: 'telegram:42:line 77' })).toBe(77)
    expect(await book.find({ by: 'event', view, event: 'telegram:42:line' })).toBeNull()
    const errors = await open({ minLevel: 'fatal' })
    const near = await book.find({ by: 'number', view: errors.view, number: 78 })
    expect(book.page(errors.view, near ?? 0, 1)[0]?.message).toBe('line 77')
  })

  it('tells of what is written while it is open, and of nothing once it is closed', async () => {
    await open()
    fill(10)
    await expect.poll(() => told.at(-1)?.total, { timeout: 30_000 }).toBe(10)
    book.close()
    const count = told.length
    fill(10)
    await book.look()
    expect(told).toHaveLength(count)
  })

  it('never shows other rows than are in the file, however it is written to, cut and replaced', async () => {
    const act = fc.oneof(
      fc.integer({ min: 1, max: 80 }).map((lines) => ({ act: 'append' as const, lines })),
      fc.constantFrom({ act: 'cut' as const }, { act: 'replace' as const }, { act: 'look' as const }),
    )
    let next = 0
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        let lines: string[] = []
        writeFileSync(file, '')
        await open()
        for (const step of acts) {
          if (step.act === 'append') {
            const fresh = Array.from({ length: step.lines }, () => `n${String((next += 1))}`)
            lines.push(...fresh)
            appendFileSync(file, fresh.map((each) => ours(each)).join(''))
          } else if (step.act === 'look') await book.look()
          else {
            if (step.act === 'replace') renameSync(file, `${file}.old`)
            writeFileSync(file, '')
            lines = []
          }
        }
        await book.look()
        await book.look()
        expect(messages()).toEqual(lines)
      }),
      { numRuns: 40 },
    )
  })
})
