import type { ZodType } from 'zod'
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

/** A call of a tool as the model made it. Its name and its arguments are whatever the model said. */
export interface ToolCall {
  /** Ours, and no other call of any transcript has it. */
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** What a call came to, as the model gets it. */
export interface ToolAnswer {
  readonly text: string
  readonly isError: boolean
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
  /** Calls of tools and what came of them: one message, so that nothing ever comes between the two. */
  | {
      readonly role: 'exchange'
      /** What the model said with its calls; often empty. */
      readonly text: string
      readonly calls: readonly { readonly call: ToolCall; readonly answer: ToolAnswer }[]
      /** The `boundary` of the user's message that it was for. */
      readonly of: string
    }

/** A tool as the model is told of it. */
export interface ToolOffer {
  readonly name: string
  readonly description: string
  /** Of its arguments, which are an object. */
  readonly schema: ZodType
}

export interface ModelRequest {
  /** Oldest first; the last one is the message to answer, or what came of the calls for it. */
  readonly messages: readonly TurnMessage[]
  /** Of the message to answer. */
  readonly origin: Origin
  readonly tools: readonly ToolOffer[]
  /** `none`: it knows of the tools, and has to answer without them. */
  readonly toolUse: 'auto' | 'none'
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

/** How a turn ended, or one question to the model that was its last. */
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

/** What the model gave to one question. */
export type ModelResult =
  | TurnResult
  | {
      readonly kind: 'calls'
      readonly model: ModelRef
      /** May be empty. */
      readonly text: string
      /** At least one. */
      readonly calls: readonly Omit<ToolCall, 'id'>[]
      readonly usage: Usage
    }

/** Asks the model once. Never throws. */
export type AskModel = (request: ModelRequest) => Promise<ModelResult>
