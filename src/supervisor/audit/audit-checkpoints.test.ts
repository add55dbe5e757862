import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { NOW, tempState } from '../../shared/state/testing/temp-state.ts'
import { openAudit } from './audit.ts'
import { NOTE } from './testing/audit-files.ts'

/** How many records each checkpoint signs. */
const signed = async (paths: StatePaths): Promise<readonly number[]> => {
  const text = await readFile(join(paths.audit, 'checkpoints.jsonl'), 'utf8').catch(() => '')
  return [...text.matchAll(/"size":(\d+)/g)].map(([, size]) => Number(size))
}

describe('a checkpoint', () => {
  it('signs every 64 records, and ten seconds later what none has signed', async () => {
    // Only the audit's own timer: the clock and the disk are real.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const paths = await tempState()
    const audit = await openAudit({ paths, now: () => NOW })
    onTestFinished(() => audit.close())
    // The first record is that of the beginning.
    for (let record = 2; record <= 63; record += 1) await audit.record(NOTE)
    expect(await signed(paths)).toEqual([])
    await audit.record(NOTE)
    await audit.flush()
    expect(await signed(paths)).toEqual([64])
    await audit.record(NOTE)
    await audit.flush()
    vi.advanceTimersByTime(9_999)
    await audit.record(NOTE)
    await audit.flush()
    expect(await signed(paths)).toEqual([64])
    vi.advanceTimersByTime(1)
    while ((await signed(paths)).length < 2) await turn()
    expect(await signed(paths)).toEqual([64, 66])
  })
})
