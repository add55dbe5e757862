// Where Docker's inspection of a container differs from what it was asked to be. Pure. What is missing, and what is not
// known here and says anything, is a difference: a container with one is not used.
import { createHash } from 'node:crypto'
import type { DriftView } from '../../shared/contracts/hands-views.ts'
import type { Inspection } from './engine/inspection.ts'
import type { WantedContainer, WantedMount } from './wanted-container.ts'

/** The owner's words for what has some; the rest goes by Docker's name. */
const WORDS: Readonly<Record<string, string>> = {
  NetworkMode: 'network',
  Dns: 'name servers',
  ExtraHosts: 'extra hosts',
  ReadonlyRootfs: 'read-only root',
  Privileged: 'privileged',
  CapAdd: 'added capabilities',
  CapDrop: 'dropped capabilities',
  PidsLimit: 'process limit',
  Memory: 'memory limit',
  MemorySwap: 'memory and swap limit',
  NanoCpus: 'processor limit',
  Tmpfs: 'folders in memory',
  Mounts: 'mounts asked for',
  Binds: 'added mounts',
  Devices: 'devices',
  IpcMode: 'shared memory with others',
  PidMode: 'processes shared with others',
  UTSMode: 'host name shared with others',
  UsernsMode: 'user namespace',
  CgroupnsMode: 'control groups',
  RestartPolicy: 'restart',
  AutoRemove: 'removal at its end',
  LogConfig: 'log of its output',
  PortBindings: 'published ports',
}

/** Masked and read-only for every container of Docker since 2018; a newer engine may have more. */
const MASKED = [
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
] as const
const READ_ONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'] as const

/** What an engine says without being asked, and what of it is no difference. */
const BY_ITSELF: Readonly<Record<string, (value: unknown) => boolean>> = {
  ConsoleSize: () => true,
  // The engine's own choice for all containers; each of these is at least as strict as runc.
  Runtime: (value) =>
    typeof value === 'string' &&
    /^(?:runc|crun|youki|runsc|kata[\w-]*|io\.containerd\.(?:runc|runsc|kata)\.v\d)$/.test(value),
  Isolation: (value) => value === 'default',
  MemorySwappiness: (value) => value === -1,
  MaskedPaths: (value) => hasAll(value, MASKED),
  ReadonlyPaths: (value) => hasAll(value, READ_ONLY),
}

/** Empty: the container is as it was asked to be. Its state is not part of that. */
export const driftOf = (wanted: WantedContainer, found: Inspection): readonly DriftView[] => [
  ...hostConfigDrift(wanted.HostConfig, found.HostConfig),
  ...configDrift(wanted, found),
  ...mountDrift(wanted.HostConfig.Mounts, found),
  ...apparmorDrift(wanted.HostConfig.SecurityOpt, found),
  ...networkDrift(wanted.HostConfig.NetworkMode, found),
]

const hostConfigDrift = (
  wanted: WantedContainer['HostConfig'],
  found: Readonly<Record<string, unknown>>,
): readonly DriftView[] => {
  const special = new Set(['SecurityOpt', 'Ulimits', 'Mounts'])
  const asked = Object.entries(wanted)
    .filter(([key]) => !special.has(key))
    .flatMap(([key, value]) => compare(WORDS[key] ?? key, value, found[key]))
  const known = new Set([...Object.keys(wanted), ...Object.keys(BY_ITSELF)])
  const unasked = Object.entries(found)
    .filter(([key, value]) => !known.has(key) && plain(value) !== undefined)
    .map(([key, value]) => ({ what: WORDS[key] ?? key, wanted: 'none', found: shown(value) }))
  const byItself = Object.entries(BY_ITSELF).flatMap(([key, isFine]) => {
    const value = found[key]
    const mayBeMissing = key !== 'MaskedPaths' && key !== 'ReadonlyPaths' && plain(value) === undefined
    return mayBeMissing || isFine(value)
      ? []
      : [{ what: WORDS[key] ?? key, wanted: "the engine's default", found: shown(value) }]
  })
  return [
    ...asked,
    ...securityDrift(wanted.SecurityOpt, found['SecurityOpt']),
    ...ulimitDrift(wanted.Ulimits, found['Ulimits']),
    ...compare('mounts asked for', wanted.Mounts.map(comparableMount), mountsFound(wanted, found['Mounts'])),
    ...unasked,
    ...byItself,
  ]
}

