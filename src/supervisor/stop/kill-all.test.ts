import { afterEach, describe, expect, it } from 'vitest'
import type { ProcessTable } from '../processes/process-info.ts'
import { endPrograms, runProgram, SLEEPER } from '../testing/processes.ts'
import { killAll } from './kill-all.ts'

afterEach(endPrograms)

const gone = (): never => {
  throw new Error('no /proc here')
}
const unreadable: ProcessTable = {
  scanning: 'quick',
  stamp: gone,
  scan: gone,
  family: gone,
  read: gone,
  list: gone,
  carries: gone,
  carriers: gone,
}

describe('killing', () => {
  it('is not reported done where the process table can not be read, and has killed the groups all the same', async () => {
    const gateway = await runProgram(SLEEPER)
    const report = await killAll(
      { groups: new Set([gateway.pid]), cookie: 'CLAWDBOT_RUN_ID=none' },
      unreadable,
    )
    expect(report.deadMs).toBeNull()
    expect(report.survivors).toMatchObject([{ command: expect.stringContaining('can not be read') }])
    expect(gateway.alive()).toBe(false)
  })
})
