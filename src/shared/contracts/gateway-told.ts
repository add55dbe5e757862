// What the gateway is told of people, rules and itself. It looks nothing up.
import { z } from 'zod'
import { APPROVE_MODES, SANDBOX_MODES } from '../domain/hands.ts'
import { LOG_LEVELS } from '../domain/log-level.ts'
import { DM_POLICIES } from '../domain/people.ts'
import { id, provider, time } from './gateway-scalars.ts'

const providerTold = z.object({
  provider,
  dmPolicy: z.enum(DM_POLICIES),
  everyone: z.boolean(),
  silent: z.boolean(),
  onlySelf: z.boolean(),
  owners: z.array(id),
  configured: z.array(id),
  approved: z.array(id),
  blocked: z.array(id),
  /** Of numbers on these lists, the account that each stands for. */
  accounts: z.array(z.object({ id, account: id })),
  /** Who may stop everything from a chat. They have to be let in besides. */
  stoppers: z.array(id),
  /** Who is waiting now, so that a flood of strangers costs no round trip. */
  pending: z.array(z.object({ id, createdAt: time })),
})

const idsByProvider = z.partialRecord(provider, z.array(id))

/** `HandsRules` of domain/hands.ts as told; ids are parsed again on arrival. */
const rulesTold = z.object({
  readOnly: z.boolean(),
  sandbox: z.object({
    mode: z.enum(SANDBOX_MODES),
    tools: z.object({ allow: z.array(z.string()), deny: z.array(z.string()) }),
  }),
  elevated: z.object({
    enabled: z.boolean(),
    approve: z.enum(APPROVE_MODES),
    allowFrom: idsByProvider,
  }),
  allowTo: idsByProvider.optional(),
})

/** Everything about people, policies and rules; sent at start and again, whole, at each change. */
export const peopleTold = z.object({
  revision: z.number().int(),
  providers: z.array(providerTold),
  rules: rulesTold,
})

const modelTold = z.object({
  /** `anthropic/<model>`, `openai/<model>`, `openai-compatible/<model>` or `offline/obedient`. */
  name: z.string(),
  apiKey: z.string().optional(),
  /** Loopback or the owner's own server for `openai-compatible`; for the others only under the test flag. */
  baseUrl: z.string().optional(),
  /** A turn that takes longer is aborted. Seconds. */
  timeoutSeconds: z.number().positive(),
})

/** What the gateway is told when it starts. It looks nothing up by itself. */
export const startMessage = z.object({
  type: z.literal('start'),
  runId: z.string(),
  stateDir: z.string(),
  logFile: z.string(),
  logLevel: z.enum(LOG_LEVELS),
  model: modelTold,
  telegram: z
    .object({
      botToken: z.string(),
      /** Loopback only, and only under the test flag. */
      apiRoot: z.string().optional(),
    })
    .nullable(),
  /** It connects once it is linked; until somebody asks to link it, nothing of it is loaded. */
  whatsapp: z
    .object({
      /** Where it keeps its login. */
      folder: z.string(),
      /** The servers of the tests, on this machine, and only under the test flag. */
      test: z
        .object({
          /** ws: of the chat server. */
          url: z.string(),
          /** The public key, in hex, that its certificates hang from. */
          rootKey: z.string(),
          /** http: where media are fetched; absent: nowhere. */
          mediaUrl: z.string().optional(),
        })
        .optional(),
    })
    .nullable(),
  simulator: z.boolean(),
  people: peopleTold,
  /** Which lockdown ended last. What was accepted under another died with a STOP: it is not run, and not answered. */
  epoch: z.string().max(200),
  /** When that was; 0 where there was none. A stop that waited at the messenger since before it is over. */
  resumedAt: time,
  /** Present only while this process may start others: where commands and file tools act on the host. */
  host: z
    .object({
      /** The pinned Node and the first file of the host helper. */
      node: z.string(),
      helper: z.string(),
      workspace: z.string(),
    })
    .nullable(),
  /** Every secret value in use, for the redactor. */
  secrets: z.array(z.string()),
  /** Node's own permission flags that this process runs under, for the first log line. */
  grants: z.array(z.string()),
})

export type StartMessage = z.infer<typeof startMessage>
export type PeopleTold = z.infer<typeof peopleTold>
export type RulesTold = z.infer<typeof rulesTold>
export type ProviderTold = z.infer<typeof providerTold>
