// The order of the requests, and which one is selected. Pure.
import type { PairingRequestView } from '../../../shared/contracts/people-views.ts'

export const keyOf = ({ provider, id }: Pick<PairingRequestView, 'provider' | 'id'>): string =>
  `${provider}:${id}`

/** Oldest first, and never otherwise: a new message of somebody who waits does not move anybody. */
export const inOrder = (requests: readonly PairingRequestView[]): readonly PairingRequestView[] =>
  requests.toSorted((one, other) => one.createdAt - other.createdAt || (keyOf(one) < keyOf(other) ? -1 : 1))

/** The selection by person; when that person is gone, whoever stands now where they stood. */
export const selectedKey = (
  keys: readonly string[],
  wanted: { readonly key: string; readonly index: number } | null,
): string | null => {
  if (keys.length === 0) return null
  if (wanted === null) return keys[0] ?? null
  if (keys.includes(wanted.key)) return wanted.key
  return keys[Math.min(wanted.index, keys.length - 1)] ?? null
}

/** One up or down from the selection, stopping at the ends. */
export const moveSelection = (keys: readonly string[], current: string | null, by: 1 | -1): string | null => {
  if (keys.length === 0) return null
  const index = current === null ? -1 : keys.indexOf(current)
  return keys[Math.min(Math.max(index + by, 0), keys.length - 1)] ?? null
}
