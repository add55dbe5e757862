/** The last `capacity` different strings that were added; the oldest is forgotten first. */
export class BoundedSet {
  readonly #members = new Set<string>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(member: string): void {
    this.#members.delete(member)
    this.#members.add(member)
    if (this.#members.size <= this.#capacity) return
    const oldest = this.#members.values().next()
    if (oldest.done !== true) this.#members.delete(oldest.value)
  }

  has(member: string): boolean {
    return this.#members.has(member)
  }

  /** Oldest first. */
  members(): readonly string[] {
    return [...this.#members]
  }
}
