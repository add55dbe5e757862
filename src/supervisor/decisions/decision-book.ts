import { join } from 'node:path'
import { z } from 'zod'
import type { DecisionView } from '../../shared/contracts/people-views.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import type { PairingRequest } from '../../shared/domain/pairing.ts'
import { PROVIDERS } from '../../shared/domain/provider.ts'
import { readTextBounded, writeFileAtomic } from '../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

const MAX_DECISIONS = 200
const MAX_BYTES = 2 * 1024 * 1024

const entry = z.object({
  view: z.object({
    id: z.string(),
    at: z.number(),
    provider: z.enum(PROVIDERS),
    sender: z.string(),
    claimedName: z.string(),
    kind: z.enum(['approved', 'denied', 'blocked', 'undone']),
    undoUntil: z.number().nullable(),
  }),
  /** What waited before the decision, for taking it back. */
  request: z
    .object({
      id: z.string(),
      code: z.string(),
      createdAt: z.number(),
      lastSeenAt: z.number(),
      meta: z.record(z.string(), z.string()),
    })
    .nullable(),
})
const bookFile = z.object({ version: z.literal(1), decisions: z.array(entry) })

/** One decision of the owner, and what it takes to undo it. */
export interface Decision {
  readonly view: DecisionView
  readonly request: PairingRequest | null
}

export interface DecisionBook {
  /** Newest first. */
  readonly list: () => readonly Decision[]
  readonly find: (id: string) => Decision | undefined
  /** Adds a decision, or replaces the one of the same id. */
  readonly put: (decision: Decision) => Promise<void>
}

/** The last decisions, in `<root>/decisions.json`. They are a memory, not a right: a bad file begins anew. */
export const loadDecisionBook = async (paths: StatePaths): Promise<DecisionBook> => {
  const file = join(paths.root, 'decisions.json')
  let decisions = await readDecisions(file)
  return {
    list: () => decisions,
    find: (id) => decisions.find(({ view }) => view.id === id),
    async put(decision) {
      const known = decisions.some(({ view }) => view.id === decision.view.id)
      decisions = known
        ? decisions.map((other) => (other.view.id === decision.view.id ? decision : other))
        : [decision, ...decisions].slice(0, MAX_DECISIONS)
      await writeFileAtomic(file, `${JSON.stringify({ version: 1, decisions }, null, 2)}\n`)
    },
  }
}

const readDecisions = async (file: string): Promise<readonly Decision[]> => {
  try {
    const text = await readTextBounded(file, MAX_BYTES)
    const parsed = text === undefined ? undefined : bookFile.safeParse(JSON.parse(text)).data
    return parsed?.decisions.slice(0, MAX_DECISIONS).map(decisionOf) ?? []
  } catch {
    // What was decided stands in the stores; only the list of it, and its undo, is lost.
    return []
  }
}

const decisionOf = ({ request, view }: z.infer<typeof entry>): Decision => {
  const id = request === null ? undefined : parseSenderId(view.provider, request.id)
  return { view, request: request === null || id === undefined ? null : { ...request, id } }
}
