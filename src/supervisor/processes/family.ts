import { keyOf, type ProcessStamp } from './process-info.ts'

/** What descends from processes that are ours, and is not known to be so yet. */
export const claimDescendants = <P extends ProcessStamp>(
  alive: readonly P[],
  isOurs: (found: P) => boolean,
): readonly P[] => {
  const children = new Map<number, P[]>()
  for (const each of alive) {
    const siblings = children.get(each.parent)
    if (siblings === undefined) children.set(each.parent, [each])
    else siblings.push(each)
  }
  const claimed = new Map<string, P>()
  const queue = alive.filter(isOurs)
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const child of children.get(next.pid) ?? []) {
      if (isOurs(child) || claimed.has(keyOf(child))) continue
      claimed.set(keyOf(child), child)
      queue.push(child)
    }
  }
  return [...claimed.values()]
}

/** The members of these groups and all that descends from them, but this process. */
export const familyOf = <P extends ProcessStamp>(
  processes: readonly P[],
  groups: ReadonlySet<number>,
): readonly P[] => {
  const others = processes.filter(({ pid }) => pid !== process.pid)
  const isMember = ({ group }: P): boolean => groups.has(group)
  return [...others.filter(isMember), ...claimDescendants(others, isMember)]
}
