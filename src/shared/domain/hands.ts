// What the agent's tools may touch, decided by who asked. The one table of the blast radius.
import type { SenderId } from './identity.ts'
import type { Trust } from './people.ts'
import type { ProviderId } from './provider.ts'
import { MAIN_SESSION, type SessionKey } from './session.ts'

export const TOOLS = ['bash', 'read', 'write', 'edit', 'send'] as const
export type ToolName = (typeof TOOLS)[number]
/** Those that touch files and processes, and so need a place to do it. */
export type HandName = Exclude<ToolName, 'send'>

export const SANDBOX_MODES = ['off', 'non-main', 'all'] as const
export type SandboxMode = (typeof SANDBOX_MODES)[number]

/** Whether the owner is asked before a command runs on the host: each time, for a text not approved before, never. */
export const APPROVE_MODES = ['always', 'new', 'never'] as const
export type ApproveMode = (typeof APPROVE_MODES)[number]

export type Place = 'sandbox' | 'host'

/** The owner's rules for tools, as the config and the read-only switch say them. */
export interface HandsRules {
  /** No write outside a sandbox, no shell on the host, no message to anybody but the owner. */
  readonly readOnly: boolean
  readonly sandbox: {
    readonly mode: SandboxMode
    /** Of sandboxed sessions. An empty `allow` means all; `deny` wins. */
    readonly tools: { readonly allow: readonly string[]; readonly deny: readonly string[] }
  }
  readonly elevated: {
    /** Nothing runs on the host while this is false. */
    readonly enabled: boolean
    readonly approve: ApproveMode
    /** Senders whose sessions may use the host besides their sandbox. Stable ids, never names, never recipients. */
    readonly allowFrom: Readonly<Partial<Record<ProviderId, readonly SenderId[]>>>
  }
  /** To whom `send` may write besides its own conversation; undefined: everybody who is let in. Narrows, never widens. */
  readonly allowTo: Readonly<Partial<Record<ProviderId, readonly SenderId[]>>> | undefined
}

/** Where one tool may act. `either`: in the sandbox, and on the host where the call asks for it. */
export type ToolRight =
  | { readonly kind: 'sandbox' | 'host' | 'either' }
  | { readonly kind: 'refused'; readonly why: string }

/** How far `send` reaches: nobody, its own conversation, or also other people who are let in. */
export type Reach = 'nobody' | 'conversation' | 'people'

export interface Rights {
  readonly hands: Readonly<Record<HandName, ToolRight>>
  readonly send: Reach
  /** Whether its sandbox may have the network that the config gives to sandboxes. */
  readonly network: boolean
}

export interface Asker {
  readonly trust: Trust
  readonly provider: ProviderId
  readonly sender: SenderId
  readonly session: SessionKey
}

/** The default blast radius. Everything else only narrows it, but for `elevated`, which names people by id. */
export const BLAST_RADIUS: Readonly<
  Record<Trust, { readonly hands: readonly HandName[]; readonly network: boolean; readonly send: Reach }>
> = {
  owner: { hands: ['bash', 'read', 'write', 'edit'], network: true, send: 'people' },
  friend: { hands: ['bash', 'read', 'write', 'edit'], network: false, send: 'conversation' },
  guest: { hands: [], network: false, send: 'nobody' },
}

const refused = (why: string): ToolRight => ({ kind: 'refused', why })

/** Whether the config lets this session's tools act on the host, before read-only mode. */
export const isHostAllowed = ({ provider, sender, session, trust }: Asker, rules: HandsRules): boolean => {
  if (!rules.elevated.enabled) return false
  if (trust === 'owner' && session === MAIN_SESSION && rules.sandbox.mode !== 'all') return true
  return rules.elevated.allowFrom[provider]?.includes(sender) ?? false
}

/** Whether this session has a sandbox. Where the host is switched off, even a main session without one gets one. */
const isBoxed = (asker: Asker, rules: HandsRules): boolean => {
  if (rules.sandbox.mode === 'off') return false
  if (rules.sandbox.mode === 'all' || asker.session !== MAIN_SESSION) return true
  return !isHostAllowed(asker, rules)
}

/** What the tools of one turn may touch. Pure; asked again before each call, because the rules may have changed. */
export const rightsOf = (asker: Asker, rules: HandsRules): Rights => {
  const radius = BLAST_RADIUS[asker.trust]
  const host = isHostAllowed(asker, rules)
  const boxed = isBoxed(asker, rules)
  const right = (tool: HandName): ToolRight => {
    if (!radius.hands.includes(tool)) return refused(`a ${asker.trust} has no tool ${tool}`)
    const inBox = boxed && isListed(tool, rules)
    const onHost = host && !(rules.readOnly && tool !== 'read')
    if (inBox) return { kind: onHost ? 'either' : 'sandbox' }
    if (onHost && !boxed) return { kind: 'host' }
    if (host && !boxed) return refused('read-only mode is on: no write and no shell on the host')
    if (boxed) return refused(`agent.sandbox.tools does not allow ${tool}`)
    return refused('sandboxes are off (agent.sandbox.mode), and host access is not given to this session')
  }
  const send = !rules.readOnly || asker.trust === 'owner' ? radius.send : 'nobody'
  return {
    hands: { bash: right('bash'), read: right('read'), write: right('write'), edit: right('edit') },
    send: boxed && !isListed('send', rules) ? 'nobody' : send,
    network: radius.network,
  }
}

const isListed = (tool: ToolName, { sandbox: { tools } }: HandsRules): boolean =>
  !tools.deny.includes(tool) && (tools.allow.length === 0 || tools.allow.includes(tool))

/** Tools that these rights leave, for the model's list and for the owner's screen. */
export const toolsLeft = (rights: Rights): readonly ToolName[] =>
  TOOLS.filter((tool) => (tool === 'send' ? rights.send !== 'nobody' : rights.hands[tool].kind !== 'refused'))
