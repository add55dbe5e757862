import { afterEach, describe, expect, it } from 'vitest'
import type { ProcessTable } from '../../processes/process-info.ts'
import { processTable } from '../../processes/process-table.ts'
import { endPrograms, runProgram, SLEEPER } from '../../testing/processes.ts'
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

/** A machine so busy that each look takes long, and on which other processes come and go all the time. */
const busy = (table: ProcessTable): ProcessTable => {
  let newest = 5_000_000
  return {
    ...table,
    scan: (skip, visit) => {
      const until = performance.now() + 200
      while (performance.now() < until);
      const { gone: others } = table.scan(skip, visit)
      newest += 1
      return { gone: [...others, newest] }
    },
  }
}

describe('killing', () => {
  it('is proven also on a machine where every look takes long and something else is always gone', async () => {
    const gateway = await runProgram(SLEEPER)
    const report = await killAll(
      { groups: new Set([gateway.pid]), cookie: 'CLAWDBOT_RUN_ID=none' },
      busy(processTable),
    )
    expect(report).toMatchObject({ killed: 1, survivors: [] })
    expect(report.deadMs).not.toBeNull()
    expect(gateway.alive()).toBe(false)
  })

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
