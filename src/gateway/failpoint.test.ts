import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFailpoint, STEPS } from './failpoint.ts'

let folder = ''
let kills = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'failpoint-'))
  kills = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (env: Record<string, string>): number => {
  const reached = createFailpoint(env, folder, () => (kills += 1))
  for (const step of STEPS) reached(step)
  return kills
}

describe('a failpoint', () => {
  test('kills once, at its step, over all runs', () => {
    const env = { CLAWDBOT_TEST: '1', CLAWDBOT_TEST_KILL_AT: 'inbox:after' }
    expect(run(env)).toBe(1)
    expect(run(env)).toBe(1)
    expect(run({ ...env, CLAWDBOT_TEST_KILL_AT: 'inbox:before' })).toBe(2)
  })

  test('does nothing outside of tests', () => {
    expect(run({ CLAWDBOT_TEST_KILL_AT: 'inbox:after' })).toBe(0)
    expect(run({ CLAWDBOT_TEST: '1' })).toBe(0)
    expect(run({ CLAWDBOT_TEST: '1', CLAWDBOT_TEST_KILL_AT: '' })).toBe(0)
  })
})
