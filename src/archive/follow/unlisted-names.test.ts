import { describe, expect, it } from 'vitest'
import { auditNames, possibleLogNames } from './unlisted-names.ts'

const NOW = Date.UTC(2026, 0, 6, 12)

describe('files of a folder that may not be listed', () => {
  it('are the days of last year, this and the next for a log with a date', () => {
    const names = possibleLogNames('/home/owner/clawdbot-YYYY-MM-DD.log', NOW)
    expect(names).toHaveLength(3 * 365)
    expect(names.at(0)).toBe('clawdbot-2025-01-01.log')
    expect(names).toContain('clawdbot-2026-01-06.log')
    expect(names.at(-1)).toBe('clawdbot-2027-12-31.log')
  })

  it('have every day of a leap year', () => {
    const names = possibleLogNames('/x/YYYY-MM-DD.log', Date.UTC(2028, 5, 1))
    expect(names).toContain('2028-02-29.log')
    expect(new Set(names).size).toBe(365 + 366 + 365)
  })

  it('are the one name for a log without a date', () => {
    expect(possibleLogNames('/home/owner/clawdbot.log', NOW)).toEqual(['clawdbot.log'])
  })

  it('are numbered for the audit, also where some were removed', () => {
    const there = new Set(['log-000001.jsonl', 'log-000003.jsonl', 'log-000090.jsonl', 'log-000300.jsonl'])
    expect(auditNames((name) => there.has(name))).toEqual([
      'log-000001.jsonl',
      'log-000003.jsonl',
      'log-000090.jsonl',
    ])
    expect(auditNames(() => false)).toEqual([])
  })
})
