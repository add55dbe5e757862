import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditFiles } from '../audit/format/audit-files.ts'
import { createFakeWorld, type FakeWorld } from './testing/fake-archive.ts'

const DENIED = 'ERR_ACCESS_DENIED'

let world: FakeWorld
let closeServer: () => void
let port: number
let requests = 0
/** What it may read and not write, and what it may not even read, by name. */
let followed: Readonly<Record<string, string>>
let closed: Readonly<Record<string, string>>

beforeAll(async () => {
  world = await createFakeWorld()
  const { paths, root, appRoot } = world
  followed = {
    transcript: join(paths.sessions, 'a.jsonl'),
    'session index': join(paths.sessions, 'sessions.json'),
    'transcript of an agent': join(paths.root, 'agents/main/sessions/a.jsonl'),
    audit: join(paths.audit, 'log-000001.jsonl'),
    log: join(root, 'log/clawdbot-2026-01-06.log'),
  }
  closed = {
    config: paths.config,
    credentials: join(paths.credentials, 'telegram-pairing.json'),
    'signing key': auditFiles(paths).signingKey,
    'head of the audit': auditFiles(paths).head,
    latch: paths.lockdown,
    'lockdown record': paths.lockdowns,
    'run file': paths.run,
    'read-only switch': paths.readOnly,
    evidence: join(paths.incidents, 'incident-2026-01-01-000000', 'result.json'),
    'inbox journal': join(paths.gateway, 'inbox.jsonl'),
    'agent’s file': join(paths.workspace, 'MEMORY.md'),
    'system’s file': '/etc/passwd',
    'program’s package': join(appRoot, 'package.json'),
    'gateway’s program': join(appRoot, 'out/gateway/main.js'),
    'file beside the state directory': join(root, 'beside.txt'),
  }
  for (const file of [...Object.values(followed), ...Object.values(closed)]) {
    mkdirSync(dirname(file), { recursive: true })
    if (!existsSync(file)) writeFileSync(file, 'what stands there')
  }
  const server = createHttpServer((_, response) => {
    requests += 1
    response.end('reached')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
  closeServer = () => void server.close()
})
afterAll(async () => {
  closeServer()
  await world.remove()
})

const FOLLOWED = ['transcript', 'session index', 'transcript of an agent', 'audit', 'log'] as const
const CLOSED = [
  'config',
  'credentials',
  'signing key',
  'head of the audit',
  'latch',
  'lockdown record',
  'run file',
  'read-only switch',
  'evidence',
  'inbox journal',
  'agent’s file',
  'system’s file',
  'program’s package',
  'gateway’s program',
  'file beside the state directory',
] as const

const followedFile = (name: string): string => followed[name] ?? ''
const closedFile = (name: string): string => closed[name] ?? ''

describe('an archive under its grants', () => {
  it.each(FOLLOWED)('reads the %s', async (name) => {
    expect(await world.order(`read ${followedFile(name)}`)).toBe('ok what stands there')
  })

  it.each(
    FOLLOWED.flatMap((name) => ['write', 'append', 'truncate', 'remove', 'chmod'].map((act) => [act, name])),
  )('can not %s the %s', async (act, name) => {
    const file = followedFile(name ?? '')
    expect(await world.order(`${act ?? ''} ${file}`)).toBe(DENIED)
    expect(readFileSync(file, 'utf8')).toBe('what stands there')
  })

  it.each(CLOSED)('can neither read nor write the %s', async (name) => {
    const file = closedFile(name)
    const before = readFileSync(file, 'utf8')
    for (const act of ['read', 'write', 'append', 'truncate', 'remove']) {
      expect(await world.order(`${act} ${file}`)).toBe(DENIED)
    }
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it('writes its index, and may move what is in that folder only within it', async () => {
    const index = join(world.paths.archive, 'index.db')
    expect(await world.order(`write ${index}`)).toBe('ok ')
    expect(await world.order(`rename ${index} ${index}.aside`)).toBe('ok ')
    expect(await world.order(`rename ${index}.aside ${followedFile('transcript')}`)).toBe(DENIED)
    expect(await world.order(`rename ${followedFile('transcript')} ${index}`)).toBe(DENIED)
  })

  it('can not reach the config through a link that it makes', async () => {
    const { paths, order } = world
    expect(await order(`link ${paths.config} ${join(paths.archive, 'link')}`)).toBe(DENIED)
    expect(await order(`hardlink ${paths.config} ${join(paths.archive, 'hard')}`)).toBe(DENIED)
  })

  it.each(['root', 'credentials', 'audit', 'incidents'] as const)(
    'can not list the folder %s',
    async (name) => {
      expect(await world.order(`list ${world.paths[name]}`)).toBe(DENIED)
    },
  )

  it.each(['connect', 'fetch', 'listen', 'datagram', 'lookup', 'resolve'])(
    'has no network: %s',
    async (word) => {
      const where = word === 'fetch' ? `http://127.0.0.1:${String(port)}/` : String(port)
      expect(await world.order(`${word} ${where}`)).toBe(DENIED)
      expect(requests).toBe(0)
    },
  )

  it('can not reach a local socket, such as Docker’s', async () => {
    const path = join(world.root, 'a.sock')
    const server = createServer().listen(path)
    await new Promise((resolve) => server.once('listening', resolve))
    expect(await world.order(`socket ${path}`)).toBe(DENIED)
    server.close()
  })

  it('can not start a process', async () => {
    expect(await world.order('spawn')).toBe(DENIED)
  })

  it('can not start a worker', async () => {
    expect(await world.order('worker')).toBe(DENIED)
  })

  it('can not open its debugger', async () => {
    expect(await world.order('inspector')).toMatch(/DENIED|NOT_AVAILABLE|INSPECTOR/)
  })

  it.each(['node:sqlite', 'node:ffi'])('does not have %s, which asks no permission', async (name) => {
    expect(await world.order(`builtin ${name}`)).toBe('ok none')
  })

  it('has SQLite in its folder, and no extension of it', async () => {
    const file = join(world.paths.archive, 'notes.db')
    expect(await world.order(`sqlite ${file}`)).toBe('ok 1')
    expect(await world.order(`extension ${file}`)).toBe('SQLITE_ERROR')
  })

  it('sees a folder that is made after its start', async () => {
    const late = join(world.paths.root, 'agents/late/sessions/b.jsonl')
    mkdirSync(dirname(late), { recursive: true })
    writeFileSync(late, 'what stands there')
    expect(await world.order(`read ${late}`)).toBe('ok what stands there')
  })
})
