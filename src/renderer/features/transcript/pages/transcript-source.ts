// One transcript as the archive reads it: its pages as they are wanted, what becomes of its file, and what was read in
// full length. Draws nothing; whoever listens draws anew when `version` changes.
import type { Turn } from '../../../../shared/contracts/archive-transcript.ts'
import type { OutputOf } from '../../../../shared/contracts/bridge.ts'
import type { BridgeError } from '../../../bridge.ts'
import type { ArchivePort } from './archive-port.ts'
import { PAGE_TURNS, PageCache, pageOf, pagesAround } from './page-cache.ts'

/** UTF-16 units of one text in a page. */
export const PAGE_TEXT = 20_000
/** UTF-16 units of one text where its rest was asked for. More than that is for an export, not for a screen. */
export const FULL_TEXT = 200_000
/** Turns read in full length that are held. */
const MAX_FULL = 12
/** Pages asked for at a time; what is asked for next is then what is in sight by then. */
const MAX_ASKED = 2

export interface SourceState {
  readonly status: 'loading' | 'ready' | 'empty' | 'gone' | 'failed'
  readonly total: number
  /** What the last failed call said; null when there is none. */
  readonly error: BridgeError | null
  /** Whether another file took the place of the one that was opened. */
  readonly replaced: boolean
  /** Counts everything that may draw differently. */
  readonly version: number
}

export class TranscriptSource {
  readonly #ref: string
  readonly #archive: ArchivePort
  readonly #listeners = new Set<() => void>()
  readonly #cache = new PageCache()
  readonly #full = new Map<number, Turn>()
  readonly #asked = new Set<number>()
  #wanted: readonly number[] = []
  #seen: { readonly first: number; readonly last: number } = { first: 0, last: -1 }
  #generation: number | null = null
  /** What became known while it was being opened. */
  #late: { readonly generation: number; readonly total: number } | null = null
  #state: SourceState = { status: 'loading', total: 0, error: null, replaced: false, version: 0 }

  constructor(ref: string, archive: ArchivePort) {
    this.#ref = ref
    this.#archive = archive
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly state = (): SourceState => this.#state

  turn(turn: number): Turn | null {
    return this.#full.get(turn) ?? this.#cache.turn(turn)
  }

  /** Reads the page of this turn, and by it how many there are; the last page where there is no such turn. */
  async open(turn: number): Promise<void> {
    await this.#read(pageOf(turn))
    if (this.#state.status === 'ready' && this.#cache.turn(turn) === null) {
      await this.#read(pageOf(Math.max(0, this.#state.total - 1)))
    }
    const late = this.#late
    this.#late = null
    if (late !== null) this.grown(late.generation, late.total)
  }

  /** These rows are in sight. */
  want(first: number, last: number): void {
    this.#seen = { first, last }
    this.#wanted = pagesAround(first, last, this.#state.total)
    this.#ask()
  }

  /** What the archive says when the file changed. */
  grown(generation: number, total: number): void {
    const { status } = this.#state
    if (status === 'loading') {
      this.#late = { generation, total }
      return
    }
    if (status === 'gone' || status === 'failed') {
      if (total > 0) void this.again()
      return
    }
    this.#take(generation, total)
    this.#cache.grown()
    // A result may still come for a call of not long ago.
    for (const turn of this.#full.keys()) if (turn >= total - PAGE_TURNS) this.#full.delete(turn)
    if (total === 0) void this.#whetherGone()
    this.#change({})
    this.want(this.#seen.first, this.#seen.last)
  }

  /** Tries again after an error, or looks again after the archive was away. */
  async again(): Promise<void> {
    this.#cache.grown()
    if (this.#state.status === 'ready') {
      this.#change({ error: null })
      this.want(this.#seen.first, this.#seen.last)
      return
    }
    this.#change({ status: 'loading', error: null })
    await this.open(Number.MAX_SAFE_INTEGER)
  }

  /** Reads one turn with its texts as long as a screen can bear. */
  async readFull(turn: number): Promise<void> {
    const answer = await this.#archive.page({ ref: this.#ref, from: turn, count: 1, maxText: FULL_TEXT })
    const read = answer.ok ? answer.value.turns[0] : undefined
    if (!answer.ok) this.#change({ error: answer.error })
    if (!answer.ok || read === undefined || answer.value.generation !== this.#generation) return
    this.#full.set(turn, read)
    for (const oldest of this.#full.keys()) {
      if (this.#full.size <= MAX_FULL) break
      this.#full.delete(oldest)
    }
    this.#change({})
  }

  #ask(): void {
    if (this.#state.status !== 'ready' || this.#state.error !== null) return
    for (const page of this.#cache.missing(this.#wanted)) {
      if (this.#asked.size >= MAX_ASKED) return
      if (!this.#asked.has(page)) void this.#read(page).then(() => this.#ask())
    }
  }

  async #read(page: number): Promise<void> {
    const [edition, generation] = [this.#cache.edition, this.#generation]
    this.#asked.add(page)
    const answer = await this.#whole(Math.min(page * PAGE_TURNS, LAST_TURN))
    this.#asked.delete(page)
    if (!answer.ok) {
      this.#change({ error: answer.error })
      await this.#whetherGone()
      return
    }
    const { total, turns } = answer.value
    // Of a file that was replaced while it was asked for.
    if (generation !== this.#generation && answer.value.generation !== this.#generation) return
    this.#take(answer.value.generation, total)
    // Kept though it may be empty, or it would be asked for without end.
    this.#cache.keep(page, turns, generation === this.#generation ? edition : this.#cache.edition)
    if (total === 0) await this.#whetherGone()
    else this.#change({ status: 'ready' })
  }

  /** A page has fewer turns where its lines are long: then the rest is asked for too. */
  async #whole(from: number): Promise<OutputOf<'archive.page'>> {
    const turns: Turn[] = []
    let generation: number | null = null
    for (;;) {
      const answer = await this.#archive.page({
        ref: this.#ref,
        from: from + turns.length,
        count: PAGE_TURNS - turns.length,
        maxText: PAGE_TEXT,
      })
      if (!answer.ok) return answer
      // What was read before is of a file that is not there any more.
      if (generation !== null && generation !== answer.value.generation) turns.length = 0
      generation = answer.value.generation
      turns.push(...answer.value.turns)
      const most = Math.min(PAGE_TURNS, answer.value.total - from)
      if (turns.length >= most || answer.value.turns.length === 0) {
        return { ok: true, value: { ...answer.value, turns } }
      }
    }
  }

  #take(generation: number, total: number): void {
    if (this.#generation !== null && generation !== this.#generation) {
      this.#cache.clear()
      this.#full.clear()
      this.#change({ replaced: true })
    }
    this.#generation = generation
    if (total !== this.#state.total) {
      this.#change({ total, ...(total > 0 && this.#state.status === 'empty' ? { status: 'ready' } : {}) })
    }
  }

  async #whetherGone(): Promise<void> {
    const answer = await this.#archive.session({ name: this.#ref })
    const isGone = answer.ok && answer.value.row === null && answer.value.candidates === 0
    const { status, error, total } = this.#state
    if (isGone) this.#change({ status: 'gone', error: null, total: 0 })
    else if (error !== null && status === 'loading') this.#change({ status: 'failed' })
    else if (error === null && total === 0) this.#change({ status: 'empty' })
  }

  #change(changed: Partial<SourceState>): void {
    this.#state = { ...this.#state, ...changed, version: this.#state.version + 1 }
    for (const listener of this.#listeners) listener()
  }
}

/** Far beyond any transcript, and still a number that the boundary takes. */
const LAST_TURN = 2 ** 52
