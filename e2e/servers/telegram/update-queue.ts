import type { QueuedUpdate } from './types.ts'

interface Entry {
  readonly update: QueuedUpdate
  /** Such an entry is delivered once, whatever the offset; no offset could confirm it. */
  readonly ignoreOffset: boolean
}

/**
 * The updates that wait for one bot. As in telegram-bot-api, delivery removes nothing: an update stays until
 * an offset beyond it arrives, so a bot that dies in between gets it again.
 */
export class UpdateQueue {
  #entries: readonly Entry[] = []
  #appended: Entry[] = []

  get size(): number {
    return this.#entries.length + this.#appended.length
  }

  /** Keeps the order of the calls, not of the ids: a test that wants disorder pushes in disorder. */
  push(update: QueuedUpdate, ignoreOffset: boolean): void {
    this.#appended.push({ update, ignoreOffset })
  }

  /** Applies an offset: above 0 forgets all ids below it, below 0 keeps the last `-offset`, 0 changes nothing. */
  confirm(offset: number): void {
    this.#settle()
    if (offset > 0) {
      this.#entries = this.#entries.filter((entry) => entry.ignoreOffset || entry.update.update_id >= offset)
    } else if (offset < 0) {
      this.#entries = this.#entries.slice(offset)
    }
  }

  /** Up to `limit` updates from the front. */
  take(limit: number): readonly QueuedUpdate[] {
    this.#settle()
    const batch = this.#entries.slice(0, limit)
    if (batch.some((entry) => entry.ignoreOffset)) {
      const delivered = new Set(batch.filter((entry) => entry.ignoreOffset))
      this.#entries = this.#entries.filter((entry) => !delivered.has(entry))
    }
    return batch.map((entry) => entry.update)
  }

  clear(): void {
    this.#entries = []
    this.#appended = []
  }

  /** Pushes are collected first, so that a flood of them is not quadratic. */
  #settle(): void {
    if (this.#appended.length === 0) return
    this.#entries = [...this.#entries, ...this.#appended]
    this.#appended = []
  }
}
