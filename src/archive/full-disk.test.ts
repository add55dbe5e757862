import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeState, startArchive } from './testing/archive-process.ts'
import { transcriptOf } from './testing/transcript-lines.ts'

it('a full disk leaves what was found before, says so, and is got over without being told', async ({
  skip,
}) => {
  const state = makeState()
  onTestFinished(() => state.remove())
  mkdirSync(state.indexDir)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', state.indexDir])
  if (mounted.status !== 0) skip('this machine lets nobody mount')
  onTestFinished(() => void execFileSync('umount', ['-l', state.indexDir]))
  const archive = startArchive(state)
  onTestFinished(() => archive.kill())
  const alpha = { query: '"alpha"', order: 'newest', before: null, limit: 10 } as const

  writeFileSync(join(state.sessions, 'a.jsonl'), transcriptOf('a', ['alpha']))
  expect(await archive.ask('settled', {})).toMatchObject({ phase: 'ready' })
  const filler = join(state.indexDir, 'filler')
  spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096'])
  const texts = Array.from({ length: 400 }, (_, index) => `bravo ${index * 7_919} ${index * 104_729}`)
  writeFileSync(join(state.sessions, 'b.jsonl'), transcriptOf('b', texts))
  expect(await archive.ask('settled', {})).toMatchObject({ phase: 'stuck', error: { code: 'disk_full' } })
  expect((await archive.ask('search', alpha)).hits).toHaveLength(1)

  rmSync(filler)
  await expect.poll(async () => (await archive.ask('status', {})).phase, { timeout: 20_000 }).toBe('ready')
  expect((await archive.ask('status', {})).messages).toBe(401)
})
