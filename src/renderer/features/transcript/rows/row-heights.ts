// How tall each row of a long list is, and where it stands: measured where it was seen, estimated where not. A tree of
// sums (Fenwick), so that one height, one place and one row at a place each cost a few steps at any number of rows.

export class RowHeights {
  #count = 0
  readonly #estimate: number
  /** Heights in pixels, by row. */
  #heights = new Float64Array(0)
  /** Sums over the rows below each index of the tree, counted from 1. */
  #sums = new Float64Array(1)

  /** `estimate` stands for the height of a row that was not measured yet. Pixels, over 0. */
  constructor(estimate: number) {
    this.#estimate = estimate
  }

  get count(): number {
    return this.#count
  }

  /** Of all rows together. Pixels. */
  get total(): number {
    return this.offsetOf(this.#count)
  }

  /** Rows come or go at the end; what was measured of the others stays. */
  resize(count: number): void {
    if (count === this.#count) return
    if (count > this.#heights.length) {
      const grown = new Float64Array(Math.max(64, count, this.#heights.length * 2))
      grown.set(this.#heights.subarray(0, Math.min(this.#count, count)))
      this.#heights = grown
    }
    // A row that went and comes again is another one.
    this.#heights.fill(this.#estimate, Math.min(this.#count, count))
    this.#count = count
    this.#build()
  }

  /** Nothing is known of any row any more. */
  forget(): void {
    this.#heights.fill(this.#estimate)
    this.#build()
  }

  heightOf(row: number): number {
    return row >= 0 && row < this.#count ? (this.#heights[row] ?? this.#estimate) : 0
  }

  /** Answers by how much the row grew. Pixels. */
  set(row: number, height: number): number {
    if (row < 0 || row >= this.#count) return 0
    const grown = height - this.heightOf(row)
    if (grown === 0) return 0
    this.#heights[row] = height
    for (let node = row + 1; node < this.#sums.length; node += node & -node) {
      this.#sums[node] = (this.#sums[node] ?? 0) + grown
    }
    return grown
  }

  /** Where a row begins, from the top of the list. Pixels; beyond the last row: where the list ends. */
  offsetOf(row: number): number {
    let sum = 0
    for (let node = Math.max(0, Math.min(row, this.#count)); node > 0; node -= node & -node) {
      sum += this.#sums[node] ?? 0
    }
    return sum
  }

  /** The row that is drawn at a place; the first or the last one beyond the ends. 0 where there are no rows. */
  rowAt(offset: number): number {
    let node = 0
    let left = offset
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.#count))); step >= 1; step /= 2) {
      const sum = this.#sums[node + step]
      if (node + step > this.#count || sum === undefined || sum > left) continue
      node += step
      left -= sum
    }
    return Math.max(0, Math.min(node, this.#count - 1))
  }

  #build(): void {
    this.#sums = new Float64Array(this.#heights.length + 1)
    for (let node = 1; node < this.#sums.length; node += 1) {
      this.#sums[node] = (this.#sums[node] ?? 0) + (this.#heights[node - 1] ?? 0)
      const parent = node + (node & -node)
      if (parent < this.#sums.length) {
        this.#sums[parent] = (this.#sums[parent] ?? 0) + (this.#sums[node] ?? 0)
      }
    }
  }
}