const securityDrift = (wanted: readonly string[], found: unknown): readonly DriftView[] => {
  const listed = strings(found)
  if (JSON.stringify(sameWords(wanted)) === JSON.stringify(sameWords(listed))) return []
  return [{ what: 'security options', wanted: brief(wanted), found: brief(listed) }]
}

/** An engine without AppArmor takes a profile, starts the container without it, and says so nowhere else. */
const apparmorDrift = (
  options: readonly string[],
  { AppArmorProfile, State }: Inspection,
): readonly DriftView[] => {
  if (!State.Running) return []
  const asked = options.find((one) => one.startsWith('apparmor='))?.slice('apparmor='.length)
  if (asked !== undefined) return compare('AppArmor profile', asked, AppArmorProfile)
  return AppArmorProfile === 'unconfined'
    ? [{ what: 'AppArmor profile', wanted: "the engine's default", found: AppArmorProfile }]
    : []
}

const sameWords = (options: readonly string[]): readonly string[] =>
  options.map((one) => one.replace(/^no-new-privileges[:=]true$/, 'no-new-privileges')).toSorted()

const brief = (options: readonly string[]): string => options.map(briefOption).join(', ') || 'none'

/** A whole profile is named by its hash. */
const briefOption = (option: string): string =>
  option.startsWith('seccomp=') && option.length > 64
    ? `seccomp profile ${createHash('sha256').update(option).digest('hex').slice(0, 8)}`
    : shown(option)

/** An engine may have limits of its own for what we ask nothing about. */
const ulimitDrift = (
  wanted: WantedContainer['HostConfig']['Ulimits'],
  found: unknown,
): readonly DriftView[] => {
  const listed = Array.isArray(found) ? found : []
  return wanted.flatMap((limit) => {
    const same: readonly unknown[] = listed.filter(
      (one: unknown) => typeof one === 'object' && one !== null && Reflect.get(one, 'Name') === limit.Name,
    )
    return compare(`limit ${limit.Name}`, [limit], same)
  })
}

const configDrift = (wanted: WantedContainer, { Config, Path, Args }: Inspection): readonly DriftView[] => {
  const env = new Map((Config.Env ?? []).map((entry) => [entry.split('=', 1)[0] ?? '', entry]))
  const [program, ...args] = wanted.Cmd
  const isOurs =
    JSON.stringify([Config.Cmd ?? [], Path, Args ?? []]) === JSON.stringify([wanted.Cmd, program, args])
  const labels = Config.Labels ?? {}
  return [
    ...compare('image', wanted.Image, Config.Image),
    ...compare('user', wanted.User, Config.User),
    ...compare('working folder', wanted.WorkingDir, Config.WorkingDir),
    ...compare('entry point', [], Config.Entrypoint),
    ...(isOurs
      ? []
      : [{ what: 'first process', wanted: 'the helper', found: shown([Path, ...(Args ?? [])]) }]),
    ...compare('open stdin', wanted.OpenStdin, Config.OpenStdin),
    ...compare('stdin for one only', wanted.StdinOnce, Config.StdinOnce),
    ...compare('terminal', wanted.Tty, Config.Tty),
    ...compare('health check', wanted.Healthcheck.Test, Config.Healthcheck?.Test),
    // An image that brings volumes has folders outside of every limit.
    ...compare('volumes', undefined, Config.Volumes),
    ...wanted.Env.flatMap((entry) => {
      const name = entry.split('=', 1)[0] ?? ''
      return compare(`environment ${name}`, entry, env.get(name))
    }),
    ...Object.entries(wanted.Labels).flatMap(([name, value]) =>
      compare(`label ${name}`, value, labels[name]),
    ),
  ]
}

