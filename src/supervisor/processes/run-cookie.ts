import { createHash, randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'

/** The environment variable by which a gateway and all that descends from it are found again. */
export const RUN_ID_VARIABLE = 'CLAWDBOT_RUN_ID'

/** One value for one state directory, by whatever path it is reached. */
const stateDirId = (root: string): string => {
  let path = resolve(root)
  try {
    path = realpathSync(path)
  } catch {
    // It does not exist: then nothing was ever started for it, and any value will do.
  }
  return createHash('sha256').update(path).digest('hex').slice(0, 16)
}

/** A new run's id. It begins with that of the state directory, so that STOP needs no file to find its runs. */
export const newRunId = (root: string): string => `${stateDirId(root)}-${randomBytes(8).toString('hex')}`

/** What the environment of every process of every run of this state directory has in it. */
export const cookieOfStateDir = (root: string): string => `${RUN_ID_VARIABLE}=${stateDirId(root)}-`
