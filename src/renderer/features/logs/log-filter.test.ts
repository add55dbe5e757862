import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../../shared/contracts/app-state.ts'
import { compileFilter, type LogFilter, showAll, withLevel } from './log-filter.ts'

const line = (changed: Partial<LogLine> = {}): LogLine => ({
  sequence: 1,
  time: '',
  level: 'info',
  source: 'gate',
  message: 'Accepted 811204553',
  ...changed,
})

const matches = (filter: Partial<LogFilter>, given: LogLine): boolean =>
  compileFilter({ ...showAll, ...filter })(given)

describe('the filter of the log', () => {
  it('shows a level and what is worse', () => {
    expect(matches({ level: 'warn' }, line({ level: 'info' }))).toBe(false)
    expect(matches({ level: 'warn' }, line({ level: 'warn' }))).toBe(true)
    expect(matches({ level: 'warn' }, line({ level: 'fatal' }))).toBe(true)
  })

  it('never hides a line without a known level by its level', () => {
    expect(matches({ level: 'fatal' }, line({ level: 'unknown' }))).toBe(true)
    const lines = [line({ level: 'info' }), line({ level: 'unknown' }), line({ level: 'error' })]
    expect(withLevel(lines, 'warn').map(({ level }) => level)).toEqual(['unknown', 'error'])
  })

  it('shows one source, exactly', () => {
    expect(matches({ source: 'gate' }, line())).toBe(true)
    expect(matches({ source: 'gate' }, line({ source: 'gateway' }))).toBe(false)
  })

  it('finds text whatever its case, and takes it literally', () => {
    expect(matches({ text: 'ACCEPTED' }, line())).toBe(true)
    expect(matches({ text: 'a.c' }, line())).toBe(false)
  })
})
