// What may be answered to each thing that is asked of a helper. Whatever else comes is a breach.
import type { CommandEnd, FileFault, HelperAnswer } from '../../shared/contracts/helper.ts'
import { createKeptOutput } from './kept-output.ts'

/** The helper is dead, and why, in one sentence. Whether what was asked happened is not known. */
export interface Gone {
  readonly kind: 'gone'
  readonly why: string
}

/** It did not do it. `why` is the helper's own word: it may be anything. */
export interface Fault {
  readonly kind: 'fault'
  readonly fault: FileFault
  readonly why: string
}

/** `exitCode` and `signal` are both null where it never began. */
export interface Ended extends CommandEnd {
  readonly kind: 'ended'
  /** By our own clock, not by the helper’s. */
  readonly durationMs: number
  /** Both streams in order of arrival, the beginning and then the end. */
  readonly output: Uint8Array
  /** Where the missing bytes were: so long is the beginning. */
  readonly headBytes: number
}

export interface PageRead {
  readonly kind: 'read'
  readonly bytes: Uint8Array
  /** Of the whole file, in bytes. */
  readonly size: number
}

export interface Written {
  readonly kind: 'written'
  readonly size: number
  readonly created: boolean
}

export interface Edited {
  readonly kind: 'edited'
  readonly size: number
  /** Where the old text was, from 1. */
  readonly line: number
}

export type OutputListener = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void

/** The helper did what it never does. The message completes the sentence “it …”. */
export class Breach extends Error {
  override readonly name = 'Breach'
}

/** What one call makes of an answer: its result, or undefined while more is to come. Throws a Breach. */
export type Hear<Result> = (answer: HelperAnswer, body: Uint8Array) => Result | undefined

interface BashHearing {
  readonly keepBytes: number
  readonly onOutput: OutputListener | undefined
  /** Milliseconds since it was asked. */
  readonly elapsed: () => number
  readonly wasAborted: () => boolean
}

export const hearBash = ({ keepBytes, onOutput, elapsed, wasAborted }: BashHearing): Hear<Ended | Fault> => {
  const kept = createKeptOutput(keepBytes)
  return (answer, body) => {
    if (answer.kind === 'output') {
      if (body.length === 0) throw new Breach('sent an output of nothing')
      if (!kept.take(body)) throw new Breach(`sent more output than the ${keepBytes} bytes that it may`)
      onOutput?.(answer.stream, body)
      return undefined
    }
    withoutBody(body)
    if (answer.kind === 'fault') return faultOf(answer)
    if (answer.kind !== 'end') throw otherKind(answer)
    const { exitCode, signal, timedOut, aborted, dropped } = answer
    if (aborted && !wasAborted()) throw new Breach('says that it aborted what nobody aborted')
    const output = kept.bytes()
    return {
      kind: 'ended',
      exitCode,
      signal,
      timedOut,
      aborted,
      durationMs: elapsed(),
      dropped,
      output,
      headBytes: dropped === 0 ? output.length : Math.min(output.length, Math.floor(keepBytes / 2)),
    }
  }
}

export const hearRead =
  (limit: number): Hear<PageRead | Fault> =>
  (answer, body) => {
    if (answer.kind === 'read') {
      if (body.length > limit) throw new Breach(`sent more than the ${limit} bytes that were asked for`)
      return { kind: 'read', bytes: body, size: answer.size }
    }
    withoutBody(body)
    if (answer.kind === 'fault') return faultOf(answer)
    throw otherKind(answer)
  }

export const hearWrite = (answer: HelperAnswer, body: Uint8Array): Written | Fault => {
  withoutBody(body)
  if (answer.kind === 'fault') return faultOf(answer)
  if (answer.kind !== 'written') throw otherKind(answer)
  return { kind: 'written', size: answer.size, created: answer.created }
}

export const hearEdit = (answer: HelperAnswer, body: Uint8Array): Edited | Fault => {
  withoutBody(body)
  if (answer.kind === 'fault') return faultOf(answer)
  if (answer.kind !== 'edited') throw otherKind(answer)
  return { kind: 'edited', size: answer.size, line: answer.line }
}

const faultOf = ({ fault, why }: Extract<HelperAnswer, { kind: 'fault' }>): Fault => ({
  kind: 'fault',
  fault,
  why,
})

const withoutBody = (body: Uint8Array): void => {
  if (body.length > 0) throw new Breach('sent bytes with an answer that has none')
}

const otherKind = ({ kind }: HelperAnswer): Breach =>
  new Breach(`answered ${kind} to what is not answered so`)
