import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLogLine } from './parse-log-line.ts'

const parsed = (line: object | string) =>
  parseLogLine(typeof line === 'string' ? line : JSON.stringify(line), 7)

describe('a line of the log', () => {
  it('in the shape of the existing Clawdbot has time, level, source and message (peers 1.7)', () => {
    const line = {
      0: '{"subsystem":"gateway/channels"}',
      1: 'telegram connected',
      _meta: { logLevelId: 3, logLevelName: 'INFO', date: '2026-01-06T10:00:00.000Z' },
      time: '2026-01-06T10:00:00.000Z',
    }
    expect(parsed(line)).toEqual({
      sequence: 7,
      time: '2026-01-06T10:00:00.000Z',
      level: 'info',
      source: 'gateway/channels',
      message: 'telegram connected',
    })
  })

  it('of a module has its message before its object', () => {
    const line = { 0: '{"module":"cron"}', 1: { jobs: 2 }, 2: 'started', _meta: { logLevelName: 'DEBUG' } }
    expect(parsed(line)).toMatchObject({
      source: 'cron',
      level: 'debug',
      message: 'started {"jobs":2}',
      time: '',
    })
  })

  it('of its successor has a message of its own', () => {
    expect(parsed({ message: 'hello', time: 'now', _meta: { logLevelName: 'WARN' } })).toMatchObject({
      level: 'warn',
      message: 'hello',
    })
  })

  it('is known by the name of its level, never by the number, which the existing Clawdbot inverts', () => {
    expect(parsed({ 0: 'x', _meta: { logLevelId: 6, logLevelName: 'TRACE' } }).level).toBe('trace')
    expect(parsed({ 0: 'x', _meta: { logLevelId: 6 } }).level).toBe('unknown')
  })

  it('that only begins with a brace keeps it', () => {
    expect(parsed({ 0: '{not json' })).toMatchObject({ source: '', message: '{not json' })
  })

  it('that is not JSON is shown as it is', () => {
    expect(parsed('plain output')).toMatchObject({ level: 'unknown', message: 'plain output', source: '' })
  })

  it('never throws, and is bounded, whatever is in it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ maxLength: 10_000 })), (text) => {
        const { message, source, time } = parseLogLine(text, 1)
        return message.length <= 4_000 && source.length <= 100 && time.length <= 40
      }),
    )
    // In one line there is room for more depth than the stack of Node 20 can write down again.
    const deep = `{"0":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    expect(parseLogLine(deep, 1).message.length).toBeLessThanOrEqual(4_000)
    expect(parsed('z'.repeat(100_000)).message).toHaveLength(4_000)
  })
})
