import type { ClawdbotError } from '../../shared/domain/error.ts'
import type { Draft } from './format/record.ts'

/** What one batch takes at most, so that a crash tears no more. */
const BATCH_RECORDS = 256
/** Notes and outcomes that wait for a disk which takes none. */
const MAX_OWED = 1_000
/** The same for a disk that does not answer at all: nobody can say yet that it takes none. */
const MAX_UNHEARD = 10_000

export interface WriteQueueParts {
  /** Writes a batch and gives the number of its first record; `durable` is called when it can not be lost. */
  readonly write: (drafts: readonly Draft[], durable: () => void) => Promise<number>
  /** After each batch, when those who waited for it know. Never throws. */
  readonly written: () => Promise<void>
  /** Hears of a batch that failed, and says how. */
  readonly fail: (error: unknown) => ClawdbotError
  /** The record that says how many were given up since the last one: a gap is told, not hidden. */
  readonly lost: (count: number) => Draft
}

export interface WriteQueue {
  /** Gives the record's number when it is durable. Errors: what `fail` made of it; then the record counts for nothing. */
  readonly add: (draft: Draft) => Promise<number>
  /** The same, unheard. While the disk takes nothing the youngest thousand wait for it; of the rest the number is kept. */
  readonly addQuietly: (draft: Draft) => void
  /** Tries once more what waits for a disk. Resolves when nothing is left, or what is left still waits. */
  readonly idle: () => Promise<void>
}

interface Waiting {
  readonly draft: Draft
  readonly told:
    | { readonly done: (seq: number) => void; readonly failed: (error: ClawdbotError) => void }
    | undefined
}

/** Strict order, one batch at a time; what is added while one is written goes into the next. */
export const createWriteQueue = ({ write, written, fail, lost }: WriteQueueParts): WriteQueue => {
  let waiting: Waiting[] = []
  let pumping: Promise<void> | undefined
  let unheard = 0
  let lostCount = 0

  const replace = (next: Waiting[]): void => {
    waiting = next
    unheard = next.filter(({ told }) => told === undefined).length
  }

  /** Gives false where the disk takes nothing for now. */
  const writeBatch = async (): Promise<boolean> => {
    const batch = waiting.slice(0, BATCH_RECORDS)
    const gap = lostCount
    const drafts = [...(gap > 0 ? [lost(gap)] : []), ...batch.map(({ draft }) => draft)]
    let isDurable = false
    try {
      const seq = await write(drafts, () => {
        isDurable = true
        lostCount -= gap
      })
      replace(waiting.slice(batch.length))
      const first = seq + drafts.length - batch.length
      for (const [index, { told }] of batch.entries()) told?.done(first + index)
    } catch (error) {
      const ours = fail(error)
      const refused = waiting
      // What is in the log must not come twice, and what belongs to a broken chain has no place in the next one.
      const owed = (isDurable ? waiting.slice(batch.length) : waiting).filter(
        ({ told }) => told === undefined,
      )
      const isBroken = ours.code === 'audit_broken'
      replace(isBroken ? [] : owed.slice(-MAX_OWED))
      lostCount += isBroken ? 0 : owed.length - waiting.length
      for (const { told } of refused) told?.failed(ours)
      return false
    }
    await written()
    return true
  }

  const pump = async (): Promise<void> => {
    // What is added in the same moment goes into the same batch.
    await Promise.resolve()
    while (waiting.length > 0 && (await writeBatch()));
    // In the same breath as the last look at what waits: whoever adds from now on starts the next one.
    pumping = undefined
  }

  const enqueue = (one: Waiting): void => {
    waiting.push(one)
    pumping ??= pump()
  }

  return {
    add: (draft) => new Promise((done, failed) => enqueue({ draft, told: { done, failed } })),
    addQuietly: (draft) => {
      if (unheard >= MAX_UNHEARD) {
        lostCount += 1
        return
      }
      unheard += 1
      enqueue({ draft, told: undefined })
    },
    idle: async () => {
      if (waiting.length > 0) pumping ??= pump()
      // Whoever hears of a record may add the next one.
      for (let current = pumping; current !== undefined; current = pumping) await current
    },
  }
}
