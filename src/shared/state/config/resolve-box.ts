import { isIP } from 'node:net'
import { readBounded } from '../atomic-file.ts'
import { refusedTarget, resolveBinds, type Workspaces } from './binds.ts'
import { findPlace, relationOf } from './host-places.ts'
import { resolveLimits } from './limits.ts'
import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import type { DockerKeys } from './sandbox-keys.ts'
import type { BoxConfig } from './schema.ts'
import type { Surroundings } from './surroundings.ts'

const PATH: Path = ['agent', 'sandbox', 'docker']
const at = (...keys: readonly PropertyKey[]): Path => [...PATH, ...keys]

const OPENS = 'It would open the sandbox. Remove it.'

/** agent.sandbox.docker, with every default; what would take a wall out of the box is refused with the reason. */
export const resolveBox = async (
  docker: DockerKeys,
  around: Surroundings,
  workspaces: Workspaces,
  secrets: readonly string[],
): Promise<BoxConfig> => {
  refuseOpenings(docker)
  const tmpfs = resolveTmpfs(docker.tmpfs ?? [])
  return {
    image: matching(
      docker.image ?? 'clawdbot-sandbox:bookworm-slim',
      IMAGE,
      at('image'),
      'is not an image’s name',
    ),
    containerPrefix: matching(
      docker.containerPrefix ?? 'clawdbot-sbx-',
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,30}$/,
      at('containerPrefix'),
      'can not begin a container’s name',
    ),
    readOnlyRoot: docker.readOnlyRoot ?? true,
    tmpfs,
    network: resolveNetwork(docker.network ?? 'none'),
    user: docker.user === undefined ? undefined : resolveUser(docker.user),
    env: resolveEnv(docker.env ?? {}, secrets),
    setupCommand: docker.setupCommand === undefined ? undefined : resolveSetup(docker.setupCommand),
    ...resolveLimits(docker),
    seccompProfile:
      docker.seccompProfile === undefined
        ? undefined
        : await resolveSeccomp(docker.seccompProfile, around, workspaces),
    apparmorProfile:
      docker.apparmorProfile === undefined ? undefined : resolveApparmor(docker.apparmorProfile),
    dns: (docker.dns ?? []).map(resolveDns),
    extraHosts: (docker.extraHosts ?? []).map(resolveExtraHost),
    binds: await resolveBinds(docker.binds ?? [], tmpfs, around, workspaces),
  }
}

const IMAGE = /^[a-z0-9](?:[a-zA-Z0-9._/:@-]{0,254}[a-zA-Z0-9])?$/

const matching = (text: string, form: RegExp, path: Path, says: string): string => {
  if (form.test(text)) return text
  throw new ConfigProblem(path, says, 'Correct the value.')
}

const refuseOpenings = ({ workdir, capDrop, privileged, capAdd = [], devices = [] }: DockerKeys): void => {
  if (privileged === true)
    throw new ConfigProblem(at('privileged'), 'gives a container the whole machine', OPENS)
  if (capAdd.length > 0) throw new ConfigProblem(at('capAdd'), 'adds capabilities; a sandbox has none', OPENS)
  if (devices.length > 0) throw new ConfigProblem(at('devices'), 'opens devices; a sandbox has none', OPENS)
  if (capDrop !== undefined && !capDrop.some((name) => name.toUpperCase() === 'ALL')) {
    throw new ConfigProblem(
      at('capDrop'),
      'keeps capabilities; a sandbox has none',
      'Write ["ALL"], or leave it out.',
    )
  }
  if (workdir !== undefined && workdir !== '/workspace') {
    throw new ConfigProblem(at('workdir'), 'can only be /workspace', 'Leave it out.')
  }
}

/** Always there; what the config names comes besides. */
const ALWAYS_MEMORY: readonly string[] = ['/tmp', '/var/tmp', '/run']

/** Paths only: sizes and options are ours, so that none of them takes nosuid, nodev or the limit away. */
const resolveTmpfs = (given: readonly string[]): readonly string[] => {
  for (const [index, path] of given.entries()) {
    const refused =
      path.includes(':') || path.includes(',') ? 'has options, which are not for the config' : undefined
    const why = refused ?? refusedTarget(path)
    if (why !== undefined)
      throw new ConfigProblem(at('tmpfs', index), why, 'Write a path such as "/var/cache".')
  }
  return [...new Set([...ALWAYS_MEMORY, ...given])]
}

/** GHSA-ww6v-v748-x7g9: `container:<id>` joined another container's network; CVE-2026-27002: `host`. */
const resolveNetwork = (name: string): string => {
  const path = at('network')
  const hint = 'Use "none", "bridge" or the name of a network that you made for it.'
  const plain = name.trim().toLowerCase()
  if (plain === 'host') throw new ConfigProblem(path, 'is the network of this machine itself', hint)
  if (plain.startsWith('container:'))
    throw new ConfigProblem(path, 'is the network of another container', hint)
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name) || plain === 'default') {
    throw new ConfigProblem(path, 'is not the name of a network', hint)
  }
  // Docker takes the id of a network too, and the beginning of one: that of `host` as well.
  if (/^[0-9a-f]+$/i.test(name)) {
    throw new ConfigProblem(path, 'may be the id of a network, which does not say what network it is', hint)
  }
  return name
}

