import { z } from 'zod'
import { APPROVE_MODES, type ApproveMode, type SandboxMode } from '../../domain/hands.ts'
import type { SenderId } from '../../domain/identity.ts'
import { LOG_LEVELS, type LogLevel } from '../../domain/log-level.ts'
import { DM_POLICIES, type ProviderPolicy } from '../../domain/people.ts'
import type { ProviderId } from '../../domain/provider.ts'
import { flag, line, type SandboxScope, sandboxKeys, type WorkspaceAccess } from './sandbox-keys.ts'

/** The messengers that this version can start. */
export type ConfiguredProvider = 'telegram' | 'whatsapp' | 'simulator'

export interface ProviderConfig extends Omit<ProviderPolicy, 'onlySelf'> {
  readonly enabled: boolean
  readonly allowFrom: readonly SenderId[]
}

const ON_QUIT = ['stop', 'keep'] as const
export type OnQuit = (typeof ON_QUIT)[number]

export interface ModelConfig {
  /** `anthropic/…`, `openai/…`, `openai-compatible/…` or `offline/obedient`. */
  readonly name: string
  readonly apiKey?: string
  /** Only of `openai-compatible`. */
  readonly baseUrl?: string
  readonly timeoutSeconds: number
}

export const SECRET_KINDS = [
  'telegram-bot-token',
  'anthropic-key',
  'openai-key',
  'openai-compatible-key',
] as const
export type SecretKind = (typeof SECRET_KINDS)[number]

/** A secret in use, and where the owner set it. */
export interface SecretPlace {
  readonly kind: SecretKind
  /** Completes “it is set in …”. */
  readonly where: string
  readonly value: string
}

/** `agent.sandbox.docker`, checked: nothing in it takes a wall out of the box. */
export interface BoxConfig {
  readonly image: string
  readonly containerPrefix: string
  readonly readOnlyRoot: boolean
  /** Absolute paths inside that are memory; always with /tmp, /var/tmp and /run. */
  readonly tmpfs: readonly string[]
  /** `none`, `bridge` or the name of a network; never `host`, never another container's. */
  readonly network: string
  /** `uid:gid`, never 0; undefined: that of the workspace. */
  readonly user: string | undefined
  readonly env: Readonly<Record<string, string>>
  /** Run once in each new sandbox, by the sandbox's user. */
  readonly setupCommand: string | undefined
  readonly pidsLimit: number
  /** Bytes. */
  readonly memory: number
  /** Bytes, memory included. */
  readonly memorySwap: number
  readonly cpus: number
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>>
  /** The path of another seccomp profile; undefined: ours. */
  readonly seccompProfile: string | undefined
  readonly apparmorProfile: string | undefined
  readonly dns: readonly string[]
  readonly extraHosts: readonly string[]
  /** `source:target[:ro]` each, absolute, none of them a place that would open the box. */
  readonly binds: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[]
}

export interface SandboxConfig {
  readonly mode: SandboxMode
  readonly scope: SandboxScope
  readonly workspaceAccess: WorkspaceAccess
  /** Absolute: the folder with one workspace for each sandbox. */
  readonly workspaceRoot: string
  readonly docker: BoxConfig
  readonly tools: { readonly allow: readonly string[]; readonly deny: readonly string[] }
  readonly prune: { readonly idleHours: number; readonly maxAgeDays: number }
  /** Sandboxes that are started ahead and not used yet, at most. */
  readonly ahead: number
  /** What is configured and weaker than the default: whole sentences for the owner. */
  readonly risks: readonly string[]
}

interface ElevatedConfig {
  readonly enabled: boolean
  readonly approve: ApproveMode
  readonly allowFrom: Readonly<Partial<Record<ProviderId, readonly SenderId[]>>>
}

