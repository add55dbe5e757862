import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeSync } from 'node:fs'
import { z } from 'zod'
import { endTree, reapDead } from './process-tree.ts'
import type { SystemCalls } from './system-calls.ts'

/** What a warden is told, in one line on its standard input. The end of that input ends the command. */
const order = z.strictObject({ command: z.string(), env: z.record(z.string(), z.string()) })
export type Order = z.infer<typeof order>

/** What it says at the end, in one line on the file after the three usual ones. */
export const report = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('over'),
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    /** Nothing that the command started is left. */
    clean: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('failed'), why: z.string() }),
])
export type Report = z.infer<typeof report>

export const REPORT_FD = 3
/** Milliseconds in which a killed tree has to be gone. */
export const KILL_WITHIN_MS = 2_000
/** Milliseconds: how often dead orphans are taken away while a command runs. */
const REAP_MS = 200
const MAX_ORDER = 1024 * 1024

/**
 * A process for one command, and the ancestor of all that comes of it: as a subreaper it gets back what forks twice,
 * takes a session of its own and clears its environment. So “the command and all that it started” is its descendants,
 * exactly, however many commands run beside it.
 */
export const runWarden = (calls: SystemCalls | undefined): void => {
  calls?.becomeSubreaper()
  let text = ''
  let shell: ChildProcess | undefined
  let ending = false

  const finish = async (end: {
    readonly exitCode: number | null
    readonly signal: string | null
  }): Promise<void> => {
    if (ending) return
    ending = true
    const clean = await endTree({
      of: process.pid,
      withinMs: KILL_WITHIN_MS,
      reap: (pid) => calls?.reap(pid),
    })
    say({ kind: 'over', ...end, clean })
    process.exit()
  }

  process.stdin.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
    const line = text.indexOf('\n')
    if (text.length > MAX_ORDER) process.exit(1)
    if (shell !== undefined || line === -1) return
    shell = startShell(order.parse(JSON.parse(text.slice(0, line))), finish)
    const { pid } = shell
    const spare = new Set(pid === undefined ? [] : [pid])
    if (calls !== undefined) setInterval(() => reapDead(process.pid, spare, calls.reap), REAP_MS)
  })
  // Whoever asked for it is gone, or wants it over: the shell's exit below comes of the kill.
  const end = (): void => void finish({ exitCode: null, signal: 'SIGKILL' })
  process.stdin.once('end', end).once('error', end)
}

const startShell = (
  { command, env }: Order,
  finish: (end: { readonly exitCode: number | null; readonly signal: string | null }) => Promise<void>,
): ChildProcess => {
  const program = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh'
  // As one argument: no text of the agent is ever put together with a text of ours.
  const shell = spawn(program, ['-c', command], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  shell.once('error', (error) => {
    say({ kind: 'failed', why: error.message })
    process.exit()
  })
  shell.once('exit', (exitCode, signal) => void finish({ exitCode, signal }))
  return shell
}

const say = (words: Report): void => {
  try {
    writeSync(REPORT_FD, `${JSON.stringify(words)}\n`)
  } catch {
    // Nobody listens any more: the helper is dead, and what there was to end has been ended.
  }
}
