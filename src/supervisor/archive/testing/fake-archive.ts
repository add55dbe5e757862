// Test support: an archive that does what a question tells it, run by the pinned Node under the real grants.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ArchiveView } from '../../../shared/contracts/app-state.ts'
import { prepareStateDir, resolveStatePaths, type StatePaths } from '../../../shared/state/state-dir.ts'
import { type ArchiveClient, createArchive } from '../archive-client.ts'
import { PACE, type Pace } from '../pace.ts'

/** The question is `session`, its name the words; what happened comes back as the code of a refusal. */
const PROGRAM = String.raw`
import fs from 'node:fs'
import net from 'node:net'
import dgram from 'node:dgram'
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'

const mode = process.env.CLAWDBOT_TEST_FAKE ?? ''
const say = (message) => fs.writeSync(1, JSON.stringify(message) + '\n')
const pour = (bytes) => {
  for (let at = 0; at < bytes.length;) {
    try { at += fs.writeSync(1, bytes, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
  }
}
const status = {
  phase: 'ready', indexedBytes: 1, totalBytes: 1, sessions: 1, messages: 1, logLines: 1, brokenLines: 0, unreadable: { count: 0, first: '' }, asOf: 1, error: null,
}
const attempt = (work) => {
  try { return 'ok ' + String(work() ?? '') } catch (error) { return error.code ?? String(error) }
}
const promised = async (work) => {
  try { return 'ok ' + String((await work()) ?? '') } catch (error) { return (error.cause ?? error).code ?? String(error) }
}
const connected = (options) => promised(() => new Promise((resolve, reject) => {
  const socket = net.connect(options)
  socket.once('connect', () => resolve('connected'))
  socket.once('error', reject)
}))
const words = {
  echo: (text) => text,
  pid: () => String(process.pid),
  env: () => Object.keys(process.env).sort().join(),
  start: () => JSON.stringify(start),
  nice: () => String(process.getBuiltinModule('node:os').getPriority()),
  read: (path) => attempt(() => fs.readFileSync(path, 'utf8').slice(0, 100)),
  list: (path) => attempt(() => fs.readdirSync(path).join()),
  write: (path) => attempt(() => fs.writeFileSync(path, 'x')),
  append: (path) => attempt(() => fs.appendFileSync(path, 'x')),
  truncate: (path) => attempt(() => fs.truncateSync(path)),
  remove: (path) => attempt(() => fs.unlinkSync(path)),
  rename: (from, to) => attempt(() => fs.renameSync(from, to)),
  link: (from, to) => attempt(() => fs.symlinkSync(from, to)),
  hardlink: (from, to) => attempt(() => fs.linkSync(from, to)),
  chmod: (path) => attempt(() => fs.chmodSync(path, 0o777)),
  spawn: () => attempt(() => spawn('/bin/true').pid),
  worker: () => attempt(() => new Worker('1', { eval: true }).threadId),
  builtin: (name) => attempt(() => process.getBuiltinModule(name) === undefined ? 'none' : 'there'),
  inspector: () => attempt(() => process.getBuiltinModule('node:inspector').open(0)),
  connect: (port) => connected({ port: Number(port), host: '127.0.0.1' }),
  socket: (path) => connected({ path }),
  listen: () => promised(() => new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    process.once('uncaughtException', reject)
    server.listen(0, '127.0.0.1', resolve)
  })),
  fetch: (address) => promised(async () => (await fetch(address)).status),
  datagram: () => promised(() => new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4')
    socket.once('error', reject)
    socket.send('x', 9, '127.0.0.1', (error) => (error ? reject(error) : resolve('sent')))
  })),
  lookup: () => promised(() => process.getBuiltinModule('node:dns').promises.lookup('localhost')),
  resolve: () => promised(() => process.getBuiltinModule('node:dns').promises.resolve4('example.invalid')),
  sqlite: (path) => attempt(() => {
    const Database = createRequire(import.meta.url)('better-sqlite3')
    const database = new Database(path)
    database.exec('CREATE TABLE IF NOT EXISTS notes (text); INSERT INTO notes VALUES (1)')
    return database.prepare('SELECT count(*) AS n FROM notes').get().n
  }),
  extension: (path) => attempt(() => new (createRequire(import.meta.url)('better-sqlite3'))(':memory:').loadExtension(path)),
  // The first process that is asked this never answers, so that it can be killed with it; the next says who it is.
  second: () => {
    const file = start.indexDir + '/asked'
    if (fs.existsSync(file)) return String(process.pid)
    fs.writeFileSync(file, '')
  },
  watched: () => String(watched),
  crash: () => process.exit(7),
  throw: () => { throw new Error('a fault of its own') },
  leave: () => process.exit(0),
  spin: () => { for (;;); },
  silent: () => undefined,
  garbage: () => void pour(Buffer.from('this is no JSON\n')),
  bytes: () => void pour(Buffer.from([0xff, 0xfe, 0x0a])),
  deep: () => void pour(Buffer.from('['.repeat(100000) + ']'.repeat(100000) + '\n')),
  number: () => void pour(Buffer.from('7\n')),
  proto: () => void pour(Buffer.from('{"__proto__":{"id":1,"output":{}}}\n')),
  forged: () => void say({ id: 99999, output: {} }),
  unfit: (id) => void say({ id: Number(id), output: { row: 'x', candidates: -1 } }),
  event: (name) => void say({ event: name, payload: { wrong: true } }),
  grown: (ref) => { say({ event: 'grown', payload: { ref, generation: 1, total: 2 } }); return 'said' },
  flood: () => { for (let at = 0; at < 100000; at += 1) pour(Buffer.from(JSON.stringify({ event: 'status', payload: status }) + '\n')) },
  endless: () => { const piece = Buffer.alloc(1 << 20, 97); for (;;) pour(piece) },
}
let start, watched
if (mode.includes('dies-at-once')) { fs.writeSync(2, 'no room for it\n'); process.exit(3) }
if (mode.includes('stays')) setInterval(() => {}, 1000)
const lines = createInterface({ input: process.stdin })
lines.on('line', async (line) => {
  const message = JSON.parse(line)
  if (start === undefined) { start = message; say({ event: 'status', payload: status }); return }
  const { id, call, input } = message
  if (mode.includes('mute')) return
  if (call === 'status') return say({ id, output: status })
  if (call === 'watch') { watched = input.ref; return say({ id, output: {} }) }
  if (call !== 'session') return
  const [word, ...more] = input.name.split(' ')
  const happened = await words[word](...(word === 'unfit' ? [id] : more))
  if (happened !== undefined) say({ id, error: { code: 'archive_refused', message: happened, hint: '' } })
})
lines.on('close', () => { if (!mode.includes('stays')) process.exit(0) })
`

