// Real processes that share an audit, and real processes that are killed while they write it.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { tempState } from '../../shared/state/testing/temp-state.ts'
import { openAudit } from './audit.ts'
import { recordsIn, type SeenRecord } from './testing/audit-files.ts'
import { verifyAudit } from './verify/verify-audit.ts'

const WORKER = fileURLToPath(new URL('./testing/audit-worker.ts', import.meta.url))

type Child = ChildProcessByStdio<null, Readable, Readable>

interface Worker {
  readonly child: Child
  readonly said: () => readonly string[]
  /** How it ended. */
  readonly ended: Promise<{ readonly signal: string | null; readonly errors: string }>
}

const start = (...args: readonly string[]): Worker => {
  // Hundreds of them start, so they share what Node compiled.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'clawdbot-test-compile-cache') }
  const child = spawn(process.execPath, [WORKER, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let out = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const ended = once(child, 'close').then(() => ({ signal: child.signalCode, errors }))
  return { child, said: () => out.split('\n').slice(0, -1), ended }
}

const finished = async (worker: Worker): Promise<readonly string[]> => {
  expect(await worker.ended).toEqual({ signal: null, errors: '' })
  return worker.said()
}

/** Kills it when it has said so much, or has ended. */
const killAfter = async (worker: Worker, lines: number): Promise<readonly string[]> => {
  while (worker.said().length < lines && worker.child.exitCode === null) await sleep(1)
  worker.child.kill('SIGKILL')
  expect((await worker.ended).errors).toBe('')
  return worker.said()
}

const locks = async (paths: StatePaths): Promise<readonly string[]> =>
  (await readdir(paths.audit)).filter((name) => /^(?:lock|steal-|claim-)/.test(name))

describe('several processes', () => {
  it('write one chain: every acknowledged record is in it, none twice, also of those that were killed', async () => {
    const paths = await tempState()
    const whole = Array.from({ length: 3 }, () => start('write', paths.root, '120'))
    const killed = Array.from({ length: 5 }, (_, n) =>
      killAfter(start('write', paths.root, '100000'), 10 + n * 13),
    )
    const acknowledged = [...(await Promise.all(killed)), ...(await Promise.all(whole.map(finished)))].flat()
    const audit = await openAudit({ paths, now: Date.now })
    expect(await audit.verify()).toMatchObject({ ok: true })
    await audit.close()
    const seqs = (await recordsIn(paths)).map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    expect(new Set(acknowledged).size).toBe(acknowledged.length)
    expect(acknowledged.length).toBeGreaterThan(400)
    expect(seqs.map(String)).toEqual(expect.arrayContaining(acknowledged))
    expect(await locks(paths)).toEqual([])
  })

  it('never hold the lock together, though holders are killed all the time', async () => {
    const paths = await tempState()
    const counter = join(paths.root, 'counter')
    await writeFile(counter, '0')
    const whole = Array.from({ length: 3 }, () => start('lock', paths.root, '300', counter))
    const deaths = async (): Promise<number> => {
      let counted = 0
      for (let n = 0; n < 12; n += 1) {
        counted += (await killAfter(start('lock', paths.root, '100000', counter), 1 + n * 5)).length
      }
      return counted
    }
    const [one, two] = await Promise.all([deaths(), deaths()])
    const counted = (await Promise.all(whole.map(finished))).flat().length + one + two
    const count = Number(await readFile(counter, 'utf8'))
    // A killed one may have counted once more than it could say.
    expect(count).toBeGreaterThanOrEqual(counted)
    expect(count).toBeLessThanOrEqual(counted + 24)
    const audit = await openAudit({ paths, now: Date.now })
    await audit.close()
    expect(await locks(paths)).toEqual([])
  })
})

describe('500 kill -9 at random points of intent, act and outcome', () => {
  it('leave no act without its intent, no acknowledged record lost, and a chain that is whole', async () => {
    const paths = await tempState()
    const acts = join(paths.root, 'acts')
    await writeFile(acts, '')
    const until = async (rounds: number): Promise<void> => {
      for (let n = 0; n < rounds; n += 1) {
        const worker = start('act', paths.root, acts)
        while (worker.said().length === 0 && worker.child.exitCode === null) await sleep(1)
        await sleep(Math.random() * 12)
        worker.child.kill('SIGKILL')
        expect(await worker.ended).toEqual({ signal: 'SIGKILL', errors: '' })
        const audit = await openAudit({ paths, now: Date.now })
        expect(audit.view()).toMatchObject({ state: 'whole', error: null })
        await audit.close()
      }
    }
    // Side by side, because most of a round is the start of a process; so they also get in each other’s way.
    await Promise.all([until(167), until(167), until(166)])
    const report = await verifyAudit(paths)
    expect(report).toMatchObject({ ok: true, firstBroken: null })
    const records = await recordsIn(paths)
    const intents = new Set(records.filter(isIntent).map(({ seq }) => seq))
    const acted = (await readFile(acts, 'utf8')).split('\n').slice(0, -1).map(Number)
    expect(acted.length).toBeGreaterThan(500)
    expect(acted.filter((seq) => !intents.has(seq))).toEqual([])
    const outcomes = records.filter(({ kind }) => kind === 'outcome').map(({ ref }) => ref)
    expect(new Set(outcomes).size).toBe(outcomes.length)
    expect(outcomes.filter((ref) => ref === undefined || !intents.has(ref))).toEqual([])
    // What was cut off is in the audit, each time.
    expect(records.filter(({ act }) => act === 'audit.repair')).toHaveLength(report.repairs)
  })
})

const isIntent = ({ kind, act }: SeenRecord): boolean => kind === 'intent' && act === 'message.send'
