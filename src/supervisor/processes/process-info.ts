/** Who a process is. A zombie is dead and is none. */
export interface ProcessStamp {
  readonly pid: number
  /** The process that made it, or whoever took its place when that one died; 0 where there is none. */
  readonly parent: number
  readonly group: number
  /** When it started, in a form that is compared with === only; a reused pid has another one. */
  readonly start: string
  /** It waits in the kernel and can not be interrupted: whoever reads its memory may have to wait with it. */
  readonly hangs: boolean
}

export interface ProcessInfo extends ProcessStamp {
  /** For the owner's eyes: what was run, on one line, shortened. */
  readonly command: string
}

/** What a scan saw besides what it visited. */
interface ProcessScan {
  /** In the list, and gone or dead when they were looked at: they may have left children. */
  readonly gone: readonly number[]
}

export interface Carriers {
  readonly found: ReadonlySet<number>
  /** Nobody could look now. */
  readonly unclear: ReadonlySet<number>
}

/**
 * Synchronous on purpose: the switch that stops everything waits behind nothing. `stamp` and `scan` read nothing
 * that a process which hangs in the kernel could hold up; the others read its memory.
 */
export interface ProcessTable {
  /** Is `scan` answered by the system itself at once, or by a program that has to be started first? */
  readonly scanning: 'quick' | 'slow'
  readonly stamp: (pid: number) => ProcessStamp | undefined
  /** Visits all but those to skip, the newest number first. Throws where the table can not be read. */
  readonly scan: (skip: (pid: number) => boolean, visit: (found: ProcessStamp) => void) => ProcessScan
  /** The members of these groups and all that descends from them. Nothing waits for it, and it never waits long. */
  readonly family: (groups: ReadonlySet<number>) => Promise<readonly ProcessInfo[]>
  readonly read: (pid: number) => ProcessInfo | undefined
  readonly list: () => readonly ProcessInfo[]
  /** Was it, or an ancestor, started with an environment variable that begins so: `NAME=prefix`? */
  readonly carries: (pid: number, cookie: string) => boolean
  /** The same of many. */
  readonly carriers: (pids: readonly number[], cookie: string) => Carriers
}

/** One string for one process, whatever happens to its pid. */
export const keyOf = ({ pid, start }: ProcessStamp): string => `${String(pid)} ${start}`
