import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const launcher = join(import.meta.dirname, '..', 'bin', 'clawdbot.js')

/** Makes the process believe that it is an older Node; the pinned one that it starts is not told. */
const oldNode = [
  '--import',
  "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})",
]

const run = (
  ...args: readonly string[]
): Promise<{ code: number | string; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [...args], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })

describe.skipIf(process.platform === 'win32')('bin/clawdbot.js', () => {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'clawdbot-launcher-'))
    await Promise.all(
      ['bin', 'out/cli', 'node_modules/.bin'].map((path) => mkdir(join(root, path), { recursive: true })),
    )
    await writeFile(join(root, 'package.json'), '{ "type": "module" }')
    await copyFile(launcher, join(root, 'bin/clawdbot.js'))
    const cli = 'console.log(process.versions.node, process.argv.slice(2).join(" ")); process.exitCode = 3'
    await writeFile(join(root, 'out/cli/main.js'), cli)
    await symlink(process.execPath, join(root, 'node_modules/.bin/node'))
  })
  afterEach(() => rm(root, { recursive: true }))

  test('runs the cli in the same process on a new Node', async () => {
    await rm(join(root, 'node_modules'), { recursive: true })
    const { code, stdout } = await run(join(root, 'bin/clawdbot.js'), 'pairing', 'list')
    expect([code, stdout]).toEqual([3, `${process.versions.node} pairing list\n`])
  })

  test('runs it on the pinned Node when its own is older, and passes the exit code on', async () => {
    const { code, stdout } = await run(...oldNode, join(root, 'bin/clawdbot.js'), 'pairing', 'list')
    expect([code, stdout]).toEqual([3, `${process.versions.node} pairing list\n`])
  })

  test('says in one line that it is not built, and what to run', async () => {
    await rm(join(root, 'out'), { recursive: true })
    const { code, stderr } = await run(join(root, 'bin/clawdbot.js'))
    expect([code, stderr]).toEqual([1, 'clawdbot is not built yet. Run: npm run build\n'])
  })

  test('says in one line that the pinned Node is missing, and what to run', async () => {
    await rm(join(root, 'node_modules'), { recursive: true })
    const { code, stderr } = await run(...oldNode, join(root, 'bin/clawdbot.js'))
    expect(code).toBe(1)
    expect(stderr).toBe(
      'clawdbot needs Node 26, and this is v20.20.2. Run: npm ci\n'.replace('v20.20.2', process.version),
    )
  })

  test('does not take a fault inside the cli for a missing build', async () => {
    await writeFile(join(root, 'out/cli/main.js'), "await import('./gone.js')")
    const { code, stderr } = await run(join(root, 'bin/clawdbot.js'))
    expect(code).toBe(1)
    expect(stderr).toContain('gone.js')
    expect(stderr).not.toContain('not built')
  })
})
