import { describe, expect, it } from 'vitest'
import type { TurnPage } from '../../../../shared/contracts/archive-transcript.ts'
import { someTurn } from '../../../test/some-turn.ts'
import type { ArchivePort } from './archive-port.ts'
import { PAGE_TURNS } from './page-cache.ts'
import { PAGE_TEXT, TranscriptSource } from './transcript-source.ts'

type PageAnswer = Awaited<ReturnType<ArchivePort['page']>>

/** An archive with one file, which a test changes, and whose answers it may hold back. */
const archive = (total: number) => {
  const file = { total, generation: 1, there: true, error: false, most: PAGE_TURNS }
  const asked: number[] = []
  const held: (() => void)[] = []
  let isHeld = false
  const pageNow = (from: number, count: number, maxText: number): PageAnswer =>
    file.error
      ? { ok: false, error: { code: 'archive_unavailable', message: 'away', hint: 'wait' } }
      : {
          ok: true,
          value: {
            generation: file.generation,
            total: file.total,
            turns: Array.from(
              { length: Math.max(0, Math.min(count, file.most, file.total - from)) },
              (_, index) =>
                someTurn({
                  turn: from + index,
                  id: `${file.generation}`,
                  why: maxText > PAGE_TEXT ? 'full' : '',
                }),
            ),
          } satisfies TurnPage,
        }
  const port: ArchivePort = {
    page: ({ from, count, maxText }) => {
      asked.push(from)
      const answer = pageNow(from, count, maxText)
      return isHeld ? new Promise((resolve) => held.push(() => resolve(answer))) : Promise.resolve(answer)
    },
    session: () => Promise.resolve({ ok: true, value: { row: null, candidates: file.there ? 2 : 0 } }),
  }
  return {
    file,
    asked,
    source: new TranscriptSource('sessions/a', port),
    hold: () => {
      isHeld = true
    },
    letGo: async () => {
      isHeld = false
      for (const go of held.splice(0)) go()
      await settled()
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a transcript that is read', () => {
  it('opens with one page, the one that holds the turn', async () => {
    const { source, asked } = archive(100_000)
    await source.open(50_005)
    expect(asked).toEqual([50_000])
    expect(source.state()).toMatchObject({ status: 'ready', total: 100_000 })
    expect(source.turn(50_005)?.turn).toBe(50_005)
  })

  it('has whole pages where the archive answers with parts of them, since lines are long', async () => {
    const { source, file } = archive(250)
    file.most = 7
    await source.open(120)
    for (let turn = 100; turn < 200; turn += 1) expect(source.turn(turn)?.turn).toBe(turn)
  })

  it('opens at its end when nobody knows how long it is', async () => {
    const { source } = archive(1_234)
    await source.open(Number.MAX_SAFE_INTEGER)
    expect(source.turn(1_233)?.turn).toBe(1_233)
  })

  it('asks for few pages at a time, and for those that are in sight by then, not for all that were passed', async () => {
    const { source, asked, hold, letGo } = archive(100_000)
    await source.open(0)
    hold()
    for (let row = 0; row < 90_000; row += 500) source.want(row, row + 10)
    await letGo()
    await letGo()
    expect(asked.length).toBeLessThan(10)
    expect(source.turn(89_500)?.turn).toBe(89_500)
  })

  it('follows the file as it grows', async () => {
    const { source, file } = archive(150)
    await source.open(149)
    source.want(140, 149)
    await settled()
    file.total = 152
    source.grown(1, 152)
    expect(source.turn(149)?.turn).toBe(149)
    source.want(140, 151)
    await settled()
    expect(source.turn(151)?.turn).toBe(151)
  })

  it('misses nothing that was written while it was being opened', async () => {
    const { source, file, hold, letGo } = archive(10)
    hold()
    const opening = source.open(9)
    file.total = 11
    source.grown(1, 11)
    await letGo()
    await opening
    source.want(0, 10)
    await settled()
    expect(source.turn(10)?.turn).toBe(10)
  })

  it('shows no turn of a file that was replaced, whenever its answer comes, and says so', async () => {
    const { source, file, hold, letGo } = archive(1_000)
    await source.open(0)
    hold()
    source.want(500, 510)
    file.generation = 2
    file.total = 700
    source.grown(2, 700)
    await letGo()
    await letGo()
    expect(source.state()).toMatchObject({ replaced: true, total: 700 })
    expect(source.turn(505)?.id ?? '2').toBe('2')
    source.want(500, 510)
    await settled()
    expect(source.turn(505)?.id).toBe('2')
  })

  it('is gone when its file is deleted, and there again when it is', async () => {
    const { source, file } = archive(5)
    await source.open(4)
    Object.assign(file, { total: 0, there: false })
    source.grown(2, 0)
    await settled()
    expect(source.state().status).toBe('gone')
    Object.assign(file, { total: 3, there: true, generation: 3 })
    source.grown(3, 3)
    await settled()
    expect(source.state()).toMatchObject({ status: 'ready', total: 3 })
  })

  it('is gone when the archive knows it no more, though nobody told', async () => {
    const { source, file } = archive(500)
    await source.open(499)
    Object.assign(file, { error: true, there: false })
    source.want(0, 10)
    await settled()
    expect(source.state().status).toBe('gone')
  })

  it('is empty, not gone, while its file has no turn', async () => {
    const { source } = archive(0)
    await source.open(0)
    expect(source.state().status).toBe('empty')
  })

  it('says an error, asks no more by itself, and goes on when it is asked to', async () => {
    const { source, file, asked } = archive(1_000)
    await source.open(0)
    file.error = true
    source.want(500, 510)
    await settled()
    expect(source.state()).toMatchObject({ status: 'ready', error: { code: 'archive_unavailable' } })
    const before = asked.length
    source.want(500, 510)
    await settled()
    expect(asked.length).toBe(before)
    file.error = false
    await source.again()
    await settled()
    expect(source.state().error).toBeNull()
    expect(source.turn(505)?.turn).toBe(505)
  })

  it('fails to open with the reason, and opens when the archive answers again', async () => {
    const { source, file } = archive(3)
    file.error = true
    await source.open(2)
    expect(source.state()).toMatchObject({ status: 'failed', error: { message: 'away' } })
    file.error = false
    await source.again()
    expect(source.state().status).toBe('ready')
  })

  it('reads a long turn in full on demand, and drops that when it may have changed', async () => {
    const { source, file } = archive(2 * PAGE_TURNS)
    await source.open(0)
    await source.readFull(150)
    await source.readFull(7)
    expect([source.turn(7)?.why, source.turn(150)?.why]).toEqual(['full', 'full'])
    file.total += 1
    source.grown(1, file.total)
    source.want(140, 160)
    await settled()
    expect([source.turn(7)?.why, source.turn(150)?.why]).toEqual(['full', ''])
  })
})