const MAX_ID = 2 ** 32 - 2

/** Numbers only: what a name means is up to the image. The group of `1000` is 1000, not root's. */
const resolveUser = (text: string): string => {
  const [, uid, gid = uid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? []
  const ids = [uid, gid].flatMap((id) => (id === undefined ? [] : [Number(id)]))
  if (ids.includes(0) || /^root(?![^:])/.test(text)) {
    throw new ConfigProblem(at('user'), 'is root or the group of root', 'Name another user.')
  }
  if (ids.length === 2 && ids.every((id) => id <= MAX_ID)) return ids.join(':')
  throw new ConfigProblem(
    at('user'),
    'is not uid:gid in numbers',
    'Write it like "1000:1000", or leave it out.',
  )
}

/** 771f23d36 of the existing Clawdbot: a PATH of somebody's choice in front of every command. */
const resolveEnv = (
  given: Readonly<Record<string, string>>,
  secrets: readonly string[],
): BoxConfig['env'] => {
  for (const [name, value] of Object.entries(given)) {
    const path = at('env', name)
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(name)) {
      throw new ConfigProblem(path, 'is not the name of a variable', 'Use letters, digits and underscores.')
    }
    if (name === 'PATH')
      throw new ConfigProblem(path, 'can not be set: it says which programs run', 'Remove it.')
    if (name.startsWith('CLAWDBOT_'))
      throw new ConfigProblem(path, 'is a name of Clawdbot’s own', 'Remove it.')
    if (value.includes('\0') || value.length > 4096) {
      throw new ConfigProblem(
        path,
        'is too long, or holds a character that no variable can',
        'Correct the value.',
      )
    }
    if (secrets.some((secret) => secret !== '' && value.includes(secret))) {
      throw new ConfigProblem(
        path,
        'holds a secret of this config: every command could read it',
        'Remove it.',
      )
    }
  }
  return { LANG: 'C.UTF-8', ...given }
}

const resolveSetup = (command: string): string => {
  if (!command.includes('\0')) return command
  throw new ConfigProblem(at('setupCommand'), 'holds a character that no command can', 'Correct the value.')
}

const resolveApparmor = (name: string): string => {
  const path = at('apparmorProfile')
  if (name.trim().toLowerCase() === 'unconfined') throw new ConfigProblem(path, 'takes AppArmor away', OPENS)
  return matching(name, /^[a-zA-Z0-9_.-]{1,128}$/, path, 'is not the name of a profile')
}

const MAX_PROFILE_BYTES = 1024 * 1024

/** A file of the owner's, outside of what the agent can write. One that allows by default is `unconfined` by another name. */
const resolveSeccomp = async (
  given: string,
  around: Surroundings,
  workspaces: Workspaces,
): Promise<string> => {
  const path = at('seccompProfile')
  const ours = 'Leave the key out: then Clawdbot’s own profile is used.'
  if (['unconfined', 'builtin'].includes(given.trim().toLowerCase())) {
    throw new ConfigProblem(path, 'takes Clawdbot’s own profile away', ours)
  }
  const file = around.absolute(given)
  const place = await findPlace(file)
  for (const folder of [workspaces.workspace, workspaces.workspaceRoot]) {
    if (relationOf(place, await findPlace(folder)) !== 'apart') {
      throw new ConfigProblem(path, 'is where the agent could change it', 'Put the file elsewhere.')
    }
  }
  const found = await readBounded(file, MAX_PROFILE_BYTES)
  if (found.kind === 'absent') throw new ConfigProblem(path, 'names a file that does not exist', ours)
  if (found.kind !== 'text') throw new ConfigProblem(path, 'names a file that can not be read as text', ours)
  if (!isStrict(found.text)) {
    throw new ConfigProblem(path, 'names a file that is no profile, or one that allows by default', ours)
  }
  return file
}

const isStrict = (text: string): boolean => {
  try {
    const profile: unknown = JSON.parse(text)
    const action = typeof profile === 'object' && profile !== null && Reflect.get(profile, 'defaultAction')
    return typeof action === 'string' && /^SCMP_ACT_(?:ERRNO|KILL|KILL_PROCESS|KILL_THREAD)$/.test(action)
  } catch {
    // Not JSON: no profile.
    return false
  }
}

const resolveDns = (address: string, index: number): string => {
  if (isIP(address) !== 0) return address
  throw new ConfigProblem(at('dns', index), 'is not an IP address', 'Write it like "9.9.9.9".')
}

const resolveExtraHost = (text: string, index: number): string => {
  const [, address = ''] = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,252}):(.{1,64})$/.exec(text) ?? []
  if (isIP(address) !== 0 || address === 'host-gateway') return text
  throw new ConfigProblem(at('extraHosts', index), 'is not name:address', 'Write it like "db:10.0.0.5".')
}
