// The folders of the host that a sandbox sees, and whose they are.
import { chmod, chown, lstat, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../../../shared/domain/errno.ts'
import { ClawdbotError } from '../../../shared/domain/error.ts'
import { writeFailure } from '../../../shared/state/atomic-file.ts'
import type { SandboxConfig } from '../../../shared/state/config/schema.ts'
import { makePrivateDir } from '../../../shared/state/state-dir.ts'
import { slugOf } from '../box-name.ts'

/** Whose folders and processes a sandbox's are where there is nobody else: where we are root, and on Windows. */
const NOBODY_ELSE = 1000

export interface Workspaces {
  /** The folder with all sandboxes' workspaces. Absolute, symlinks resolved, as are the others. */
  readonly root: string
  readonly own: string
  readonly agent: string
  /** Whom the config names, else the owner of what is at /workspace. */
  readonly user: { readonly uid: number; readonly gid: number }
}

/**
 * Makes what is missing, 0700, and says whose it is. A folder that already is somebody's stays theirs. Errors:
 * `sandbox_refused`, `state_not_writable`, `disk_full`.
 */
export const prepareWorkspaces = async (
  sandbox: SandboxConfig,
  agentWorkspace: string,
  key: string,
): Promise<Workspaces> => {
  await makePrivateDir(sandbox.workspaceRoot)
  const root = await realpath(sandbox.workspaceRoot)
  const named = configured(sandbox.docker.user)
  const user = named ?? { uid: NOBODY_ELSE, gid: NOBODY_ELSE }
  const own = join(root, slugOf(key))
  await makeFolder(own, user)
  const usesAgent = sandbox.workspaceAccess !== 'none'
  if (usesAgent) await makeFolder(agentWorkspace, user)
  const agent = usesAgent ? await realpath(agentWorkspace) : agentWorkspace
  const inside = sandbox.workspaceAccess === 'rw' ? agent : own
  return { root, own, agent, user: named ?? (await ownerOf(inside)) }
}

const configured = (user: string | undefined): Workspaces['user'] | undefined => {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(user ?? '') ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}

const makeFolder = async (path: string, user: Workspaces['user']): Promise<void> => {
  try {
    await mkdir(path, { recursive: false, mode: 0o700 })
    if (process.getuid?.() === 0) await chown(path, user.uid, user.gid)
    // The mask may have taken something away.
    await chmod(path, 0o700)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) {
      await makePrivateDir(join(path, '..'))
      return makeFolder(path, user)
    }
    if (!isErrno(error, 'EEXIST')) throw writeFailure(error, path)
    const found = await lstat(path)
    if (!found.isDirectory()) throw refused(`${path} is not a folder.`, 'Move what is there away.')
  }
}

/** Errors: `sandbox_refused` where it is root's: nobody is root in a sandbox. */
const ownerOf = async (path: string): Promise<Workspaces['user']> => {
  if (process.platform === 'win32') return { uid: NOBODY_ELSE, gid: NOBODY_ELSE }
  const { uid, gid } = await lstat(path)
  if (uid === 0) {
    throw refused(
      `${path} belongs to root, and nobody is root in a sandbox.`,
      `Give it to another user, for example: chown -R ${NOBODY_ELSE}:${NOBODY_ELSE} ${path}`,
    )
  }
  return { uid, gid: gid === 0 ? uid : gid }
}

const refused = (what: string, hint: string): ClawdbotError =>
  new ClawdbotError(
    'sandbox_refused',
    `No sandbox is made: ${what}`,
    `${hint} Nothing runs on the host instead.`,
  )
