import type { Place } from '../../shared/domain/hands.ts'

/** What a transcript keeps of a call besides its text. No program gives it to a model. */
export interface ToolDetails {
  readonly place: Place | 'messenger' | null
  readonly exitCode: number | null
  readonly signal: number | null
  readonly timedOut: boolean
  /** Milliseconds. */
  readonly durationMs: number
  /** Bytes of output that were left out. */
  readonly dropped: number
  /** Nothing was done, on purpose. */
  readonly refused: boolean
}

/** What a call came to: for the model, for the transcript. */
export interface ToolResult {
  readonly text: string
  readonly isError: boolean
  readonly details: ToolDetails
}

export const NO_DETAILS: ToolDetails = {
  place: null,
  exitCode: null,
  signal: null,
  timedOut: false,
  durationMs: 0,
  dropped: 0,
  refused: false,
}

/** Nothing was done. @param why one sentence or more, for the model and whoever it answers */
export const refusedResult = (why: string): ToolResult => ({
  text: why,
  isError: true,
  details: { ...NO_DETAILS, refused: true },
})

/** The gateway died between a call and its result. */
export const interruptedResult = (): ToolResult => ({
  text: 'Interrupted: the gateway was ended while this ran. Whether it happened is not known; look before you do it again.',
  isError: true,
  details: NO_DETAILS,
})
