import { randomBytes } from 'node:crypto'
import { chmod, mkdir, stat, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { writeDurably, writeFailure } from './atomic-file.ts'

/** Every place of the state directory, as absolute paths. */
export interface StatePaths {
  readonly root: string
  /** The owner's config, JSON5. */
  readonly config: string
  readonly credentials: string
  readonly sessions: string
  /** The gateway's own journals. */
  readonly gateway: string
  /** Its presence is the latch. */
  readonly lockdown: string
  /** Each lockdown's beginning and end, one line each: the latch's second witness. */
  readonly lockdowns: string
  /** The chained record of what was decided and done. */
  readonly audit: string
  /** The archive's index: made from the other files, and again when it is thrown away. */
  readonly archive: string
  /** One folder for each lockdown, with its evidence. */
  readonly incidents: string
  /** Its presence switches read-only mode on. */
  readonly readOnly: string
  /** The agent's own files; the workspace of the owner's main session. */
  readonly workspace: string
  /** One workspace for each sandbox. */
  readonly sandboxes: string
  /** Who supervises now. */
  readonly run: string
  /** Approved senders who are still to be told. */
  readonly notify: string
  /** What the cli wants of the login of a messenger, for the supervisor that runs. */
  readonly linkRequest: string
  /** How that goes, with the code to scan; there only while it is under way. */
  readonly linkAnswer: string
}

const given = (value: string | undefined): string | undefined => {
  const text = value?.trim()
  return text === undefined || text === '' ? undefined : text
}

/**
 * The paths as the existing Clawdbot finds them (its `src/config/paths.ts`): `CLAWDBOT_STATE_DIR` or the older
 * `CLAWDIS_STATE_DIR`, `CLAWDBOT_CONFIG_PATH`, `CLAWDBOT_OAUTH_DIR`. A leading `~` stands for `home`.
 */
export const resolveStatePaths = (env: NodeJS.ProcessEnv, home: string): StatePaths => {
  const absolute = (path: string): string => resolve(path.replace(/^~(?=$|[\\/])/, () => home))
  const root = absolute(given(env['CLAWDBOT_STATE_DIR']) ?? given(env['CLAWDIS_STATE_DIR']) ?? '~/.clawdbot')
  return {
    root,
    config: absolute(given(env['CLAWDBOT_CONFIG_PATH']) ?? join(root, 'clawdbot.json')),
    credentials: absolute(given(env['CLAWDBOT_OAUTH_DIR']) ?? join(root, 'credentials')),
    sessions: join(root, 'sessions'),
    gateway: join(root, 'gateway'),
    lockdown: join(root, 'lockdown.json'),
    lockdowns: join(root, 'lockdowns.jsonl'),
    audit: join(root, 'audit'),
    archive: join(root, 'archive'),
    incidents: join(root, 'incidents'),
    readOnly: join(root, 'readonly.json'),
    workspace: join(root, 'workspace'),
    sandboxes: join(root, 'sandboxes'),
    run: join(root, 'run.json'),
    notify: join(root, 'notify.json'),
    linkRequest: join(root, 'link-request.json'),
    linkAnswer: join(root, 'link-answer.json'),
  }
}

/** Creates a folder for the owner alone, with its parents. Errors: `state_not_writable`, `disk_full`. */
export const makePrivateDir = async (path: string): Promise<void> => {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw writeFailure(error, path)
  }
}

/**
 * Creates the folders, takes them away from group and others, and proves that each takes a durable write.
 * Errors: `state_not_writable`, `disk_full`.
 */
export const prepareStateDir = async (paths: StatePaths): Promise<void> => {
  for (const path of [
    paths.root,
    paths.credentials,
    paths.sessions,
    paths.gateway,
    paths.audit,
    paths.archive,
    paths.incidents,
  ]) {
    await makePrivateDir(path)
    const probe = join(path, `.probe-${randomBytes(6).toString('hex')}`)
    try {
      const { mode } = await stat(path)
      // Windows has no such bits, and reports 0666 or 0444 for every folder.
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) await chmod(path, 0o700)
      // One block, because a file system can be so full that it takes a name but no byte.
      await writeDurably(probe, '.'.repeat(4096))
      await unlink(probe)
    } catch (error) {
      throw writeFailure(error, path)
    }
  }
}
