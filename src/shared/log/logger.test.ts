import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { LOG_LEVELS } from '../domain/log-level.ts'
import { createRedactor } from '../redact/redactor.ts'
import { MAX_LINE } from './fit-line.ts'
import { createLogger, type Logger, type LoggerOptions } from './logger.ts'
import { secretTag } from './secret-tag.ts'

const logLine = z.object({
  time: z.iso.datetime(),
  0: z.string(),
  1: z.string(),
  2: z.record(z.string(), z.unknown()).optional(),
  _meta: z.object({
    runtime: z.literal('node'),
    runtimeVersion: z.string(),
    name: z.literal('clawdbot'),
    pid: z.number(),
    date: z.iso.datetime(),
    logLevelId: z.number(),
    logLevelName: z.string(),
  }),
})

const NOON = Date.UTC(2026, 0, 6, 12)

let folder = ''
let open: Logger[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clawdbot-log-'))
})

afterEach(() => {
  for (const logger of open) logger.close()
  open = []
  rmSync(folder, { recursive: true })
})

const start = (options: Partial<LoggerOptions> = {}): Logger => {
  const logger = createLogger({
    file: join(folder, 'clawdbot-YYYY-MM-DD.log'),
    level: 'info',
    redact: (line) => line,
    source: 'gateway',
    now: () => NOON,
    ...options,
  })
  open.push(logger)
  return logger
}

const linesOf = (name = 'clawdbot-2026-01-06.log') =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => logLine.parse(JSON.parse(line)))

describe('a line', () => {
  it('has the shape that readers of the existing Clawdbot expect', () => {
    start().child('telegram').info('connected', { attempts: 2 })
    expect(JSON.parse(readFileSync(join(folder, 'clawdbot-2026-01-06.log'), 'utf8'))).toEqual({
      0: '{"subsystem":"gateway/telegram"}',
      1: 'connected',
      2: { attempts: 2 },
      _meta: {
        runtime: 'node',
        runtimeVersion: process.versions.node,
        name: 'clawdbot',
        pid: process.pid,
        date: '2026-01-06T12:00:00.000Z',
        logLevelId: 3,
        logLevelName: 'INFO',
      },
      time: '2026-01-06T12:00:00.000Z',
    })
  })

  it('is one line whatever the message holds', () => {
    start().info('two\nlines and a \u0000 and \u2028', { text: 'a\nb' })
    expect(linesOf()[0]?.[1]).toBe('two\nlines and a \u0000 and \u2028')
  })

  it('tells an error in full: message, code, hint, stack and cause', () => {
    const cause = Object.assign(new Error('socket closed'), { code: 'ECONNRESET' })
    start().error('the model failed', { error: new Error('no answer', { cause }) })
    expect(linesOf()[0]?.[2]).toMatchObject({
      error: {
        name: 'Error',
        message: 'no answer',
        stack: expect.stringContaining('logger.test.ts'),
        cause: { message: 'socket closed', code: 'ECONNRESET' },
      },
    })
  })

  it('survives fields that JSON can not hold', () => {
    const loop: Record<string, unknown> = {
      big: 10n ** 30n,
      fn: () => 1,
      symbol: Symbol('s'),
      gone: undefined,
    }
    loop['self'] = loop
    start().warn('odd', { loop, loop2: loop })
    expect(linesOf()).toHaveLength(1)
  })

  it('is redacted as a whole, whichever field the secret is in', () => {
    const secret = 'pa"ss\\word-1'
    const logger = start({ redact: createRedactor({ secrets: [secret], tag: secretTag }), source: secret })
    logger.child(secret).info(`message ${secret}`, { [secret]: { deep: [secret] }, error: new Error(secret) })
    const text = readFileSync(join(folder, 'clawdbot-2026-01-06.log'), 'utf8')
    expect(text).not.toContain('word-1')
    expect(linesOf()[0]?.[1]).toBe(`message ‹secret:${secretTag(secret)}›`)
  })

  it('that redaction has broken is replaced, never written as it was', () => {
    const secret = ':"private'
    start({ redact: createRedactor({ secrets: [secret], tag: secretTag }) }).info('private')
    expect(readFileSync(join(folder, 'clawdbot-2026-01-06.log'), 'utf8')).toBe(
      '{"time":"2026-01-06T12:00:00.000Z","1":"(a line that was all secret)"}\n',
    )
  })

  it('goes to the file of its day even when its date is a secret', () => {
    start({ redact: createRedactor({ secrets: ['2026-01-06'], tag: secretTag }) }).info('a')
    expect(readFileSync(join(folder, 'clawdbot-2026-01-06.log'), 'utf8')).toContain('"1":"a"')
  })

  it('of more than 64 KiB is shortened, and still JSON', () => {
    start().info('x'.repeat(5 * MAX_LINE), { text: 'y'.repeat(MAX_LINE) })
    start().info('many', { list: Array.from({ length: 80_000 }, (_, index) => ({ index })) })
    const text = readFileSync(join(folder, 'clawdbot-2026-01-06.log'), 'utf8')
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(MAX_LINE)
    expect(linesOf().map((line) => line[1].slice(0, 4))).toEqual(['xxxx', 'many'])
  })
})

describe('the level', () => {
  const order = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
  for (const [index, level] of LOG_LEVELS.entries()) {
    // The existing Clawdbot inverts them: its `fatal` writes everything, its `trace` errors only (peers 1.7).
    it(`${level} writes ${order.slice(0, index).join(', ') || 'nothing'} and nothing below`, () => {
      const logger = start({ level })
      for (const each of order) logger.child('part')[each](each)
      const expected = order.slice(0, index)
      expect(
        existsSync(join(folder, 'clawdbot-2026-01-06.log')) ? linesOf().map((line) => line[1]) : [],
      ).toEqual(expected)
      expect(linesOf().map((line) => line['_meta'].logLevelName)).toEqual(
        expected.map((each) => each.toUpperCase()),
      )
    })
  }
})

