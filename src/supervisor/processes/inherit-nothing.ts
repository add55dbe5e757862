import type { StdioOptions } from 'node:child_process'
import { closeSync, openSync, readdirSync } from 'node:fs'
import { devNull } from 'node:os'

type Stdio = Extract<StdioOptions, readonly unknown[]>

/** What another thread may open between our look and the start. */
const HEADROOM = 64
/** Where nobody can look: more than Chromium has been seen to use. */
const UNSEEN = 1_024

/**
 * Calls `start` with `stdio` lengthened so that a child gets the null device in place of everything else that is open
 * here. Electron's main process holds Chromium's own sockets, caches and the display open in a way that children
 * inherit, and Node's permission model does not guard what is open already. Elsewhere libuv itself hands on nothing.
 */
export const inheritNothing = <T>(stdio: Stdio, start: (stdio: Stdio) => T): T => {
  if (process.platform !== 'linux') return start(stdio)
  const more = Math.max(0, highestOpen() + 1 + HEADROOM - stdio.length)
  const nothing = openSync(devNull, 'r')
  try {
    return start([...stdio, ...Array.from({ length: more }, () => nothing)])
  } finally {
    closeSync(nothing)
  }
}

const highestOpen = (): number => {
  try {
    return Math.max(...readdirSync('/proc/self/fd').map(Number).filter(Number.isInteger))
  } catch {
    return UNSEEN
  }
}
