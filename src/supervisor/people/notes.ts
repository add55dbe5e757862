import { join } from 'node:path'
import { z } from 'zod'
import type { ProviderId } from '../../shared/domain/provider.ts'
import { readTextBounded, writeFileAtomic } from '../../shared/state/atomic-file.ts'
import type { StatePaths } from '../../shared/state/state-dir.ts'

const MAX_NOTES_BYTES = 4 * 1024 * 1024
const MAX_NOTES = 5_000

const note = z.object({
  claimedName: z.string().max(200),
  /** Milliseconds since the epoch; null where it is not known. */
  approvedAt: z.number().nullable(),
  lastSeenAt: z.number().nullable(),
})
/** What the owner side remembers of a person, so that a screen can name them. It gives no right. */
export type Note = z.infer<typeof note>

const notesFile = z.object({ version: z.literal(1), notes: z.record(z.string(), note) })

export interface Notes {
  readonly of: (provider: ProviderId, sender: string) => Note | undefined
  readonly remember: (provider: ProviderId, sender: string, change: Partial<Note>) => void
  readonly save: () => Promise<void>
}

const key = (provider: ProviderId, sender: string): string => `${provider}:${sender}`

/** Loads `<root>/people.json`. Notes are a convenience: a file that can not be read begins anew. */
export const loadNotes = async (paths: StatePaths): Promise<Notes> => {
  const file = join(paths.root, 'people.json')
  const notes = new Map(Object.entries(await readNotes(file)))
  let changed = false
  return {
    of: (provider, sender) => notes.get(key(provider, sender)),
    remember(provider, sender, change) {
      const id = key(provider, sender)
      const before = notes.get(id) ?? { claimedName: '', approvedAt: null, lastSeenAt: null }
      // The least recently changed goes first when there are too many.
      notes.delete(id)
      notes.set(id, { ...before, ...change })
      for (const oldest of notes.keys()) {
        if (notes.size <= MAX_NOTES) break
        notes.delete(oldest)
      }
      changed = true
    },
    async save() {
      if (!changed) return
      changed = false
      try {
        const text = JSON.stringify({ version: 1, notes: Object.fromEntries(notes) }, null, 2)
        await writeFileAtomic(file, `${text}\n`)
      } catch (error) {
        changed = true
        throw error
      }
    },
  }
}

const readNotes = async (file: string): Promise<Readonly<Record<string, Note>>> => {
  try {
    const text = await readTextBounded(file, MAX_NOTES_BYTES)
    return text === undefined ? {} : (notesFile.safeParse(JSON.parse(text)).data?.notes ?? {})
  } catch {
    // Names that are lost cost a warning about look-alikes, not a right.
    return {}
  }
}
