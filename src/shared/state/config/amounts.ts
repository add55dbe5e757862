import type { Path } from './locate.ts'
import { ConfigProblem } from './problem.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
}

/** Bytes as a number, or as Docker writes them: `512m`, `1.5g`, `2gb`, `1GiB`. Undefined for everything else. */
export const parseBytes = (given: string | number): number | undefined => {
  if (typeof given === 'number') return Number.isSafeInteger(given) && given >= 0 ? given : undefined
  const found = /^(\d{1,15}(?:\.\d{1,6})?) ?(?:([kmgt])(?:i?b)?|b)?$/i.exec(given)
  if (found === null) return undefined
  const bytes = Math.floor(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? Number.NaN))
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** For the owner: whole units where they fit. */
export const formatBytes = (bytes: number): string => {
  if (bytes >= 2 ** 30 && bytes % 2 ** 30 === 0) return `${String(bytes / 2 ** 30)} GiB`
  return bytes >= 2 ** 20 ? `${String(Math.round(bytes / 2 ** 20))} MiB` : `${String(bytes)} bytes`
}

/** The first number within, the second the most; else a ConfigProblem at the path. */
export const within = (
  value: number,
  [least, most]: readonly [number, number],
  path: Path,
  unlimited: string,
): number => {
  // Docker takes 0 and -1 for “no limit”.
  if (value <= 0)
    throw new ConfigProblem(path, `is ${String(value)}, which means ${unlimited}`, 'Set a limit.')
  if (value >= least && value <= most) return value
  throw new ConfigProblem(path, `has to be from ${String(least)} to ${String(most)}`, 'Set another number.')
}
