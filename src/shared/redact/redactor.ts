import { exactStage } from './exact.ts'
import { phoneMark, secretMark } from './mark.ts'
import { type ShapeOptions, shapeStage } from './shapes.ts'
import type { Stage } from './stage.ts'

export interface RedactOptions {
  /** The values that are in use: removed exactly, in every encoding. */
  readonly secrets: readonly string[]
  /** A short one-way name of a value, so that two lines about one secret can be matched: 8 hex digits of its SHA-256. */
  readonly tag: (value: string) => string
  /**
   * Who will read the text. `log`: also without phone numbers. `model`: what a tool gave, before the model sees it.
   * `export`: somebody who is not the owner; also without the names of home folders.
   */
  readonly purpose?: 'log' | 'model' | 'export'
  /** Absolute paths of homes, wherever they are; each becomes ~, for every purpose. */
  readonly homes?: readonly string[]
}

export type Redactor = (text: string) => string

export interface StreamRedactor {
  /** What is decided by now. It holds back only what may still be the beginning of a secret, at most some KiB. */
  push(chunk: string): string
  /** The rest. The redactor is used up. */
  end(): string
}

/**
 * Makes the function that every line of a log, every error text, tool result and export passes before somebody reads it.
 * Layer 1 removes the exact secrets in every encoding they are likely to appear in, layer 2 the shapes of known keys, layer 3
 * the values behind names such as `token` or `authorization`. The result of redacting JSON is still JSON. Redacting it
 * again leaves every mark as it is, and finds something more only where two secrets touch. Time is linear in the text, whatever the text is.
 */
export const createRedactor = (options: RedactOptions): Redactor => {
  // A stage begins anew after the end of a text, so that these serve for all.
  const stages = stagesOf(options)
  return (text) => stages.reduce((left, stage) => stage(left, true), text)
}

/** The same for text that comes in pieces, cut anywhere: all results together are the redaction of the whole. */
export const createStreamRedactor = (options: RedactOptions): StreamRedactor => {
  const stages = stagesOf(options)
  const pass = (text: string, last: boolean): string =>
    stages.reduce((left, stage) => stage(left, last), text)
  return { push: (chunk) => pass(chunk, false), end: () => pass('', true) }
}

const stagesOf = (options: RedactOptions): readonly Stage[] => {
  const { secrets, tag, purpose = 'log', homes = [] } = options
  const mark = (value: string): string => secretMark(tag(value))
  const exact = exactStage(secrets, mark)
  const shapes: ShapeOptions = {
    phones: purpose === 'log' ? 'marked' : 'kept',
    homes: purpose === 'export' ? 'any' : 'listed',
    listed: homes.filter((home) => home.length > 1).toSorted((a, b) => b.length - a.length),
    secretMark: mark,
    phoneMark: (value) => phoneMark(tag(value)),
  }
  return exact === undefined ? [shapeStage(shapes)] : [exact, shapeStage(shapes)]
}
