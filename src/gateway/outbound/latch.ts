import { lstatSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether the owner has stopped everything: the presence of `<stateDir>/lockdown.json` is the latch, whatever is in
 * it. Anything but a clear "there is no such file" counts as locked: unknown means refused.
 */
export const createLatch =
  (stateDir: string): (() => boolean) =>
  () => {
    try {
      lstatSync(join(stateDir, 'lockdown.json'))
      return true
    } catch (error) {
      return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
    }
  }
