import { describe, expect, it } from 'vitest'
import { parseLogPlace } from './log-place.ts'

describe('a place in the log as an address names it', () => {
  it.each([
    ['17', { by: 'number', number: 17 }],
    ['event:telegram:42:7', { by: 'event', event: 'telegram:42:7' }],
    ['clawdbot-2026-01-06.log:12', { by: 'line', file: 'clawdbot-2026-01-06.log', line: 12 }],
    ['line:C:\\logs\\a.log:3', { by: 'line', file: 'C:\\logs\\a.log', line: 3 }],
    ['2026-01-06T12:00:00Z', { by: 'time', at: Date.UTC(2026, 0, 6, 12) }],
    ['time:1767700800000', { by: 'time', at: 1_767_700_800_000 }],
  ])('is understood: %s', (text, place) => expect(parseLogPlace(text)).toEqual(place))

  it.each([
    '',
    'event:',
    `event:${'x'.repeat(301)}`,
    'file:',
    ':3',
    'file:x',
    '-1',
    '9'.repeat(40),
    'time:never',
  ])('leads nowhere where it is none: %s', (text) => expect(parseLogPlace(text)).toBeNull())
})
