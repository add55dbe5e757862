// What acts on the host for the agent, while the owner's config allows it: the same protocol as in a sandbox, over
// standard input and output. Started by the gateway, which may not touch the host itself; ends with it.
import { closeSync, constants, openSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { byOpenat2, byWalk, ownName } from './beneath.ts'
import { createCommands } from './commands.ts'
import { type Files, filesIn } from './files.ts'
import { partsOf } from './path-parts.ts'
import { endTree } from './process-tree.ts'
import { Refusal, refusalOf, refuse } from './refusal.ts'
import { serve } from './serve.ts'
import { loadSystemCalls, O_PATH } from './system-calls.ts'
import { KILL_WITHIN_MS, runWarden } from './warden.ts'

/** How it ends: after <sysexits.h>, for whoever looks into why. */
const EXIT = { closed: 0, violated: 65, noWorkspace: 66, outOfHand: 70 } as const
const WARDEN = '--as-warden'
const [, self = '', workspace = ''] = process.argv
const calls = loadSystemCalls()

/** Only Linux has descriptors of places, and names for them. */
const openWorkspace = (): Files | undefined => {
  if (process.platform !== 'linux') return undefined
  const root = openRoot()
  return filesIn(root, calls === undefined ? byWalk : byOpenat2(calls))
}

const openRoot = (): number => {
  try {
    return openSync(workspace, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (error) {
    // The gateway shows the last line of what we say here.
    process.stderr.write(
      `its workspace is not a folder that can be opened: ${refusalOf(error, workspace).message}\n`,
    )
    return process.exit(EXIT.noWorkspace)
  }
}

/** A command may go where it likes, and the owner may be asked first: so where it starts is convenience, not a wall. */
const folderByName = (cwd: string): string => {
  const root = realpathSync(workspace)
  const path = realpathSync(join(root, ...partsOf(cwd)))
  if (path !== root && !path.startsWith(root + sep))
    throw refuse('outside', cwd, 'it is not in the workspace')
  return path
}

const runHelper = (): void => {
  calls?.becomeSubreaper()
  const files = openWorkspace()
  const leave = async (code: number): Promise<void> => {
    await endTree({ of: process.pid, withinMs: KILL_WITHIN_MS, reap: (pid) => calls?.reap(pid) })
    process.exit(code)
  }
  serve({
    input: process.stdin,
    output: process.stdout,
    workspace,
    files: () => {
      if (files !== undefined) return files
      throw new Refusal(
        'denied',
        'file tools on the host need Linux; use the sandbox, which has them everywhere',
      )
    },
    commands: (answer) =>
      createCommands({
        // What Node was told for us holds for a warden as well: without it there are no foreign functions.
        wardenArgs: [...process.execArgv, self, WARDEN],
        env: process.env,
        calls,
        folder: (cwd) => {
          if (files === undefined) return { path: folderByName(cwd), close: () => {} }
          const place = files.folder(cwd)
          return { path: ownName(place), close: () => closeSync(place) }
        },
        now: () => performance.now(),
        answer,
        outOfHand: () => void leave(EXIT.outOfHand),
      }),
    over: (why) => void leave(EXIT[why]),
  })
}

if (workspace === WARDEN) runWarden(calls)
else runHelper()
