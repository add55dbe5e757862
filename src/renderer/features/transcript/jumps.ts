import type { InputOf } from '../../../shared/contracts/bridge.ts'

/** To the next turn of a kind, or to the one before. */
export type Jump = Pick<InputOf<'archive.seek'>, 'what' | 'direction'>

export const JUMPS = [
  { what: 'refusal', key: 'r', label: 'Next refusal' },
  { what: 'error', key: 'e', label: 'Next error' },
  { what: 'tool', key: 't', label: 'Next tool' },
] as const satisfies readonly {
  readonly what: Jump['what']
  readonly key: string
  readonly label: string
}[]

/** A key by itself is the next one, with Shift the one before; null: no jump. */
export const jumpOf = (key: string): Jump | null => {
  const found = JUMPS.find((jump) => jump.key === key.toLowerCase())
  return found ? { what: found.what, direction: key === found.key ? 'next' : 'previous' } : null
}

const NAMES: Readonly<Record<Jump['what'], string>> = {
  refusal: 'refusal',
  error: 'error',
  tool: 'tool call',
  user: 'message of a person',
  branch: 'branch',
}

/** What is said where there is none. */
export const nothingThere = ({ what, direction }: Jump): string =>
  direction === 'next' ? `No further ${NAMES[what]} below.` : `No further ${NAMES[what]} above.`
