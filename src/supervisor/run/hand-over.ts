import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ClawdbotError } from '../../shared/domain/error.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'
import { pinnedNodePath } from '../children/pinned-node.ts'
import { inheritNothing } from '../processes/inherit-nothing.ts'
import { RUN_ID_VARIABLE } from '../processes/run-cookie.ts'
import { isSupervised, readRunFile } from './run-file.ts'

/** For a busy machine: starting takes well under a second otherwise. */
const PATIENCE_MS = 20_000
const LOOK_EVERY_MS = 25

export interface HandOverOptions {
  readonly paths: StatePaths
  /** The folder that holds `out/` and `node_modules/`. */
  readonly appRoot: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Starts `clawdbot gateway --kept`, a process of its own that outlives this one, and resolves with its pid once it
 * supervises. To be called when this process has given the state directory free.
 * Errors: `runtime_missing`, `gateway_not_running` where it ended or did not come up.
 */
export const handOver = async ({ paths, appRoot, env }: HandOverOptions): Promise<number> => {
  const node = pinnedNodePath(appRoot)
  const args = [join(appRoot, 'out', 'cli', 'main.js'), 'gateway', '--kept']
  const child = inheritNothing(['ignore', 'ignore', 'ignore'], (stdio) =>
    spawn(node, args, {
      cwd: paths.root,
      env: { ...withoutOurs(env), CLAWDBOT_STATE_DIR: paths.root },
      detached: true,
      stdio,
      windowsHide: true,
    }),
  )
  child.unref()
  const how = howItEnded(child)
  const begin = performance.now()
  while (performance.now() - begin < PATIENCE_MS) {
    const ended = how()
    if (ended !== undefined) throw notKept(ended)
    const run = await readRunFile(paths)
    if (run !== undefined && run.supervisor.pid === child.pid && isSupervised(run)) return run.supervisor.pid
    await sleep(LOOK_EVERY_MS)
  }
  // Whatever it does, nobody would know of it: what is not known to run must not run.
  child.kill('SIGKILL')
  throw notKept(`was not up within ${PATIENCE_MS / 1000} seconds`)
}

/** Without what changes how Node itself runs, and what would make the process count as part of a gateway. */
const withoutOurs = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        name === 'NODE_EXTRA_CA_CERTS' || (name !== RUN_ID_VARIABLE && !/^(NODE|ELECTRON)_/.test(name)),
    ),
  )

const howItEnded = (child: ChildProcess): (() => string | undefined) => {
  let ended: string | undefined
  child.once('error', (error) => (ended ??= `could not be started: ${error.message}`))
  child.once('exit', (code, signal) => (ended ??= `ended at once (${signal ?? `exit code ${code ?? '?'}`})`))
  return () => ended
}

const notKept = (why: string): ClawdbotError =>
  new ClawdbotError(
    'gateway_not_running',
    `the gateway could not be left running: it ${why}`,
    'It is stopped. Start Clawdbot, or run `clawdbot gateway` to see what is wrong.',
  )
