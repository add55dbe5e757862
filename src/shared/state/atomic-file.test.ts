import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readBounded, readTextBounded, setAside, writeFileAtomic } from './atomic-file.ts'
import { NOW, tempFolder } from './testing/temp-state.ts'

describe('an atomic write', () => {
  it('replaces the whole file, for the owner alone, and leaves nothing beside it', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'a.json')
    await writeFile(path, 'a longer old text', { mode: 0o644 })
    await writeFileAtomic(path, 'new')
    expect(await readFile(path, 'utf8')).toBe('new')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['a.json'])
  })

  it('leaves no temporary file behind when the rename fails', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'a.json'))
    await expect(writeFileAtomic(join(folder, 'a.json'), 'new')).rejects.toMatchObject({
      code: 'state_not_writable',
    })
    expect(await readdir(folder)).toEqual(['a.json'])
  })

  it('does not write through a symbolic link, which may lead anywhere', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'elsewhere'), 'theirs')
    await symlink(join(folder, 'elsewhere'), join(folder, 'a.json'))
    await writeFileAtomic(join(folder, 'a.json'), 'ours')
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('theirs')
    expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('ours')
  })

  it.runIf(process.getuid?.() === 0)(
    'keeps the old file whole on a full disk (a real one of 64 KiB)',
    async ({ skip }) => {
      const folder = await tempFolder()
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0) {
        skip('this machine lets nobody mount; the injected fault below covers it')
      }
      onTestFinished(() => void spawnSync('umount', [folder]))
      const path = join(folder, 'a.json')
      await writeFileAtomic(path, 'old')
      await expect(writeFileAtomic(path, 'x'.repeat(100_000))).rejects.toMatchObject({
        code: 'disk_full',
        message: expect.stringContaining(path),
        hint: expect.stringMatching(/Free some space/),
      })
      expect(await readFile(path, 'utf8')).toBe('old')
      expect(await readdir(folder)).toEqual(['a.json'])
    },
  )
})

describe('a bounded read', () => {
  it('gives undefined for a file that is not there, and for nothing else', async () => {
    const folder = await tempFolder()
    expect(await readTextBounded(join(folder, 'none'), 10)).toBeUndefined()
    await writeFile(join(folder, 'file'), 'x')
    await expect(readTextBounded(join(folder, 'file', 'none'), 10)).rejects.toMatchObject({
      code: 'store_unreadable',
    })
  })

  it('reads a file of exactly the limit, and refuses one byte more', async () => {
    const path = join(await tempFolder(), 'a')
    await writeFile(path, 'x'.repeat(1000))
    expect(await readTextBounded(path, 1000)).toBe('x'.repeat(1000))
    expect(await readBounded(path, 999)).toEqual({ kind: 'unfit', why: 'is larger than 999 bytes' })
  })

  it('refuses a folder, a device, and a pipe without waiting for its other end', async () => {
    const folder = await tempFolder()
    const pipe = join(folder, 'pipe')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    for (const path of [folder, pipe, '/dev/zero']) {
      expect(await readBounded(path, 10)).toEqual({ kind: 'unfit', why: 'is not a regular file' })
    }
  })

  it('refuses bytes that are not UTF-8, and passes over a byte order mark', async () => {
    const path = join(await tempFolder(), 'a')
    await writeFile(path, Buffer.from([0x7b, 0xff, 0x7d]))
    expect(await readBounded(path, 10)).toEqual({ kind: 'unfit', why: 'is not UTF-8 text' })
    await writeFile(path, '\ufeff{}')
    expect(await readTextBounded(path, 10)).toBe('{}')
  })
})

describe('setting a file aside', () => {
  it('keeps it under a name with the time, and never over an earlier one', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'a.json')
    for (const text of ['first', 'second']) {
      await writeFile(path, text)
      const moved = await setAside(path, NOW)
      expect(await readFile(moved, 'utf8')).toBe(text)
    }
    expect((await readdir(folder)).sort()).toEqual([
      'a.json.corrupt-2026-01-06T12-00-00-000Z',
      'a.json.corrupt-2026-01-06T12-00-00-000Z-1',
    ])
  })
})
