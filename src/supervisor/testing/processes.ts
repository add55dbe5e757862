// Test support: real processes, and programs that use the supervisor's parts from outside.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { isSameProcess, processTable } from '../processes/process-table.ts'

export interface TestProcess {
  readonly pid: number
  readonly start: string
  readonly child: ChildProcess
  readonly alive: () => boolean
}

const started = new Set<ChildProcess>()

/** A program of its own (source text, run as a module by this Node), up when it has printed its first line. */
export const runProgram = async (
  source: string,
  env: NodeJS.ProcessEnv = {},
  args: readonly string[] = [],
): Promise<TestProcess & { readonly firstLine: string }> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source, '--', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'], ...env },
  })
  started.add(child)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const line = await Promise.race([
    once(child.stdout, 'data').then(([chunk]) => String(chunk).trim()),
    once(child, 'exit').then(() => {
      throw new Error(`the test program ended: ${errors}`)
    }),
  ])
  const pid = child.pid ?? 0
  const start = processTable.read(pid)?.start ?? ''
  return { pid, start, child, firstLine: line, alive: () => isSameProcess(pid, start) }
}

/** Lives until it is killed, and says so. */
export const SLEEPER = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')`

/** The same, after it has started a child that left its session and process group. */
export const ESCAPING = `
import { spawn } from 'node:child_process'
process.on('SIGTERM', () => {})
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], {
  detached: true, stdio: ['ignore', 'pipe', 'ignore'],
})
child.stdout.once('data', () => console.log(child.pid))
setInterval(() => {}, 1000)
`

/** Ends what the tests started themselves. */
export const endPrograms = (): void => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  started.clear()
}
