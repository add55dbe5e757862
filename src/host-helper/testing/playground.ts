// Test support: a workspace, and beside it what must never be read or changed.
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const CANARY = 'canary-of-the-owner'

export interface Playground {
  readonly base: string
  readonly workspace: string
  /** Beside the workspace, and of its file system. */
  readonly outside: string
  /** One value for all that lies beside the workspace: names, links, contents, permissions. */
  readonly outsideNow: () => string
  /** Empties the workspace, but for its one file. */
  readonly reset: () => void
  readonly remove: () => void
}

export const createPlayground = (): Playground => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'clawdbot-host-')))
  const workspace = join(base, 'ws')
  const outside = join(base, 'outside')
  for (const folder of [workspace, outside, join(base, 'ws-sibling')]) {
    mkdirSync(folder)
    writeFileSync(join(folder, 'canary'), folder === workspace ? 'benign' : CANARY)
  }
  mkdirSync(join(outside, 'sub'))
  writeFileSync(join(outside, 'sub', 'canary'), CANARY)
  return {
    base,
    workspace,
    outside,
    outsideNow: () => [outside, join(base, 'ws-sibling')].map(hashOf).join() + readdirSync(base).join(),
    reset: () => {
      for (const name of readdirSync(workspace)) rmSync(join(workspace, name), { recursive: true })
      writeFileSync(join(workspace, 'canary'), 'benign')
    },
    remove: () => rmSync(base, { recursive: true, force: true }),
  }
}

const hashOf = (path: string): string => {
  const hash = createHash('sha256')
  const visit = (at: string): void => {
    const stats = lstatSync(at)
    hash.update(`${at} ${String(stats.mode)} ${String(stats.nlink)}\0`)
    if (stats.isSymbolicLink()) hash.update(readlinkSync(at))
    else if (stats.isDirectory()) for (const name of readdirSync(at).sort()) visit(join(at, name))
    else if (stats.isFile()) hash.update(readFileSync(at))
  }
  visit(path)
  return hash.digest('hex')
}
