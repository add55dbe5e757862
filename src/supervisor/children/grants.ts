import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ClawdbotError } from '../../shared/domain/error.ts'

export interface GatewayPlaces {
  /** The gateway's own bundle: `<appRoot>/out/gateway`. */
  readonly code: string
  readonly sessions: string
  /** The gateway's own journals. */
  readonly journals: string
  /** `credentials/<provider>/` of each provider that is switched on and keeps a login there. */
  readonly logins: readonly string[]
  /** May contain YYYY-MM-DD, which stands for any date. */
  readonly logFile: string
  /** The latch: looked at before every send. */
  readonly lockdown: string
}

/**
 * The permission flags of the gateway's Node: everything it may touch, in this one place. What is not here it
 * can not do: no process, no worker, no native code; no config, no store, no audit, and of the latch only to
 * see it. The paths are real ones, because Node compares them as text.
 */
export const gatewayGrants = (places: GatewayPlaces): readonly string[] => {
  const own = [places.sessions, places.journals, ...places.logins].map(realPath)
  const log = logGrant(places.logFile)
  const read = [realPath(places.code), ...own, log, realPath(places.lockdown)]
  const write = [...own, log]
  return [
    '--permission',
    '--allow-net',
    ...read.map((path) => `--allow-fs-read=${path}`),
    ...write.map((path) => `--allow-fs-write=${path}`),
  ]
}

/** Do these flags let the gateway start processes? Shown on the first screen. */
export const maySpawn = (grants: readonly string[]): boolean => grants.includes('--allow-child-process')

/** Node knows a star at the end of a grant only, so the date and what follows it are left open. */
const logGrant = (logFile: string): string => {
  const [name = '', afterDate] = basename(logFile).split('YYYY-MM-DD')
  const path = join(realPath(dirname(logFile)), name)
  return afterDate === undefined ? path : `${path}*`
}

/** Also of what does not exist yet, such as the latch: then that of its folder. */
const realPath = (path: string): string => {
  // In a grant a star stands for everything that follows.
  if (path.includes('*')) {
    throw new ClawdbotError(
      'state_not_writable',
      `the path ${path} contains a star, which Node's permission flags can not express`,
      'Choose a state directory and a log file without a * in their names.',
    )
  }
  try {
    return realpathSync(path)
  } catch {
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}
