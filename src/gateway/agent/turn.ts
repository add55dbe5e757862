import type { Trust } from '../../shared/domain/people.ts'
import type { ProviderId } from '../../shared/domain/provider.ts'
import type { FailureKind } from './model-failure.ts'
import type { ModelRef } from './model-name.ts'

/** Where a message came from, as the gate knew it when it let it in. */
export interface Origin {
  readonly provider: ProviderId
  readonly trust: Trust
  /** The words are somebody else's; the sender only passed them on. */
  readonly forwarded: boolean
}

/** One message of a conversation as the agent gets it. */
export type TurnMessage =
  | {
      readonly role: 'user'
      readonly text: string
      /** Random, unknown to who wrote the text; marks where somebody else's words begin and end. */
      readonly boundary: string
      /** Undefined where a transcript does not say who wrote: an older one, or one of another program. */
      readonly origin: Origin | undefined
    }
  | { readonly role: 'assistant'; readonly text: string }

export interface TurnRequest {
  /** Oldest first; the last one is the message to answer. */
  readonly messages: readonly TurnMessage[]
  /** Of the message to answer. */
  readonly origin: Origin
  readonly signal: AbortSignal
  /** Called with each piece of the answer as it comes. */
  readonly onText: (piece: string) => void
}

/** Tokens. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly totalTokens: number
}

export type TurnResult =
  | {
      readonly kind: 'answer'
      readonly model: ModelRef
      /** Never empty. */
      readonly text: string
      readonly usage: Usage
      readonly stopReason: 'stop' | 'length'
    }
  | {
      readonly kind: 'failed'
      readonly model: ModelRef
      readonly failure: FailureKind
      /** What happened, for the owner. Redacted, and without what was said in the conversation. */
      readonly detail: string
      /** The same as it was thrown. It may quote the conversation, so it is nothing for a log. */
      readonly error: unknown
      readonly usage: Usage
    }
  /** By the request's own signal. */
  | { readonly kind: 'aborted'; readonly model: ModelRef }

/** Asks the model once. Never throws. */
export type RunTurn = (request: TurnRequest) => Promise<TurnResult>
