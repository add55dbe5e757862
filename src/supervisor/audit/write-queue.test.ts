import { describe, expect, it } from 'vitest'
import { auditFailure } from './fault.ts'
import type { Draft } from './format/record.ts'
import { createWriteQueue } from './write-queue.ts'

const draft = (records: number): Draft => ({
  at: 0,
  kind: 'event',
  entry: { act: 'verdict.accept', actor: 'gateway', detail: { records } },
})

describe('what waits for a disk that does not answer', () => {
  it('is bounded, and how many were given up is the first record after it', async () => {
    const written: unknown[] = []
    const answers: (() => void)[] = []
    const stalled = new Promise<void>((resolve) => void answers.push(resolve))
    const queue = createWriteQueue({
      write: async (drafts, durable) => {
        await stalled
        durable()
        const first = written.length + 1
        written.push(...drafts.map(({ entry }) => entry))
        return first
      },
      written: () => Promise.resolve(),
      fail: (error) => auditFailure(error, '/nowhere'),
      lost: (records) => ({
        at: 0,
        kind: 'event',
        entry: { act: 'audit.lost', actor: 'supervisor', detail: { records } },
      }),
    })
    for (let n = 0; n < 30_000; n += 1) queue.addQuietly(draft(n))
    const awaited = queue.add(draft(-1))
    answers.shift()?.()
    await queue.idle()
    const given = written.filter((entry) => JSON.stringify(entry).includes('audit.lost'))
    expect(given).toEqual([{ act: 'audit.lost', actor: 'supervisor', detail: { records: 20_000 } }])
    expect(written).toHaveLength(10_002)
    // The number is that of the record itself, whatever was put before it.
    expect(written[(await awaited) - 1]).toMatchObject({ detail: { records: -1 } })
  })
})
