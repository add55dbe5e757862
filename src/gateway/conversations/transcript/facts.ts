import { z } from 'zod'
import { PROVIDERS, type ProviderId } from '../../../shared/domain/provider.ts'
import type { RefusalReason } from '../../../shared/domain/verdict.ts'
import type { Entry } from './entry.ts'

// What Clawdbot itself notes in a transcript, as pi's `custom` entries, which no program gives to a model.

/** A message came in; `entryId` is the user entry that holds its text. */
const inbound = z.looseObject({
  eventId: z.string(),
  entryId: z.string(),
  provider: z.enum(PROVIDERS),
  sender: z.string(),
  trust: z.enum(['owner', 'friend', 'guest']),
  forwarded: z.boolean(),
})
export type InboundFact = z.infer<typeof inbound>

const OUTBOUND_RESULTS = ['sent', 'failed', 'unconfirmed', 'withheld'] as const

/** What became of the reply to an event. */
const outbound = z.looseObject({
  eventId: z.string(),
  result: z.enum(OUTBOUND_RESULTS),
  why: z.string().optional(),
  messageIds: z.array(z.string()).optional(),
  /** True if the reply is still to be sent: it was withheld by a lockdown, or because the audit did not take it. */
  open: z.boolean().optional(),
})
export type OutboundFact = z.infer<typeof outbound>

/** The process ended between this event's question and its answer; now the model is asked again. */
const interrupted = z.looseObject({ eventId: z.string() })

/** The gate refused who has a session here. No word of what they wrote. */
export interface RefusedFact {
  readonly provider: ProviderId
  readonly sender: string
  readonly reason: RefusalReason
  /** Messages that this stands for. */
  readonly count: number
}

export const FACTS = {
  inbound: 'clawdbot.inbound',
  outbound: 'clawdbot.outbound',
  interrupted: 'clawdbot.interrupted',
  refused: 'clawdbot.refused',
  /** The last line of the file was incomplete and has been cut off. */
  torn: 'clawdbot.torn',
} as const

export const inboundFact = (entry: Entry): InboundFact | undefined =>
  isFact(entry, FACTS.inbound) ? inbound.safeParse(entry.data).data : undefined

export const interruptedFact = (entry: Entry): { readonly eventId: string } | undefined =>
  isFact(entry, FACTS.interrupted) ? interrupted.safeParse(entry.data).data : undefined

export const outboundFact = (entry: Entry): OutboundFact | undefined =>
  isFact(entry, FACTS.outbound) ? outbound.safeParse(entry.data).data : undefined

const isFact = (entry: Entry, customType: string): boolean =>
  entry.type === 'custom' && entry.customType === customType
