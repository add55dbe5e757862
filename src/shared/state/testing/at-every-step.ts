// Test support: one change of a store, done by processes of their own that fail or are killed at each of its file operations.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { ProviderId } from '../../domain/provider.ts'
import type { StatePaths } from '../state-dir.ts'
import { credential, leftovers, NOW } from './temp-state.ts'

export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Hundreds of them start, so they share what Node compiled. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'clawdbot-test-compile-cache') }

const FAULTY = new URL('./faulty-child.ts', import.meta.url)

export const start = (program: URL, args: readonly string[]): Child =>
  spawn(process.execPath, [fileURLToPath(program), ...args], { stdio: 'pipe', env })

export const output = async (
  child: Child,
): Promise<{ readonly out: string; readonly signal: string | null }> => {
  const ended = new Promise<string | null>((resolve) => child.once('close', (_, signal) => resolve(signal)))
  const [out, error, signal] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  expect(error).toBe('')
  return { out, signal }
}

interface Fault {
  readonly done: boolean
  readonly operations: number
  readonly error?: string
}

const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' && value !== null && 'operations' in value && 'done' in value

/** What is done, as faulty-child.ts takes it, and with which fault. */
export interface Change {
  readonly fault: string
  readonly what: 'approve' | 'revoke' | 'deny' | 'request'
  readonly argument: string
  readonly provider?: ProviderId
}

/** Does one change in a process of its own that fails at its n-th file operation; undefined where it was killed. */
const faulty = async (
  { fault, what, argument, provider = 'telegram' }: Change,
  nth: number,
  paths: StatePaths,
): Promise<Fault | undefined> => {
  const args = [fault, String(nth), paths.root, what, argument, String(NOW), provider]
  const { out, signal } = await output(start(FAULTY, args))
  if (signal === 'SIGKILL') return undefined
  const report: unknown = JSON.parse(out)
  if (!isFault(report)) throw new Error(`no report: ${out}`)
  return report
}

/** A dead process's locks count as stale after 5 s; this makes them older than that. */
export const ageLocks = async (paths: StatePaths): Promise<void> => {
  const old = new Date(Date.now() - 60_000)
  for (const name of await leftovers(paths)) {
    if (!name.endsWith('.tmp')) await utimes(credential(paths, name), old, old)
  }
}

interface Attempt {
  readonly nth: number
  /** Undefined where the process was killed. */
  readonly report: Fault | undefined
}

/**
 * Runs the change with a fault at its first file operation, at its second, and so on until it meets none; each time on files
 * that `afresh` has made. Returns how many operations it has.
 */
export const atEveryStep = async (
  paths: StatePaths,
  change: Change,
  afresh: () => Promise<void>,
  look: (attempt: Attempt) => Promise<void>,
): Promise<number> => {
  for (let nth = 1; ; nth += 1) {
    await afresh()
    const report = await faulty(change, nth, paths)
    await look({ nth, report })
    if (report?.done === true) return nth - 1
  }
}
