import type { Path } from './locate.ts'

/** What is wrong at one place of the config; `says` completes “`<key>` …”. Loading turns it into a ClawdbotError. */
export class ConfigProblem extends Error {
  readonly path: Path
  readonly hint: string

  constructor(path: Path, says: string, hint: string) {
    super(says)
    this.path = path
    this.hint = hint
  }
}
