import { mkdir, readdir, readFile, rmdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lock } from 'proper-lockfile'
import { describe, expect, it } from 'vitest'
import { withFileLocks } from './lock.ts'
import { tempFolder } from './testing/temp-state.ts'

describe('file locks', () => {
  it('let one change at a time run, and leave nothing behind', async () => {
    const folder = await tempFolder()
    const file = join(folder, 'count')
    await writeFile(file, '0')
    const increment = () =>
      withFileLocks([file], async () => {
        const count = Number(await readFile(file, 'utf8'))
        await sleep(1)
        await writeFile(file, String(count + 1))
      })
    await Promise.all(Array.from({ length: 30 }, increment))
    expect(await readFile(file, 'utf8')).toBe('30')
    expect(await readdir(folder)).toEqual(['count'])
  })

  it('are released when the change fails', async () => {
    const file = join(await tempFolder(), 'a')
    const failing = withFileLocks([file, `${file}2`], () => Promise.reject(new Error('no')))
    await expect(failing).rejects.toThrow('no')
    expect(await withFileLocks([file, `${file}2`], () => Promise.resolve('yes'))).toBe('yes')
  })

  it('exclude the existing Clawdbot, which locks with proper-lockfile', async () => {
    const file = join(await tempFolder(), 'a')
    await writeFile(file, '')
    const theirs = await lock(file, { stale: 30_000 })
    let ours = 'waiting'
    const change = withFileLocks([file], () => {
      ours = 'runs'
      return Promise.resolve()
    })
    await sleep(200)
    expect(ours).toBe('waiting')
    await theirs()
    await change
    expect(ours).toBe('runs')
    await withFileLocks([file], async () => {
      await expect(lock(file, { stale: 30_000 })).rejects.toMatchObject({ code: 'ELOCKED' })
    })
  })

  it('of a dead process are taken over by exactly one of many who wait', async () => {
    const folder = await tempFolder()
    const file = join(folder, 'a')
    for (let round = 0; round < 5; round += 1) {
      await mkdir(`${file}.lock`)
      const old = new Date(Date.now() - 60_000)
      await utimes(`${file}.lock`, old, old)
      let inside = 0
      const change = () =>
        withFileLocks([file], async (held) => {
          inside += 1
          expect(inside).toBe(1)
          await sleep(1)
          await held.check()
          inside -= 1
        })
      await Promise.all(Array.from({ length: 12 }, change))
    }
    expect(await readdir(folder)).toEqual([])
  })

  it('of a dead process whose clock was ahead are taken over too', async () => {
    const file = join(await tempFolder(), 'a')
    await mkdir(`${file}.lock`)
    const ahead = new Date(Date.now() + 3_600_000)
    await utimes(`${file}.lock`, ahead, ahead)
    const times = { staleMs: 200, giveUpMs: 15_000 }
    expect(await withFileLocks([file], () => Promise.resolve('mine'), times)).toBe('mine')
  })

  it('that were taken away are noticed before the next write', async () => {
    const file = join(await tempFolder(), 'a')
    const change = withFileLocks([file], async (held) => {
      await held.check()
      await rmdir(`${file}.lock`)
      await mkdir(`${file}.lock`)
      await held.check()
    })
    await expect(change).rejects.toMatchObject({ code: 'store_busy' })
  })

  it('that somebody keeps are reported as busy, by file', async () => {
    const file = join(await tempFolder(), 'a')
    await writeFile(file, '')
    const release = await lock(file, { stale: 30_000, update: 1000 })
    const times = { staleMs: 5_000, giveUpMs: 100 }
    await expect(withFileLocks([file], () => Promise.resolve(), times)).rejects.toMatchObject({
      code: 'store_busy',
      message: expect.stringContaining(file),
    })
    await release()
  })

  it('fail at once where they can not be made', async () => {
    const file = join(await tempFolder(), 'none', 'a')
    await expect(withFileLocks([file], () => Promise.resolve())).rejects.toMatchObject({
      code: 'state_not_writable',
    })
  })
})
