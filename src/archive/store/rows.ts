import type { Parity } from './give-ids.ts'

/** What the index knows of a file that it follows. */
export interface FileRow {
  /** Also the generation of a transcript: a file that was replaced has another number. */
  readonly id: number
  readonly path: string
  readonly sort: string
  readonly ref: string
  readonly doomed: number
  readonly dev: number
  readonly inode: number
  readonly size: number
  readonly mtime: number
  readonly settled: number
  /** Up to where it was read: the beginning of the first line that is not whole yet. */
  readonly offset: number
  readonly head: string
  readonly tail: string
  readonly lines: number
  /** Rows of the transcript. */
  readonly rows: number
  readonly messages: number
  readonly broken: number
  /** The newest moment in it so far: of lines that have none. */
  readonly last_at: number
  readonly updated_at: number | null
  /** Under which its lines are found. */
  readonly provider: string
  /** Of the reader, as JSON. */
  readonly state: string
  /** Of the session, as JSON. */
  readonly summary: string
}

/** A part of a line that is to be kept. */
export interface NewPart {
  readonly file: number
  readonly row: number
  /** From 1. */
  readonly line: number
  readonly part: number
  /** Where it stands in the order of time; milliseconds since the epoch. */
  readonly order: number
  readonly parity: Parity
  readonly offset: number
  readonly length: number
  readonly crc: number
  readonly at: number | null
  /** Of TURN_KINDS and HIT_KINDS. */
  readonly kind: number
  readonly hit: number
  readonly flags: number
  readonly role: string
  readonly tool: string
  readonly entryId: string
  readonly parentId: string | null
  readonly forkOf: number | null
  readonly text: string
  /** Empty for what is not found: it has no entry. */
  readonly tags: string
}
