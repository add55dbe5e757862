import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { livingContainers } from '../../src/supervisor/docker/container-processes.ts'
import { processTable } from '../../src/supervisor/processes/process-table.ts'
import { startPrivateEngine } from './engine.ts'
import { engineAt, TEST_IMAGE } from './test-image.ts'

const withDocker = join(import.meta.dirname, '..', 'with-docker.ts')

const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

/** Runs a piece of JavaScript under with-docker, in an environment that leads to no engine. */
const start = (code: string): ChildProcess => {
  const child = spawn(process.execPath, [withDocker, process.execPath, '-e', code], {
    env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  return child
}

/** Resolves with the line that the command prints: the DOCKER_HOST that it was given. */
const printedHost = async (child: ChildProcess): Promise<string> => {
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk)
    const host = /^unix:\/\/.*$/m.exec(output)?.[0]
    if (host !== undefined) return host
  }
  throw new Error(`it ended without: ${output}`)
}

/** What of an engine is still there: processes that its folder is named in. */
const left = (folder: string): readonly string[] =>
  processTable
    .list()
    .map(({ command }) => command)
    .filter((command) => command.includes(folder))

const root = process.platform === 'linux' && process.getuid?.() === 0

describe.runIf(root)('where no Docker answers', () => {
  test('a command runs with one of its own, which is gone afterwards, files and all', async () => {
    const child = start('console.log(process.env.DOCKER_HOST); process.exitCode = 7')
    const host = await printedHost(child)
    expect(await once(child, 'exit')).toEqual([7, null])
    const folder = dirname(host.slice('unix://'.length))
    expect(existsSync(folder)).toBe(false)
    expect(left(folder)).toEqual([])
  })

  test('that engine has the images that tests make containers of', async () => {
    const child = start('console.log(process.env.DOCKER_HOST); setInterval(() => {}, 1000)')
    const client = engineAt(await printedHost(child))
    for (const image of [TEST_IMAGE, 'clawdbot-sandbox:bookworm-slim']) {
      const answer = await client.ask({ method: 'GET', path: `/images/${image}/json`, within: 60_000 })
      expect(answer).toMatchObject({ kind: 'answer', status: 200 })
    }
    child.kill('SIGTERM')
    await once(child, 'exit')
  })

  test('that engine does not outlive a wrapper that was killed -9', async () => {
    const child = start('console.log(process.env.DOCKER_HOST); setInterval(() => {}, 1000)')
    const folder = dirname((await printedHost(child)).slice('unix://'.length))
    expect(left(folder)).not.toEqual([])
    child.kill('SIGKILL')
    await expect.poll(() => left(folder), { timeout: 60_000 }).toEqual([])
    rmSync(folder, { recursive: true, force: true })
  })

  test('a private engine is ended with all that runs in it, even after its dockerd was killed', async () => {
    const engine = await startPrivateEngine()
    const folder = dirname(engine.host.slice('unix://'.length))
    try {
      const client = engineAt(engine.host)
      const body = JSON.stringify({
        Image: TEST_IMAGE,
        Cmd: ['/bin/sh', '-c', 'trap "" TERM; while :; do :; done'],
        HostConfig: { NetworkMode: 'none' },
      })
      const created = await client.ask({ method: 'POST', path: '/containers/create', within: 60_000, body })
      const id = created.kind === 'answer' ? /[0-9a-f]{64}/.exec(created.body)?.[0] : undefined
      await client.ask({ method: 'POST', path: `/containers/${id}/start`, within: 60_000 })
      expect(livingContainers({ CLAWDBOT_TEST: '1', DOCKER_HOST: engine.host })).toEqual([id])
      process.kill(engine.pid, 'SIGKILL')
    } finally {
      await engine.stop()
    }
    expect(existsSync(folder)).toBe(false)
    expect(left(folder)).toEqual([])
    expect(livingContainers({ CLAWDBOT_TEST: '1', DOCKER_HOST: engine.host })).toEqual([])
  })
})
