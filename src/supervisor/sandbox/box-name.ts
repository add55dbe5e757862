import { createHash } from 'node:crypto'
import type { Trust } from '../../shared/domain/people.ts'
import type { SessionKey } from '../../shared/domain/session.ts'
import type { SandboxScope } from '../../shared/state/config/sandbox-keys.ts'

/**
 * Which sandbox a session uses: its own, or with a wider scope one that all of the same trust share. A friend never
 * gets into one in which somebody with more rights works.
 */
export const boxKey = (scope: SandboxScope, session: SessionKey, trust: Trust): string =>
  scope === 'session' ? session : `shared:${trust}`

/**
 * The name of its folder and the middle of its container's. Readable as in the existing Clawdbot; the hash is longer than
 * its 8 digits, so that nobody picks an id that has another's folder.
 */
export const slugOf = (key: string): string => {
  const readable = key
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .slice(0, 32)
  return `${readable}-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
}

/** Docker's limit for a name that is also a host's name. */
const MAX_NAME = 63

/** `unique`: a few random letters, because the one before may still be going. */
export const containerName = (prefix: string, key: string, unique: string): string =>
  `${`${prefix}${slugOf(key)}`.slice(0, MAX_NAME - unique.length - 1)}-${unique}`
