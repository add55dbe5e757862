import { type ChildProcess, spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { Readable } from 'node:stream'
import { createBoundedLines } from '../children/channel/bounded-lines.ts'
import { createOutputTail } from '../children/output-tail.ts'
import { passedOn } from '../children/passed-on.ts'
import { whenGone } from '../children/when-gone.ts'
import { inheritNothing } from '../processes/inherit-nothing.ts'
import { signalGroup } from '../processes/kill.ts'

/** Of one line from the archive, in bytes: many times what the largest answer has. */
export const MAX_LINE = 64 * 1024 * 1024
/** Bytes that are read in a window of time (milliseconds): reading a flood must not keep STOP from its turn. */
const MAX_READ = 32 * 1024 * 1024
const READ_WINDOW_MS = 100
/** Behind what the owner works with, and not so far behind that a search has to wait for it. */
const PRIORITY = 5

export interface ArchiveLaunch {
  /** The pinned Node. */
  readonly node: string
  /** The archive's first file. */
  readonly main: string
  readonly grants: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly onLine: (line: Buffer | 'too long') => void
  /** Once, when the process is gone or could not be made, and its output has been read. */
  readonly onExit: (exit: ArchiveExit) => void
}

export interface ArchiveExit {
  /** “exited with code 1”, “was ended by SIGKILL”, “could not be started: …”. */
  readonly how: string
  readonly lastOutput: readonly string[]
}

export interface ArchiveChild {
  readonly pid: number | undefined
  /** Without an effect where it is gone. */
  readonly say: (line: string) => void
  /** Closes its input, which is its word to end. */
  readonly end: () => void
  readonly kill: () => void
}

/** Node's remarks on what it is granted would crowd the last lines before a failure. */
const QUIET_FLAGS: readonly string[] = ['ExperimentalWarning', 'PERM0001', 'PERM0002'].map(
  (warning) => `--disable-warning=${warning}`,
)
const MEMORY_FLAGS: readonly string[] = ['--max-old-space-size=1024']
const MEMORY_ENV: Readonly<Record<string, string>> = { MALLOC_ARENA_MAX: '2' }

/**
 * Starts the archive: three pipes, an environment of a few names, a group of its own, so that a Ctrl-C in a terminal does
 * not reach it, and a low priority. It has no run's cookie, because STOP leaves it alone: a bad day is when it is read.
 * Its input is what it lives by, so that it dies with us.
 */
export const launchArchive = (launch: ArchiveLaunch): ArchiveChild => {
  // Only Node's own words: what our program says of a file it never prints.
  const tail = createOutputTail(
    (line) => line,
    () => undefined,
  )
  const child: ChildProcess = inheritNothing(['pipe', 'pipe', 'pipe'], (stdio) =>
    spawn(launch.node, [...MEMORY_FLAGS, ...QUIET_FLAGS, ...launch.grants, launch.main], {
      cwd: launch.cwd,
      env: { ...passedOn(launch.env, []), ...MEMORY_ENV },
      detached: true,
      stdio,
      windowsHide: true,
    }),
  )
  const { pid, stdin, stdout, stderr } = child
  if (pid !== undefined) lower(pid)
  // Where no more files can be opened, a child that was not made has no pipes either, whatever its type says.
  if (stdout instanceof Readable) readLines(stdout, launch.onLine)
  stderr?.setEncoding('utf8').on('data', tail.push)
  // An archive that closed its end, or died with something unread. What becomes of it, its exit tells.
  for (const stream of [stdin, stdout, stderr]) stream?.on('error', () => undefined)
  whenGone(child, [() => stdin?.destroy()], (how) => launch.onExit({ how, lastOutput: tail.lines() }))
  return {
    pid,
    say: (line) => {
      if (stdin?.writable === true) stdin.write(`${line}\n`)
    },
    end: () => stdin?.end(),
    kill: () => {
      // A reaped pid may be anybody's.
      if (pid !== undefined && child.exitCode === null && child.signalCode === null)
        signalGroup(pid, 'SIGKILL')
    },
  }
}

const lower = (pid: number): void => {
  try {
    setPriority(pid, PRIORITY)
  } catch {
    // A courtesy to the rest of the machine; where it is not granted everything works all the same.
  }
}

const readLines = (output: Readable, onLine: ArchiveLaunch['onLine']): void => {
  const lines = createBoundedLines(MAX_LINE)
  let left = MAX_READ
  let window: NodeJS.Timeout | undefined
  output.on('data', (piece: Buffer) => {
    for (const line of lines(piece)) {
      onLine(line)
      // What follows is the rest of it, and no line.
      if (line === 'too long') {
        output.destroy()
        return
      }
    }
    left -= piece.length
    window ??= setTimeout(() => {
      window = undefined
      left = MAX_READ
      output.resume()
    }, READ_WINDOW_MS)
    if (left <= 0) output.pause()
  })
}
