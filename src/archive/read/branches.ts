/** An entry of a session file, in the order of the file, and the row that it is or belongs to. */
export interface TreeEntry {
  readonly row: number
  /** Empty where it has none. */
  readonly entryId: string
  readonly parentId: string | null
  /** Null: it continues the entry before, whatever `parentId` is. Left out: `parentId` says it. */
  readonly forkOf?: number | null
}

export interface Branches {
  /** Rows that are not on the way from the last entry to the first. */
  readonly abandoned: ReadonlySet<number>
  /** Rows that continue another one than the row before, and which; -1 where the conversation begins anew. */
  readonly forkOf: ReadonlyMap<number, number>
}

const ROOT = -1

/**
 * The tree of a session, from all its entries. Where a parent is not in the file (its line may be broken), the entry
 * before stands for it, so that one lost line does not make everything before it look as if it had been left. Entries
 * without an id are on no branch and are not left either.
 */
export const branchesOf = (entries: readonly TreeEntry[]): Branches => {
  const nodes = entries.filter(({ entryId }) => entryId !== '')
  const parents: number[] = []
  const places = new Map<string, number>()
  const forkOf = new Map<number, number>()
  for (const [index, node] of nodes.entries()) {
    const { row, entryId } = node
    const parent = parentOf(node, index, places)
    parents.push(parent)
    places.set(entryId, index)
    if (parent === index - 1) continue
    const from = nodes[parent]?.row ?? ROOT
    if (from !== row) forkOf.set(row, from)
  }
  const onTheWay = new Set<number>()
  // A parent always stands before its child, so this ends.
  for (let at = nodes.length - 1; at >= 0; at = parents[at] ?? ROOT) onTheWay.add(nodes[at]?.row ?? ROOT)
  return { abandoned: new Set(nodes.map(({ row }) => row).filter((row) => !onTheWay.has(row))), forkOf }
}

const parentOf = (
  { parentId, forkOf }: TreeEntry,
  index: number,
  places: ReadonlyMap<string, number>,
): number => {
  if (forkOf === null) return index - 1
  return parentId === null ? ROOT : (places.get(parentId) ?? index - 1)
}

export const abandonedRows = (entries: readonly TreeEntry[]): ReadonlySet<number> =>
  branchesOf(entries).abandoned
