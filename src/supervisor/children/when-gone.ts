import type { ChildProcess } from 'node:child_process'

/** How long after an exit its last output may still come; a grandchild could hold the pipe open for ever. */
const LAST_OUTPUT_MS = 200

/** Calls `onGone` once, when the child is gone or could not be made and its output has been read; closes its ends first. */
export const whenGone = (
  child: ChildProcess,
  ends: readonly (() => void)[],
  onGone: (how: string) => void,
): void => {
  let told = false
  const tell = (how: string): void => {
    if (told) return
    told = true
    child.stdout?.destroy()
    child.stderr?.destroy()
    for (const close of ends) close()
    onGone(how)
  }
  child.on('error', (error) => {
    // Errors of a running child (a failed send or kill) are told by its exit.
    if (child.pid === undefined) tell(`could not be started: ${error.message}`)
  })
  child.once('exit', (code, signal) => {
    const how = signal === null ? `exited with code ${code ?? '?'}` : `was ended by ${signal}`
    child.once('close', () => tell(how))
    setTimeout(() => tell(how), LAST_OUTPUT_MS)
  })
}