/** The whole config, checked, with every default in place. */
export interface Config {
  /** False where there is no file, and everything is a default. */
  readonly exists: boolean
  readonly owner: Readonly<Partial<Record<ProviderId, readonly SenderId[]>>>
  readonly providers: Readonly<Record<ConfiguredProvider, ProviderConfig>>
  readonly telegramToken: string | null
  readonly whatsapp: {
    /** True: the linked account is the owner's own. False: it is the agent's. Undefined: the config leaves it to the app. */
    readonly selfChatMode: boolean | undefined
    /** By the group's JID, or `*` for all others. Groups are not answered yet. */
    readonly groups: Readonly<Record<string, { readonly requireMention: boolean }>>
  }
  readonly model: ModelConfig
  /** Absolute: the agent's own files. */
  readonly workspace: string
  readonly sandbox: SandboxConfig
  readonly elevated: ElevatedConfig
  /** To whom the tool `send` may write besides its own conversation; undefined: everybody who is let in. */
  readonly allowTo: Readonly<Partial<Record<ProviderId, readonly SenderId[]>>> | undefined
  readonly readOnlyMode: boolean
  /** Who may stop everything from a chat. Nobody may resume from one. */
  readonly stoppers: Readonly<Partial<Record<ProviderId, readonly SenderId[]>>>
  /** What happens to the gateway when the app is quit. */
  readonly onQuit: OnQuit
  readonly logging: { readonly level: LogLevel; readonly file: string | null }
  /** Loopback addresses of the tests' servers; only under `CLAWDBOT_TEST=1`. */
  readonly testEndpoints: {
    readonly telegramApiRoot?: string
    readonly modelBaseUrl?: string
    readonly whatsapp?: { readonly url: string; readonly rootKey: string; readonly mediaUrl?: string }
  }
  /** Every secret value in use, for the redactor. */
  readonly secrets: readonly string[]
  /** The same, each with where it is set: for the owner who has to replace them. */
  readonly secretPlaces: readonly SecretPlace[]
}

const entry = z.union([z.string(), z.number()], { error: 'must be a string' })
const entries = z.array(entry, { error: 'must be a list of strings' })
const oneOrMore = z.union([entry, entries], { error: 'must be a string or a list of strings' })

const dmKeys = {
  enabled: flag.optional(),
  dmPolicy: z.enum(DM_POLICIES).optional(),
  allowFrom: entries.optional(),
  pairing: z.enum(['code', 'silent']).optional(),
}

const modelKey = z.strictObject({ apiKey: line.optional() })

const idsByProvider = z.strictObject({
  telegram: oneOrMore.optional(),
  whatsapp: oneOrMore.optional(),
  signal: oneOrMore.optional(),
  imessage: oneOrMore.optional(),
  discord: oneOrMore.optional(),
  slack: oneOrMore.optional(),
  simulator: oneOrMore.optional(),
} satisfies Record<ProviderId, z.ZodType>)

/** What the file may say. Everything else is refused by name, so that a misspelt rule is never a missing rule. */
export const configFile = z.strictObject({
  owner: idsByProvider.optional(),
  telegram: z.strictObject({ ...dmKeys, botToken: line.optional(), tokenFile: line.optional() }).optional(),
  whatsapp: z
    .strictObject({
      ...dmKeys,
      selfChatMode: flag.optional(),
      groups: z
        .record(z.string(), z.strictObject({ requireMention: flag.optional() }), {
          error: 'must be an object: { "<id>@g.us": { … } }',
        })
        .optional(),
    })
    .optional(),
  simulator: z.strictObject(dmKeys).optional(),
  agent: z
    .strictObject({
      model: line.optional(),
      timeoutSeconds: z
        .number({ error: 'must be a number of seconds' })
        .min(1, 'must be at least 1 second')
        .max(3600, 'must be at most 3600 seconds')
        .optional(),
      workspace: line.optional(),
      sandbox: sandboxKeys.optional(),
      elevated: z
        .strictObject({
          enabled: flag.optional(),
          approve: z.enum(APPROVE_MODES).optional(),
          allowFrom: idsByProvider.optional(),
        })
        .optional(),
    })
    .optional(),
  models: z
    .strictObject({
      anthropic: modelKey.optional(),
      openai: modelKey.optional(),
      'openai-compatible': modelKey.extend({ baseUrl: line.optional() }).optional(),
    })
    .optional(),
  outbound: z.strictObject({ allowTo: idsByProvider.optional() }).optional(),
  readOnlyMode: flag.optional(),
  stop: z.strictObject({ allowFrom: idsByProvider.optional() }).optional(),
  app: z.strictObject({ onQuit: z.enum(ON_QUIT).optional() }).optional(),
  logging: z.strictObject({ level: z.enum(LOG_LEVELS).optional(), file: line.optional() }).optional(),
})
export type ConfigFile = z.infer<typeof configFile>

/** The keys that the file may have at a path, for “did you mean”. */
export const knownKeys = (path: readonly PropertyKey[]): readonly string[] => {
  let schema: unknown = configFile
  for (const key of path) {
    const outer = plainOf(schema)
    // Every key of a record has the same form.
    schema = outer instanceof z.ZodRecord ? outer.valueType : Reflect.get(shapeOf(outer), key)
  }
  return Object.keys(shapeOf(plainOf(schema)))
}

const plainOf = (schema: unknown): unknown => (schema instanceof z.ZodOptional ? schema.unwrap() : schema)

const shapeOf = (plain: unknown): object => (plain instanceof z.ZodObject ? plain.shape : {})
