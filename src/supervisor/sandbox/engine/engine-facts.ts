import { z } from 'zod'

/** What the engine says of itself, as far as the promise of a sandbox rests on it. */
export interface EngineFacts {
  readonly engine: string
  /** Empty where it does not say. */
  readonly runc: string
  readonly hasSeccomp: boolean
  readonly limitsMemory: boolean
  readonly limitsSwap: boolean
  readonly limitsProcesses: boolean
  /** Its own user is not root, or it maps users: what a sandbox's user owns looks different from outside. */
  readonly mapsUsers: boolean
}

const versionForm = z.looseObject({
  Version: z.string(),
  Components: z.array(z.looseObject({ Name: z.string(), Version: z.string() })).nullish(),
})

const infoForm = z.looseObject({
  MemoryLimit: z.boolean().default(false),
  SwapLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
  SecurityOptions: z.array(z.string()).nullish(),
})

export const parseEngineFacts = (version: string, info: string): EngineFacts | undefined => {
  try {
    const said = versionForm.safeParse(JSON.parse(version)).data
    const is = infoForm.safeParse(JSON.parse(info)).data
    if (said === undefined || is === undefined) return undefined
    const options = new Set((is.SecurityOptions ?? []).map((option) => option.split(',', 1)[0]))
    return {
      engine: said.Version,
      runc: said.Components?.find(({ Name }) => Name === 'runc')?.Version ?? '',
      hasSeccomp: options.has('name=seccomp'),
      limitsMemory: is.MemoryLimit,
      limitsSwap: is.SwapLimit,
      limitsProcesses: is.PidsLimit,
      mapsUsers: options.has('name=rootless') || options.has('name=userns'),
    }
  } catch {
    // Not JSON: what answers is not Docker, and its caller says so.
    return undefined
  }
}

/**
 * The first version without the holes that let a container out: CVE-2026-41567, -41568, -42306 in the engine,
 * CVE-2025-31133, -52565, -52881 in runc. A distribution may have mended an older one.
 */
const SAFE_ENGINE = [29, 5, 1] as const
const SAFE_RUNC = [1, 2, 8] as const
const SAFE_RUNC_3 = [1, 3, 3] as const

/** Whole sentences for the owner. */
export const engineRisks = (facts: EngineFacts): readonly string[] => [
  ...(isOlder(facts.engine, SAFE_ENGINE)
    ? [
        `Docker ${facts.engine} has known holes out of a container, closed in 29.5.1 (CVE-2026-41567): update it, or make sure that your system's version has them mended.`,
      ]
    : []),
  ...(isOlder(facts.runc, facts.runc.startsWith('1.3.') ? SAFE_RUNC_3 : SAFE_RUNC)
    ? [
        `runc ${facts.runc} has known holes out of a container, closed in 1.2.8 and 1.3.3 (CVE-2025-31133): update it, or make sure that your system's version has them mended.`,
      ]
    : []),
  ...(facts.hasSeccomp
    ? []
    : ['This Docker can not filter system calls (no seccomp): boxes do not start on it.']),
  ...(facts.limitsMemory && facts.limitsProcesses
    ? []
    : ['This kernel does not let Docker limit memory or processes: boxes do not start on it.']),
  ...(facts.limitsMemory && !facts.limitsSwap
    ? ['This kernel does not let Docker limit swap: a box may use more of it than its limit of memory.']
    : []),
  ...(facts.mapsUsers
    ? [
        'This Docker maps users (rootless or userns-remap): boxes can not write their own files there unless their folder belongs to the mapped user.',
      ]
    : []),
]

const isOlder = (version: string, than: readonly number[]): boolean => {
  const numbers = /^v?(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(version)
    ?.slice(1)
    .map((part) => Number(part ?? 0))
  // What does not say its version is not called safe or unsafe: that is no sentence to act on.
  if (numbers === undefined) return false
  for (const [at, wanted] of than.entries()) {
    const part = numbers[at] ?? 0
    if (part !== wanted) return part < wanted
  }
  return false
}
