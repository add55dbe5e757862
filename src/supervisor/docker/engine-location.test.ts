import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findEngine } from './engine-location.ts'

const place = (env: NodeJS.ProcessEnv): unknown => {
  const found = findEngine(env)
  return found.kind === 'socket' && found.path === '/var/run/docker.sock' ? 'the system' : found
}

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'clawdbot-engine-'))
})
afterEach(() => rmSync(home, { recursive: true }))

describe('the Docker Engine', () => {
  it('is where DOCKER_HOST says, whether there is something or not', () => {
    expect(findEngine({ DOCKER_HOST: 'unix:///a/b.sock' })).toEqual({ kind: 'socket', path: '/a/b.sock' })
    expect(findEngine({ DOCKER_HOST: 'npipe:////./pipe/docker_engine' })).toEqual({
      kind: 'socket',
      path: '//./pipe/docker_engine',
    })
  })

  it.each(['tcp://127.0.0.1:2375', 'ssh://me@there', 'unix://', 'unix://relative', '/var/run/docker.sock'])(
    'is not looked for elsewhere where DOCKER_HOST is %s, which we can not use',
    (host) => {
      expect(findEngine({ DOCKER_HOST: host, HOME: home })).toEqual({ kind: 'unsupported', host })
    },
  )

  it.skipIf(process.platform === 'win32')(
    'else is the first usual place where there is something: the system, rootless, Docker Desktop',
    () => {
      const system = place({ HOME: home, XDG_RUNTIME_DIR: home })
      const expected = (ours: unknown): unknown => (system === 'the system' ? system : ours)
      expect(system).toEqual(expected({ kind: 'none' }))
      const desktop = join(home, '.docker/run/docker.sock')
      mkdirSync(join(home, '.docker/run'), { recursive: true })
      writeFileSync(desktop, '')
      expect(place({ HOME: home, XDG_RUNTIME_DIR: home })).toEqual(
        expected({ kind: 'socket', path: desktop }),
      )
      const rootless = join(home, 'docker.sock')
      writeFileSync(rootless, '')
      expect(place({ HOME: home, XDG_RUNTIME_DIR: home, DOCKER_HOST: '' })).toEqual(
        expected({ kind: 'socket', path: rootless }),
      )
    },
  )
})