/** What is really mounted, besides what was asked for. */
const mountDrift = (wanted: readonly WantedMount[], { Mounts }: Inspection): readonly DriftView[] => {
  const asked = wanted.map(({ Source, Target, ReadOnly }) => words(Source, Target, ReadOnly ? 'ro' : 'rw'))
  const real = (Mounts ?? []).map((one) => {
    const source = asGiven(one.Source, wanted.find(({ Target }) => Target === one.Destination)?.Source)
    const kind = one.Type === 'bind' ? '' : ` (${one.Type})`
    const spread = one.Propagation === 'rprivate' || one.Propagation === '' ? '' : ` ${one.Propagation}`
    return `${words(source, one.Destination, one.RW ? 'rw' : 'ro')}${kind}${spread}`
  })
  return compare('mounts', asked.toSorted(), real.toSorted())
}

const words = (source: string, target: string, mode: string): string => `${source} at ${target} ${mode}`

/** Docker Desktop names the machine's folders as its own machine sees them. */
const asGiven = (found: string, wanted: string | undefined): string => {
  if (wanted === undefined) return found
  const drive = /^([a-z]):[\\/](.*)$/i.exec(wanted)
  const seen =
    drive === null
      ? [`/host_mnt${wanted}`]
      : ['/run/desktop/mnt/host', '/host_mnt'].map(
          (root) => `${root}/${(drive[1] ?? '').toLowerCase()}/${(drive[2] ?? '').replaceAll('\\', '/')}`,
        )
  return seen.includes(found) ? wanted : found
}

const comparableMount = (mount: WantedMount): unknown => ({ ...mount })

const mountsFound = (wanted: WantedContainer['HostConfig'], found: unknown): unknown => {
  if (!Array.isArray(found)) return found
  return found.map((one: unknown) => {
    if (typeof one !== 'object' || one === null) return one
    const source: unknown = Reflect.get(one, 'Source')
    const target: unknown = Reflect.get(one, 'Target')
    const asked = wanted.Mounts.find(({ Target }) => Target === target)?.Source
    return typeof source === 'string' ? { ...one, Source: asGiven(source, asked) } : one
  })
}

const networkDrift = (mode: string, { NetworkSettings }: Inspection): readonly DriftView[] => {
  const networks = Object.keys(NetworkSettings.Networks ?? {}).filter((name) => name !== mode)
  const ports = Object.entries(NetworkSettings.Ports ?? {}).filter(([, to]) => plain(to) !== undefined)
  return [
    ...(networks.length === 0 ? [] : [{ what: 'networks', wanted: mode, found: shown(networks) }]),
    ...(ports.length === 0
      ? []
      : [{ what: 'published ports', wanted: 'none', found: shown(ports.map(([port]) => port)) }]),
  ]
}

const compare = (what: string, wanted: unknown, found: unknown): readonly DriftView[] =>
  JSON.stringify(plain(wanted)) === JSON.stringify(plain(found))
    ? []
    : [{ what, wanted: shown(wanted), found: shown(found) }]

/** A field of Docker's own, which may be left out where it says nothing; other keys are somebody's, and say something. */
const FIELD = /^[A-Z]/

/** With its keys sorted, and without what says nothing: null, zero, false, empty. All of it empty: undefined. */
const plain = (value: unknown): unknown => {
  if (value === null || value === undefined || value === '' || value === 0 || value === false)
    return undefined
  if (Array.isArray(value)) {
    const items = value.map(plain)
    return items.length === 0 ? undefined : items
  }
  if (typeof value !== 'object') return value
  const entries = Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, plain(inner)])
    .filter(([key, inner]) => inner !== undefined || !FIELD.test(key))
    .map(([key, inner]): [string, unknown] => [key, inner ?? null])
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

const shown = (value: unknown): string => {
  const said = plain(value)
  if (said === undefined) return 'none'
  const text = typeof said === 'string' ? said : JSON.stringify(said)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

const hasAll = (value: unknown, all: readonly string[]): boolean => {
  const listed = new Set(strings(value))
  return all.every((path) => listed.has(path))
}
