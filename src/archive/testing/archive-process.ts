// The archive as a process of its own, run from its source, asked as the supervisor asks it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  type ArchiveCall,
  type ArchiveInput,
  type ArchiveOutput,
  archiveAnswer,
  archiveCalls,
} from '../../shared/contracts/archive.ts'

export interface TestState {
  readonly root: string
  readonly sessions: string
  readonly indexDir: string
  readonly logFile: string
  readonly remove: () => void
}

export const makeState = (): TestState => {
  const root = mkdtempSync(join(tmpdir(), 'clawdbot-archive-'))
  for (const folder of ['sessions', 'audit', 'log']) mkdirSync(join(root, folder))
  return {
    root,
    sessions: join(root, 'sessions'),
    indexDir: join(root, 'archive'),
    logFile: join(root, 'log', 'clawdbot-YYYY-MM-DD.log'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

export interface TestArchive {
  readonly child: ChildProcess
  readonly ask: <K extends ArchiveCall>(call: K, input: ArchiveInput<K>) => Promise<ArchiveOutput<K>>
  /** As it stands, whatever it is. */
  readonly say: (line: string) => void
  readonly answers: unknown[]
  readonly kill: () => Promise<void>
  readonly end: () => Promise<void>
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Nobody in particular: root may read and write everything, whatever its mode. */
const NOBODY = 65_534

/**
 * Asks are refused with the message of the error that came back.
 * @param as `nobody`: may read and write only what its mode says, also where the test is root's
 */
export const startArchive = (
  { root, indexDir, logFile }: TestState,
  as: 'ourselves' | 'nobody' = 'ourselves',
): TestArchive => {
  const who = as === 'nobody' && process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  if ('uid' in who) execFileSync('chown', ['-R', `${who.uid}:${who.gid}`, root])
  const child = spawn(process.execPath, [MAIN], { stdio: ['pipe', 'pipe', 'inherit'], ...who })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const answers: unknown[] = []
  let id = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = archiveAnswer.parse(JSON.parse(line))
    answers.push(message)
    if (!('id' in message)) return
    const waiter = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) waiter?.reject(new Error(`${message.error.code}: ${message.error.message}`))
    else waiter?.resolve(message.output)
  })
  const gone = once(child, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the archive is gone'))
    return waiting.clear()
  })
  child.stdin.on('error', () => {
    // It is gone, which whoever asks is told.
  })
  const say = (line: string): void => void child.stdin.write(`${line}\n`)
  say(JSON.stringify({ stateDir: root, indexDir, auditDir: join(root, 'audit'), logFile }))
  const askRaw = (call: string, input: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      id += 1
      waiting.set(id, { resolve, reject })
      say(JSON.stringify({ id, call, input }))
    })
  return {
    child,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parsed by the schema of this very call
    ask: async (call, input) => archiveCalls[call].output.parse(await askRaw(call, input)) as never,
    say,
    answers,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async end() {
      child.stdin.end()
      await gone
    },
  }
}
