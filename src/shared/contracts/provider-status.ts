// How a messenger stands, as the gateway says it.
import { z } from 'zod'
import { provider, time } from './gateway-scalars.ts'

/** What the owner may want of a messenger's login. */
export const LINK_ACTS = ['begin', 'cancel', 'unlink'] as const
export type LinkAct = (typeof LINK_ACTS)[number]

export const PROVIDER_STATES = [
  'off',
  'connecting',
  'connected',
  'retrying',
  'unlinked',
  'linking',
  'logged_out',
  'refused',
  'conflict',
  'failed',
] as const

export const providerStatus = z.object({
  provider,
  state: z.enum(PROVIDER_STATES),
  /** One sentence for the owner: what is wrong and what to do; empty when connected. */
  detail: z.string().max(500),
})
export type ProviderStatus = z.infer<typeof providerStatus>

/** How the link of a messenger stands that is linked to a phone. */
export const providerLink = z.object({
  provider,
  /** A code for the phone to scan; whoever scans it links their own account. It is shown and never logged or kept. */
  code: z.object({ text: z.string().max(1_000), until: time }).nullable(),
  /** The account that is linked; null where none is. */
  self: z
    .object({
      /** `+` and digits. */
      number: z.string().max(20),
      /** The account's own id; empty where the messenger has not said. */
      account: z.string().max(40),
      /** What it calls itself. */
      name: z.string().max(200),
    })
    .nullable(),
})
export type ProviderLink = z.infer<typeof providerLink>
