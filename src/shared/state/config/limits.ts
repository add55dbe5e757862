import { parseBytes, within } from './amounts.ts'
import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'
import type { DockerKeys } from './sandbox-keys.ts'
import type { BoxConfig } from './schema.ts'

const MIB = 1024 * 1024

/** What a sandbox has where the config says nothing. */
export const DEFAULT_LIMITS = {
  pidsLimit: 256,
  memory: 512 * MIB,
  cpus: 1,
  ulimits: {
    // Below the 1024 of most programs outside: the kernel counts descriptors in flight by user, against each one's own limit.
    nofile: { soft: 768, hard: 768 },
    core: { soft: 0, hard: 0 },
    fsize: { soft: 256 * MIB, hard: 256 * MIB },
  },
} as const

type Limits = Pick<BoxConfig, 'pidsLimit' | 'memory' | 'memorySwap' | 'cpus' | 'ulimits'>

const PATH: Path = ['agent', 'sandbox', 'docker']

/** Always limits: what Docker would take for “none” is refused. */
export const resolveLimits = (docker: DockerKeys): Limits => {
  const memory = bytes(docker.memory ?? DEFAULT_LIMITS.memory, [...PATH, 'memory'], 'no limit of memory')
  const swapPath = [...PATH, 'memorySwap']
  const memorySwap = bytes(docker.memorySwap ?? memory, swapPath, 'no limit of swap')
  if (memorySwap < memory) {
    throw new ConfigProblem(
      swapPath,
      'is less than memory, which it includes',
      'Leave it out: then there is no swap.',
    )
  }
  return {
    pidsLimit: within(
      docker.pidsLimit ?? DEFAULT_LIMITS.pidsLimit,
      [16, 32_768],
      [...PATH, 'pidsLimit'],
      'no limit of processes',
    ),
    memory,
    memorySwap,
    cpus: within(
      docker.cpus ?? DEFAULT_LIMITS.cpus,
      [0.05, 512],
      [...PATH, 'cpus'],
      'no limit of processor time',
    ),
    ulimits: { ...DEFAULT_LIMITS.ulimits, ...resolveUlimits(docker.ulimits ?? {}) },
  }
}

/** Less than this and no interpreter starts; more than this is no machine. */
const MEMORY_RANGE = [32 * MIB, 2 ** 44] as const

const bytes = (given: string | number, path: Path, unlimited: string): number => {
  const number = given === -1 || given === '-1' ? -1 : parseBytes(given)
  if (number === undefined) {
    throw new ConfigProblem(path, 'is not an amount of memory', 'Write it like "512m", "2g" or 536870912.')
  }
  return within(number, MEMORY_RANGE, path, unlimited)
}

/** Those that bound one process. Others would let it crowd out this machine (rtprio, nice), or mean nothing here. */
const ULIMITS = ['core', 'cpu', 'data', 'fsize', 'memlock', 'nofile', 'nproc', 'stack'] as const

const resolveUlimits = (given: NonNullable<DockerKeys['ulimits']>): BoxConfig['ulimits'] =>
  Object.fromEntries(
    Object.entries(given).map(([name, limit]) => {
      const path = [...PATH, 'ulimits', name]
      if (!ULIMITS.some((known) => known === name)) {
        throw new ConfigProblem(
          path,
          'is not a limit that can be set',
          `Possible are: ${ULIMITS.join(', ')}.`,
        )
      }
      return [name, parseUlimit(limit, path)]
    }),
  )

const parseUlimit = (
  given: NonNullable<DockerKeys['ulimits']>[string],
  path: Path,
): { readonly soft: number; readonly hard: number } => {
  const { soft, hard } = pair(given)
  if (soft === -1 || hard === -1) throw new ConfigProblem(path, 'is -1, which means no limit', 'Set a limit.')
  const fits = Number.isSafeInteger(soft) && Number.isSafeInteger(hard) && soft >= 0 && hard >= soft
  if (fits) return { soft, hard }
  throw new ConfigProblem(
    path,
    'is not a limit',
    'Write a whole number, "soft:hard" or { soft, hard }, with soft not above hard.',
  )
}

const pair = (given: NonNullable<DockerKeys['ulimits']>[string]): { soft: number; hard: number } => {
  if (typeof given === 'object') return given
  if (typeof given === 'number') return { soft: given, hard: given }
  const [soft = '', hard = soft, ...rest] = given.split(':')
  return rest.length > 0
    ? { soft: Number.NaN, hard: Number.NaN }
    : { soft: wholeNumber(soft), hard: wholeNumber(hard) }
}

const wholeNumber = (text: string): number => (/^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN)
