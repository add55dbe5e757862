import type { IndexWriter } from '../store/index-writer.ts'
import { TEXTS, type TextTable } from '../store/schema.ts'

/** Each round makes a segment of a full text. So many are searched as they are; more are merged before the next round. */
const MAX_LOOSE_ROUNDS = 128

/** When the segments of the full texts are to be merged: nobody waits for it, but searches are faster afterwards. */
export interface Segments {
  /** The index was opened: nobody knows how many there are. */
  readonly unknown: () => void
  readonly grown: () => void
  readonly mayGrow: () => boolean
  readonly areTidy: () => boolean
  /** Within a transaction. */
  readonly tidySome: (into: IndexWriter, pages: number) => 'more' | 'done'
}

export const createSegments = (): Segments => {
  let rounds = MAX_LOOSE_ROUNDS
  let untidy: readonly TextTable[] = TEXTS
  return {
    unknown() {
      rounds = MAX_LOOSE_ROUNDS
      untidy = TEXTS
    },
    grown() {
      rounds += 1
      untidy = TEXTS
    },
    mayGrow: () => rounds < MAX_LOOSE_ROUNDS,
    areTidy: () => untidy.length === 0,
    tidySome(into, pages) {
      const [text, ...others] = untidy
      if (text !== undefined && into.tidySome(text, pages) === 'done') untidy = others
      if (untidy.length > 0) return 'more'
      rounds = 0
      return 'done'
    },
  }
}
