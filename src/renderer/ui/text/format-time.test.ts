import { describe, expect, it } from 'vitest'
import {
  clockSeconds,
  dayTime,
  duration,
  isSameDay,
  logTime,
  megabytes,
  shareLeft,
  timeLeft,
} from './format-time.ts'

const at = Date.UTC(2026, 10, 22, 14, 2, 7, 31)

describe('times on the screen', () => {
  it('show the clock today, the day before, and the year where it is another', () => {
    expect(dayTime(at, at + 1000, 'utc')).toBe('14:02')
    expect(dayTime(at, at + 86_400_000, 'utc')).toBe('22 Nov 14:02')
    expect(dayTime(at, at + 365 * 86_400_000, 'utc')).toBe('22 Nov 2026 14:02')
    expect(clockSeconds(at, 'utc')).toBe('14:02:07')
  })

  it('of a log have milliseconds, and stay as they are when they are no times', () => {
    expect(logTime('2026-11-22T14:02:07.031Z', 'utc')).toBe('14:02:07.031')
    expect(logTime('2026-11-22T16:02:07.031+02:00', 'utc')).toBe('14:02:07.031')
    expect(logTime('yesterday', 'utc')).toBe('yesterday')
  })

  it('change the day at midnight', () => {
    const midnight = Date.UTC(2026, 10, 23)
    expect(isSameDay(midnight - 1, midnight, 'utc')).toBe(false)
    expect(isSameDay(midnight, midnight + 86_399_999, 'utc')).toBe(true)
  })
})

describe('spans on the screen', () => {
  it('are said in two units at most', () => {
    expect([-5, 8000, 720_000, 11_520_000, 187_200_000].map(duration)).toEqual([
      '0 s',
      '8 s',
      '12 m',
      '3 h 12 m',
      '2 d 4 h',
    ])
  })

  it('that are left count up to the last second, and never below none', () => {
    expect(timeLeft(0, 51 * 60_000, 0)).toBe('51 min left')
    expect(timeLeft(0, 50 * 60_000 + 1, 0)).toBe('51 min left')
    expect(timeLeft(0, 59_001, 0)).toBe('60 s left')
    expect(timeLeft(0, 0, 0)).toBe('expired')
    expect(timeLeft(0, 0, 5)).toBe('expired')
  })

  it('are never more than there was at first, also where the clock of the window is behind', () => {
    expect(timeLeft(1_000, 301_000, 1)).toBe('5 min left')
  })

  it('are a share between none and all', () => {
    expect(shareLeft(0, 100, 25)).toBe(0.75)
    expect(shareLeft(0, 100, -50)).toBe(1)
    expect(shareLeft(0, 100, 500)).toBe(0)
    expect(shareLeft(5, 5, 5)).toBe(0)
  })

  it('of memory are whole megabytes', () => {
    expect(megabytes(84_300_000)).toBe('84 MB')
  })
})
