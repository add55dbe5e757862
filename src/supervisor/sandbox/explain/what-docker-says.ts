// The walls of one container as Docker reports them, a line each. Pure.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Inspection } from '../engine/inspection.ts'

/** One wall: what it is about, and what Docker says of it. */
export interface WallView {
  readonly what: string
  readonly found: string
}

const words = z.array(z.string()).nullish()
const amount = z.number().nullish()

/** Of what Docker says differently or not at all, `drift` says that it differs; here it is “not said”. */
const walls = z
  .object({
    NetworkMode: z.string(),
    ReadonlyRootfs: z.boolean(),
    Privileged: z.boolean(),
    CapAdd: words,
    CapDrop: words,
    SecurityOpt: words,
    PidsLimit: amount,
    Memory: amount,
    NanoCpus: amount,
    Devices: z.array(z.unknown()).nullish(),
  })
  .partial()

const MIB = 1024 * 1024

export const wallsOf = (found: Inspection): readonly WallView[] => {
  const host = walls.safeParse(found.HostConfig).data ?? {}
  const options = host.SecurityOpt ?? []
  const mounts = (found.Mounts ?? []).map(
    ({ Source, Destination, RW }) => `${Source} at ${Destination} (${RW ? 'read and write' : 'read only'})`,
  )
  return [
    { what: 'image', found: found.Config.Image },
    { what: 'user', found: found.Config.User === '' ? 'root' : found.Config.User },
    { what: 'network', found: host.NetworkMode ?? NOT_SAID },
    { what: 'root', found: saidOf(host.ReadonlyRootfs, 'read only', 'writable') },
    { what: 'privileged', found: saidOf(host.Privileged, 'yes', 'no') },
    { what: 'capabilities', found: capabilities(host.CapDrop ?? [], host.CapAdd ?? []) },
    { what: 'new privileges', found: options.some(isNoNewPrivileges) ? 'none' : 'possible' },
    { what: 'system calls', found: seccomp(options) },
    { what: 'processes', found: atMost(host.PidsLimit, String) },
    { what: 'memory', found: atMost(host.Memory, (bytes) => `${String(Math.round(bytes / MIB))} MiB`) },
    { what: 'processors', found: atMost(host.NanoCpus, (nano) => String(nano / 1e9)) },
    { what: 'devices', found: (host.Devices ?? []).length === 0 ? 'none' : 'some' },
    ...mounts.map((mount) => ({ what: 'folder', found: mount })),
    ...(mounts.length === 0 ? [{ what: 'folders', found: 'none of this machine' }] : []),
  ]
}

const NOT_SAID = 'not said'

const saidOf = (value: boolean | undefined, yes: string, no: string): string => {
  if (value === undefined) return NOT_SAID
  return value ? yes : no
}

const capabilities = (dropped: readonly string[], added: readonly string[]): string => {
  const left = dropped.some((name) => name.toUpperCase() === 'ALL') ? 'none' : "Docker's own set"
  return added.length === 0 ? left : `${left}, and ${added.join(', ')}`
}

const isNoNewPrivileges = (option: string): boolean => /^no-new-privileges(?:[:=]true)?$/.test(option)

const seccomp = (options: readonly string[]): string => {
  const profile = options.find((option) => option.startsWith('seccomp='))?.slice('seccomp='.length)
  if (profile === undefined) return "filtered by Docker's own profile"
  if (profile === 'unconfined') return 'not filtered'
  return `filtered by the profile ${createHash('sha256').update(profile).digest('hex').slice(0, 8)}`
}

const atMost = (limit: number | null | undefined, inWords: (limit: number) => string): string =>
  limit === undefined || limit === null || limit <= 0 ? 'no limit' : `at most ${inWords(limit)}`
