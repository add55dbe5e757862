import type { StatePaths } from '../shared/state/state-dir.ts'

/** What a command may use of the world. `main.ts` makes the one and only. */
export interface CliContext {
  readonly paths: StatePaths
  readonly env: NodeJS.ProcessEnv
  readonly home: string
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** One line on standard output. */
  readonly print: (line: string) => void
  /** One line on standard error, for what is no result. */
  readonly warn: (line: string) => void
  /** A word that stands out, where somebody looks at standard output; the same word where a program does. */
  readonly strong: (text: string) => string
  /** The terminal that standard output is, for what changes in place; undefined where it is none. */
  readonly screen:
    | {
        /** Columns and rows, as they are now. */
        readonly width: () => number
        readonly height: () => number
        readonly write: (text: string) => void
      }
    | undefined
  /** A question on the terminal; undefined where nobody sits there. */
  readonly ask: ((question: string) => Promise<string>) | undefined
}