/** Puts it where a supervisor looks for the archive. */
export const putFakeArchive = (appRoot: string): void => {
  mkdirSync(join(appRoot, 'out/archive'), { recursive: true })
  writeFileSync(join(appRoot, 'out/archive/main.js'), PROGRAM)
}

const PROJECT = resolve(import.meta.dirname, '../../../..')

export interface FakeWorld {
  readonly root: string
  readonly paths: StatePaths
  readonly appRoot: string
  readonly archive: ArchiveClient
  /** What it was said to be, oldest first. */
  readonly views: readonly ArchiveView[]
  readonly errors: readonly unknown[]
  /** Has it do something, and resolves with what it says happened. */
  readonly order: (words: string) => Promise<string>
  /** Where the log is from now on. */
  readonly logAt: (file: string) => void
  readonly remove: () => Promise<void>
}

export interface FakeOptions {
  /** How it misbehaves from the start. */
  readonly mode?: string
  readonly pace?: Partial<Pace>
  readonly env?: NodeJS.ProcessEnv
  readonly logName?: string
  /** Changes the app's folder before the start. */
  readonly before?: (appRoot: string) => void
}

/** For one test. */
export const fakeWorld = async (options: FakeOptions = {}): Promise<FakeWorld> => {
  const world = await createFakeWorld(options)
  onTestFinished(world.remove)
  return world
}

/** For many; whoever made it removes it. */
export const createFakeWorld = async (options: FakeOptions = {}): Promise<FakeWorld> => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-archive-')))
  const appRoot = join(root, 'app')
  putFakeArchive(appRoot)
  writeFileSync(join(appRoot, 'package.json'), '{"type":"module"}')
  symlinkSync(join(PROJECT, 'node_modules'), join(appRoot, 'node_modules'))
  options.before?.(appRoot)
  const paths = resolveStatePaths({ CLAWDBOT_STATE_DIR: join(root, 'state') }, root)
  await prepareStateDir(paths)
  mkdirSync(join(root, 'log'))
  let logFile = join(root, 'log', options.logName ?? 'clawdbot-YYYY-MM-DD.log')
  const views: ArchiveView[] = []
  const errors: unknown[] = []
  const env = {
    CLAWDBOT_TEST: '1',
    CLAWDBOT_TEST_FAKE: options.mode ?? '',
    HOME: '/home/owner',
    ...options.env,
  }
  const archive = createArchive(
    {
      paths,
      appRoot,
      env,
      logFile: () => logFile,
      now: Date.now,
      onView: (view) => views.push(view),
      onError: (error) => errors.push(error),
    },
    { ...PACE, ...options.pace },
  )
  return {
    root,
    paths,
    appRoot,
    archive,
    views,
    errors,
    order: (words) =>
      archive.ask('session', { name: words }).then(
        () => 'answered',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    logAt: (file) => {
      logFile = file
    },
    async remove() {
      await archive.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
