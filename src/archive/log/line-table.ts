// Where every line of the log stands, without a letter of it: a few bytes a line. Lines are found again by blocks of
// some 32, which are short enough to be read and split anew for each that is shown.
import { bytes, shorts } from './grow-list.ts'

const BLOCK_ROWS = 32
const BLOCK_BYTES = 64 * 1024
/** A log with more sources than this has the rest under one number, and their lines are read to know which. */
const MAX_SOURCES = 4_000
/** The number of the sources that have none of their own. */
export const OTHER_SOURCE = 0xffff

/** Lines that follow one another in one file. */
export interface Block {
  readonly file: number
  readonly offset: number
  /** The line in the file of its first row, from 1. */
  readonly firstLine: number
  readonly firstRow: number
  bytes: number
  rows: number
}

export class LineTable {
  readonly blocks: Block[] = []
  readonly #levels = bytes()
  readonly #sources = shorts()
  readonly #sourceIds = new Map<string, number>()
  #open: Block | undefined

  get rows(): number {
    return this.#levels.length
  }

  /** In the order in which they first spoke. */
  get sources(): readonly string[] {
    return [...this.#sourceIds.keys()]
  }

  sourceId(source: string): number {
    const known = this.#sourceIds.get(source)
    if (known !== undefined) return known
    if (this.#sourceIds.size >= MAX_SOURCES) return OTHER_SOURCE
    const id = this.#sourceIds.size
    // A copy: a part of a larger text would keep the whole of it in memory.
    this.#sourceIds.set(Buffer.from(source, 'utf8').toString('utf8'), id)
    return id
  }

  /** Undefined: no line of that source has been seen, or none that has a number of its own. */
  knownSource(source: string): number | undefined {
    return this.#sourceIds.get(source)
  }

  /** One more line: where it begins, and with its line feed how long it is. `line` is its number in the file. */
  add(file: number, offset: number, length: number, line: number, level: number, source: number): void {
    let block = this.#open
    if (
      block === undefined ||
      block.file !== file ||
      block.rows >= BLOCK_ROWS ||
      block.bytes >= BLOCK_BYTES ||
      block.offset + block.bytes !== offset
    ) {
      block = { file, offset, firstLine: line, firstRow: this.rows, bytes: 0, rows: 0 }
      this.blocks.push(block)
      this.#open = block
    }
    block.bytes += length
    block.rows += 1
    this.#levels.push(level)
    this.#sources.push(source)
  }

  levelAt(row: number): number {
    return this.#levels.at(row)
  }

  sourceAt(row: number): number {
    return this.#sources.at(row)
  }

  /** The index of the block that has this row; the last one before it where there is no such row. */
  blockOf(row: number): number {
    let [low, high] = [0, this.blocks.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.blocks[middle]?.firstRow ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }

  clear(): void {
    this.blocks.length = 0
    this.#levels.clear()
    this.#sources.clear()
    this.#sourceIds.clear()
    this.#open = undefined
  }
}
