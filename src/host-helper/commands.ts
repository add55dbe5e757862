import { randomBytes } from 'node:crypto'
import type { HelperAnswer } from '../shared/contracts/helper.ts'
import { type BashRequest, type Command, startCommand } from './command.ts'
import { endTree } from './process-tree.ts'
import { Refusal, refusalOf } from './refusal.ts'
import type { SystemCalls } from './system-calls.ts'
import { KILL_WITHIN_MS } from './warden.ts'

export type Answer = (answer: HelperAnswer, body?: Uint8Array) => void

/** The commands that run now. */
export interface Commands {
  /** Throws a Refusal where it can not begin. */
  readonly start: (request: BashRequest) => void
  readonly abort: (id: number) => void
  /** Reads no output until `resume`, so that the commands have to wait. */
  readonly pause: () => void
  readonly resume: () => void
}

export interface CommandsOptions {
  readonly wardenArgs: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly calls: SystemCalls | undefined
  /** A path for chdir(2), used before `close` is called. Throws a Refusal for what is not a folder of the workspace. */
  readonly folder: (cwd: string) => { readonly path: string; readonly close: () => void }
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number
  readonly answer: Answer
  /** Something that a command started can not be ended: the helper must not go on as if it could. */
  readonly outOfHand: () => void
}

const MAX_COMMANDS = 32

export const createCommands = (options: CommandsOptions): Commands => {
  const { answer, calls } = options
  const running = new Map<number, Command>()
  let paused = false

  const finished = async (id: number, command: Command): Promise<void> => {
    try {
      const { left, end } = await command.over
      if (left === 'unclean' || (left === 'orphaned' && !(await endOrphans()))) return options.outOfHand()
      answer({ kind: 'end', id, ...end })
    } catch (error) {
      const { fault, message } = refusalOf(error, 'bash')
      answer({ kind: 'fault', id, fault, why: message })
    } finally {
      running.delete(id)
    }
  }

  /** Of a command that killed its own warden. */
  const endOrphans = (): Promise<boolean> => {
    const spare = new Set([...running.values()].flatMap(({ warden }) => warden ?? []))
    return endTree({ of: process.pid, spare, withinMs: KILL_WITHIN_MS, reap: (pid) => calls?.reap(pid) })
  }

  return {
    start(request) {
      if (process.platform === 'win32') throw new Refusal('denied', 'there is no bash on the host on Windows')
      if (running.size >= MAX_COMMANDS) throw new Refusal('busy', 'too many commands are running on the host')
      if (running.has(request.id)) throw new Refusal('bad_request', 'this number is in use')
      const folder = options.folder(request.cwd)
      try {
        const command = startCommand(request, {
          ...options,
          commandId: randomBytes(9).toString('hex'),
          cwd: folder.path,
          send: (stream, bytes) => answer({ kind: 'output', id: request.id, stream }, bytes),
        })
        running.set(request.id, command)
        if (paused) command.pause()
        void finished(request.id, command)
      } finally {
        folder.close()
      }
    },
    abort: (id) => running.get(id)?.abort(),
    pause() {
      paused = true
      for (const command of running.values()) command.pause()
    },
    resume() {
      paused = false
      for (const command of running.values()) command.resume()
    },
  }
}
