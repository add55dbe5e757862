import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { watchFiles } from './watch-files.ts'

const SOON = { timeout: 30_000 }

let root: string
let file: string
let changes: number
let watching: { close: () => void }

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'clawdbot-watch-'))
  file = join(root, 'folder/a.json')
  mkdirSync(join(root, 'folder'))
  changes = 0
  watching = watchFiles([file], () => {
    changes += 1
  })
})
afterEach(() => {
  watching.close()
  rmSync(root, { recursive: true })
})

const changed = (): number => changes

describe('watching a file', () => {
  it('notices that it is made, changed, replaced and removed', async () => {
    writeFileSync(file, '1')
    await expect.poll(changed, SOON).toBe(1)
    appendFileSync(file, '2')
    await expect.poll(changed, SOON).toBe(2)
    writeFileSync(join(root, 'new'), '3')
    renameSync(join(root, 'new'), file)
    await expect.poll(changed, SOON).toBe(3)
    rmSync(file)
    await expect.poll(changed, SOON).toBe(4)
  })

  it('goes on when its folder is replaced', async () => {
    rmSync(join(root, 'folder'), { recursive: true })
    mkdirSync(join(root, 'folder'))
    writeFileSync(file, 'again')
    await expect.poll(changed, SOON).toBeGreaterThan(0)
    const before = changes
    appendFileSync(file, 'and again')
    await expect.poll(changed, SOON).toBeGreaterThan(before)
  })

  it('notices that what it links to, in another folder, is changed and replaced', async () => {
    mkdirSync(join(root, 'elsewhere'))
    const target = join(root, 'elsewhere/real.json')
    writeFileSync(target, '1')
    symlinkSync(target, file)
    await expect.poll(changed, SOON).toBeGreaterThan(0)
    let before = changes
    appendFileSync(target, '2')
    await expect.poll(changed, SOON).toBeGreaterThan(before)
    before = changes
    writeFileSync(join(root, 'elsewhere/new'), '3')
    renameSync(join(root, 'elsewhere/new'), target)
    await expect.poll(changed, SOON).toBeGreaterThan(before)
  })

  it('does not care for other files of the folder', async () => {
    writeFileSync(join(root, 'folder/b.json'), '1')
    writeFileSync(file, '1')
    await expect.poll(changed, SOON).toBe(1)
  })
})
