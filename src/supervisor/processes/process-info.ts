/** One living process. A zombie is dead and is not listed. */
export interface ProcessInfo {
  readonly pid: number
  readonly group: number
  /** When it started, in a form that is compared with === only; a reused pid has another one. */
  readonly start: string
  /** For the owner's eyes: what was run, on one line, shortened. */
  readonly command: string
}

/** Synchronous on purpose: the switch that stops everything waits behind nothing. */
export interface ProcessTable {
  readonly read: (pid: number) => ProcessInfo | undefined
  readonly list: () => readonly ProcessInfo[]
  /** Was it, or an ancestor, started with an environment variable that begins so: `NAME=prefix`? */
  readonly carries: (pid: number, cookie: string) => boolean
}