describe('the file', () => {
  it('is 0600 in a folder of 0700', () => {
    start({ file: join(folder, 'made', 'x.log') }).info('a')
    expect(statSync(join(folder, 'made', 'x.log')).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'made')).mode & 0o777).toBe(0o700)
  })

  it('that an earlier version left readable for all is restricted', () => {
    writeFileSync(join(folder, 'x.log'), '')
    chmodSync(join(folder, 'x.log'), 0o644)
    start({ file: join(folder, 'x.log') }).info('a')
    expect(statSync(join(folder, 'x.log')).mode & 0o777).toBe(0o600)
  })

  it('changes with the UTC date of the line', () => {
    let now = Date.UTC(2026, 0, 6, 23, 59, 59, 999)
    const logger = start({ now: () => now })
    logger.info('before')
    now += 1
    logger.info('after')
    expect(linesOf('clawdbot-2026-01-06.log').map((line) => line[1])).toEqual(['before'])
    expect(linesOf('clawdbot-2026-01-07.log').map((line) => line[1])).toEqual(['after'])
  })

  it('is never a symbolic link', () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'x.log'))
    expect(() => start({ file: join(folder, 'x.log') })).toThrow('symbolic link')
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
  })

  it('is never a second name of another file', () => {
    writeFileSync(join(folder, 'other'), 'theirs')
    linkSync(join(folder, 'other'), join(folder, 'x.log'))
    expect(() => start({ file: join(folder, 'x.log') })).toThrow('second name')
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('theirs')
  })

  it('that turns into a link while we run loses lines, and does not follow it', () => {
    const path = join(folder, 'x.log')
    const logger = start({ file: path })
    unlinkSync(path)
    symlinkSync(join(folder, 'elsewhere'), path)
    logger.info('lost')
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
  })

  it('is written by several processes at once without one line broken', async () => {
    const script = join(folder, 'writer.ts')
    writeFileSync(
      script,
      `import { createLogger } from ${JSON.stringify(new URL('./logger.ts', import.meta.url).href)}
       const log = createLogger({ file: ${JSON.stringify(join(folder, 'x.log'))}, level: 'info', redact: (l) => l, source: 'w' })
       for (let i = 0; i < 500; i += 1) log.info('line', { i, text: 'x'.repeat(i * 10) })`,
    )
    await Promise.all(
      [1, 2, 3].map(async () => {
        const child = spawn(process.execPath, [script], { stdio: 'inherit' })
        expect(await once(child, 'exit')).toEqual([0, null])
      }),
    )
    expect(linesOf('x.log')).toHaveLength(1500)
  })
})

describe('trouble with the disk', () => {
  it('a file that was removed is made again', () => {
    const logger = start()
    logger.info('one')
    unlinkSync(join(folder, 'clawdbot-2026-01-06.log'))
    logger.info('two')
    expect(linesOf().map((line) => line[1])).toEqual(['two'])
  })

  it('a file that was moved away is left, and a new one begun', () => {
    const logger = start({ file: join(folder, 'x.log') })
    logger.info('one')
    renameSync(join(folder, 'x.log'), join(folder, 'x.log.1'))
    logger.info('two')
    expect(linesOf('x.log.1').map((line) => line[1])).toEqual(['one'])
    expect(linesOf('x.log').map((line) => line[1])).toEqual(['two'])
  })

  it('lines that could not be written are counted, and reported by the next one that can', () => {
    const path = join(folder, 'x.log')
    const logger = start({ file: path, level: 'error' })
    unlinkSync(path)
    symlinkSync('/dev/null', path)
    logger.error('lost 1')
    logger.error('lost 2')
    unlinkSync(path)
    logger.error('back')
    expect(linesOf('x.log').map((line) => [line[1], line[2]])).toEqual([
      ['back', undefined],
      ['lines were lost: the log could not be written', { lines: 2, why: 'log_unsafe' }],
    ])
  })

  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'a full disk loses lines, not the process, and no line is torn',
    () => {
      const mount = join(folder, 'full')
      mkdirSync(mount)
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mount])
      const logger = start({ file: join(mount, 'x.log') })
      try {
        for (let index = 0; index < 400; index += 1) logger.info('fill', { text: 'x'.repeat(500) })
        const kept = readFileSync(join(mount, 'x.log'), 'utf8').split('\n').slice(0, -1)
        for (const line of kept) logLine.parse(JSON.parse(line))
        // Room again.
        truncateSync(join(mount, 'x.log'), kept.join('\n').length - 20_000)
        logger.info('back')
        const lines = readFileSync(join(mount, 'x.log'), 'utf8').trim().split('\n').slice(-2)
        expect(lines.map((line) => logLine.parse(JSON.parse(line))[1])).toEqual([
          'back',
          'lines were lost: the log could not be written',
        ])
      } finally {
        logger.close()
        execFileSync('/bin/umount', [mount])
      }
    },
  )

  it.skipIf(!existsSync('/dev/full'))('a device that is always full does not throw', () => {
    expect(() => start({ file: '/dev/full' })).toThrow('not a file')
  })

  it('a closed log takes no more lines and does not throw', () => {
    const logger = start()
    logger.close()
    logger.info('late')
    logger.close()
    expect(linesOf()).toEqual([])
  })
})
