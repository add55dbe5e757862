/** Numbers are kept in pieces of so many, so that growing copies nothing. */
const PIECE = 65_536

type Piece = Uint8Array | Uint16Array | Uint32Array

/** A list of small numbers that only grows, at as many bytes a number as its pieces have. */
export class GrowList {
  readonly #make: (length: number) => Piece
  #pieces: Piece[] = []
  length = 0

  constructor(make: (length: number) => Piece) {
    this.#make = make
  }

  push(value: number): void {
    const within = this.length % PIECE
    if (within === 0) this.#pieces.push(this.#make(PIECE))
    const piece = this.#pieces.at(-1)
    if (piece !== undefined) piece[within] = value
    this.length += 1
  }

  /** Zero where there is none. */
  at(index: number): number {
    return this.#pieces[Math.floor(index / PIECE)]?.[index % PIECE] ?? 0
  }

  clear(): void {
    this.#pieces = []
    this.length = 0
  }
}

export const bytes = (): GrowList => new GrowList((length) => new Uint8Array(length))
export const shorts = (): GrowList => new GrowList((length) => new Uint16Array(length))
export const words = (): GrowList => new GrowList((length) => new Uint32Array(length))
