import type { StatePaths } from '../state-dir.ts'
import type { Written } from './people.ts'

/** What the values of a config are understood by. */
export interface Surroundings {
  readonly exists: boolean
  readonly env: NodeJS.ProcessEnv
  readonly paths: StatePaths
  /** A path of the config as an absolute one: `~` is the home, the rest is relative to the config's folder. */
  readonly absolute: (path: string) => string
  readonly written: Written
  /** Files outside of the state directory that hold a secret. */
  readonly secretFiles: readonly string[]
}
