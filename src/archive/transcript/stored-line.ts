import type { Line, LineForm } from '../read/line-form.ts'

/** A line of a session file as the index found it. */
interface StoredLine {
  /** From 1. */
  readonly line: number
  /** Bytes from the beginning of the file. */
  readonly offset: number
  /** Bytes, without the line end. */
  readonly length: number
  /** The row that it is or belongs to. */
  readonly row: number
  readonly forkOf: number | null
  readonly abandoned: boolean
}

/** Stands for a line in whose place there is something else than when it was found. */
export const CHANGED: unique symbol = Symbol('changed')

/** The same with what stands there now. */
export type ReadStoredLine = StoredLine & { readonly text: Line | typeof CHANGED }

/** A line that is to be shown, and what it is. */
export interface FormedLine extends StoredLine {
  readonly text: string
  readonly form: Exclude<LineForm, { readonly is: 'blank' }>
}
