import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isErrno } from '../../shared/domain/errno.ts'

/** Where the Docker Engine of this machine listens. */
export type EngineLocation =
  | { readonly kind: 'socket'; readonly path: string }
  /** There is no socket at any of the usual places. */
  | { readonly kind: 'none' }
  /** DOCKER_HOST names an engine that is not on this machine, or nothing that we understand. */
  | { readonly kind: 'unsupported'; readonly host: string }

/** On Windows the engine is a named pipe, which can be connected to and not looked at. */
const WINDOWS_PIPE = '//./pipe/docker_engine'

const usualPlaces = (env: NodeJS.ProcessEnv): readonly string[] => {
  const runtime = env['XDG_RUNTIME_DIR']
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    join(env['HOME'] || homedir(), '.docker', 'run', 'docker.sock'),
  ]
}

/** Only certain absence is absence: a place that can not be looked at is tried, and says why it can not be used. */
const mayExist = (path: string): boolean => {
  try {
    statSync(path)
    return true
  } catch (error) {
    return !isErrno(error, 'ENOENT', 'ENOTDIR')
  }
}

/**
 * DOCKER_HOST if it is set, else the first usual place where there is something: the system's engine, a rootless one,
 * Docker Desktop. Never an engine on another machine: what runs there could not be stopped for certain. Synchronous,
 * so that STOP does not queue behind a disk that hangs.
 */
export const findEngine = (env: NodeJS.ProcessEnv): EngineLocation => {
  const host = env['DOCKER_HOST'] ?? ''
  if (host !== '') {
    const path = /^(?:unix|npipe):\/\/(\/.+)$/.exec(host)?.[1]
    return path === undefined ? { kind: 'unsupported', host } : { kind: 'socket', path }
  }
  if (process.platform === 'win32') return { kind: 'socket', path: WINDOWS_PIPE }
  const path = usualPlaces(env).find(mayExist)
  return path === undefined ? { kind: 'none' } : { kind: 'socket', path }
}
