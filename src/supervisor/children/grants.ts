import { basename, dirname, join } from 'node:path'
import { CLOSED, realPath, refuseStar } from './permission-flags.ts'

export type HostAccess = 'open' | 'closed'

const SPAWN = '--allow-child-process'

export interface GatewayPlaces {
  /** The gateway's own bundle: `<appRoot>/out/gateway`. */
  readonly code: string
  readonly sessions: string
  /** The gateway's own journals. */
  readonly journals: string
  /** `credentials/<provider>/` of each provider that is switched on and keeps a login there. */
  readonly logins: readonly string[]
  /** Folders of packages that are not part of its bundle, of the providers that are on and use some: only to read. */
  readonly packages: readonly string[]
  /** May contain YYYY-MM-DD, which stands for any date. */
  readonly logFile: string
  /** The latch: looked at before every send. */
  readonly lockdown: string
  /** Whether the config lets any session act on the host; only then may the gateway start a process: the helper that does. */
  readonly host: HostAccess
  /** Of the launch, in UTC: the names of a log with a date begin with this year or the next. */
  readonly year: number
}

/**
 * The permission flags of the gateway's Node: everything it may touch, in this one place. What is not here it
 * can not do: no worker, no native code; no config, no store, no audit, and of the latch only to see it; and no
 * process, but while the host is open to a session. The paths are real ones, because Node compares them as text.
 */
export const gatewayGrants = (places: GatewayPlaces): readonly string[] => {
  const own = [places.sessions, places.journals, ...places.logins].map(realPath)
  const log = logGrants(places)
  const read = [realPath(places.code), ...own, ...log, realPath(places.lockdown)]
  const write = [...own, ...log]
  for (const path of places.packages) refuseStar(path)
  return [
    '--permission',
    ...CLOSED,
    '--allow-net',
    ...(places.host === 'open' ? [SPAWN] : []),
    ...read.map((path) => `--allow-fs-read=${path}`),
    ...write.map((path) => `--allow-fs-write=${path}`),
    ...packageGrants(places.packages),
  ]
}

/**
 * Last, because they are many and say little. As Node finds them from the code, and without the realpath that would need
 * their parents.
 */
const packageGrants = (packages: readonly string[]): readonly string[] => {
  if (packages.length === 0) return []
  return ['--preserve-symlinks', ...packages.map((path) => `--allow-fs-read=${path}`)]
}

/** Do these flags let the gateway start processes? Shown on the first screen. */
export const maySpawn = (grants: readonly string[]): boolean => grants.includes(SPAWN)

/**
 * Node knows a star at the end of a grant only, so most of the date and what follows it are left open. The year is
 * not: without it a log named YYYY-MM-DD.log would open its whole folder, and clawdbot.YYYY-MM-DD.log the config.
 */
const logGrants = ({ logFile, year }: GatewayPlaces): readonly string[] => {
  const [name = '', afterDate] = basename(logFile).split('YYYY-MM-DD')
  const folder = realPath(dirname(logFile))
  if (afterDate === undefined) return [join(folder, name)]
  return [year, year + 1].map((each) => `${join(folder, `${name}${each}-`)}*`)
}
