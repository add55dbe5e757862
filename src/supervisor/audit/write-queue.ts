import type { ClawdbotError } from '../../shared/domain/error.ts'
import type { Draft } from './record.ts'

/** What one batch takes at most, so that a crash tears no more. */
const BATCH_RECORDS = 256
/** Notes and outcomes that wait for a disk which takes none. */
const MAX_OWED = 1_000

export interface WriteQueueParts {
  /** Writes a batch and gives the number of its first record; `durable` is called when it can not be lost. */
  readonly write: (drafts: readonly Draft[], durable: () => void) => Promise<number>
  /** After each batch, when those who waited for it know. Never throws. */
  readonly written: () => Promise<void>
  /** Hears of a batch that failed, and says how. */
  readonly fail: (error: unknown) => ClawdbotError
}

export interface WriteQueue {
  /** Gives the record's number when it is durable. Errors: what `fail` made of it; then the record counts for nothing. */
  readonly add: (draft: Draft) => Promise<number>
  /** The same, unheard. While the disk takes nothing the youngest thousand wait for it. */
  readonly addQuietly: (draft: Draft) => void
  /** Resolves when nothing is left, or what is left waits for a disk. */
  readonly idle: () => Promise<void>
}

interface Waiting {
  readonly draft: Draft
  readonly told:
    | { readonly done: (seq: number) => void; readonly failed: (error: ClawdbotError) => void }
    | undefined
}

/** Strict order, one batch at a time; what is added while one is written goes into the next. */
export const createWriteQueue = ({ write, written, fail }: WriteQueueParts): WriteQueue => {
  let waiting: Waiting[] = []
  let pumping: Promise<void> | undefined

  /** Gives false where the disk takes nothing for now. */
  const writeBatch = async (): Promise<boolean> => {
    const batch = waiting.slice(0, BATCH_RECORDS)
    let isDurable = false
    try {
      const seq = await write(
        batch.map(({ draft }) => draft),
        () => {
          isDurable = true
        },
      )
      waiting = waiting.slice(batch.length)
      for (const [index, { told }] of batch.entries()) told?.done(seq + index)
    } catch (error) {
      const ours = fail(error)
      const refused = waiting
      // What is in the log must not come twice, and what belongs to a broken chain has no place in the next one.
      const owed = isDurable ? waiting.slice(batch.length) : waiting
      waiting =
        ours.code === 'audit_broken' ? [] : owed.filter(({ told }) => told === undefined).slice(-MAX_OWED)
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
    addQuietly: (draft) => enqueue({ draft, told: undefined }),
    idle: async () => {
      // Whoever hears of a record may add the next one.
      for (let current = pumping; current !== undefined; current = pumping) await current
    },
  }
}
