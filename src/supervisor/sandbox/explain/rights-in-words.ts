// Why a session's tools act where they act, in whole sentences. Pure.
import { assertNever } from '../../../shared/domain/assert-never.ts'
import {
  type Asker,
  type HandName,
  type HandsRules,
  isHostAllowed,
  type Rights,
  type ToolRight,
} from '../../../shared/domain/hands.ts'
import { PROVIDER_LABEL } from '../../../shared/domain/provider.ts'
import { MAIN_SESSION } from '../../../shared/domain/session.ts'

/** Whether any of its tools may act in a sandbox. */
export const hasSandbox = ({ hands }: Rights): boolean =>
  Object.values(hands).some(({ kind }) => kind === 'sandbox' || kind === 'either')

/** What the owner's rules come to for whoever speaks in a session. `network`: what the config gives to sandboxes. */
export const rightsInWords = (
  asker: Asker,
  rules: HandsRules,
  rights: Rights,
  network: string,
): readonly string[] => [
  `${whoIn(asker)} speaks in ${asker.session}: ${article(asker.trust)}.`,
  ...(rules.readOnly ? ['Read-only mode is on.'] : []),
  `A command ${placeOf(rights.hands.bash)}${reasonFor(asker, rules, rights.hands.bash)}`,
  ...othersOf(rights),
  ...(hasSandbox(rights) ? [networkOf(asker, rights, network)] : []),
  ...wordFor(rules, rights.hands.bash),
  sendOf(rights, rules),
]

const whoIn = ({ provider, sender }: Asker): string => `${sender} on ${PROVIDER_LABEL[provider]}`

const article = (trust: Asker['trust']): string => (trust === 'owner' ? 'an owner' : `a ${trust}`)

const placeOf = ({ kind }: ToolRight): string => {
  switch (kind) {
    case 'sandbox':
      return 'runs in a sandbox'
    case 'host':
      return 'runs on this machine, without a sandbox'
    case 'either':
      return 'runs in a sandbox, or on this machine where it asks for that'
    case 'refused':
      return 'is refused'
    default:
      return assertNever(kind)
  }
}

/** Completes a sentence about `bash`. */
const reasonFor = (asker: Asker, rules: HandsRules, right: ToolRight): string => {
  if (right.kind === 'refused') return `: ${right.why}.`
  const { mode } = rules.sandbox
  const host = isHostAllowed(asker, rules)
  const boxed =
    mode === 'all'
      ? 'agent.sandbox.mode is "all"'
      : asker.session === MAIN_SESSION
        ? 'agent.elevated.enabled is false, so that not even main leaves it'
        : 'agent.sandbox.mode is "non-main", and this is not main'
  if (right.kind === 'sandbox') {
    return host && rules.readOnly ? `: ${boxed}, and read-only mode closes this machine.` : `: ${boxed}.`
  }
  const named = rules.elevated.allowFrom[asker.provider]?.includes(asker.sender) ?? false
  const allowed = named
    ? `agent.elevated.allowFrom.${asker.provider} names ${asker.sender}`
    : `agent.sandbox.mode is "${mode}" and agent.elevated.enabled is true`
  return right.kind === 'either' ? `: ${boxed}; ${allowed}.` : `: ${allowed}.`
}

const FILE_TOOLS = ['read', 'write', 'edit'] as const satisfies readonly HandName[]

/** The file tools, where they differ from `bash` each by itself. */
const othersOf = ({ hands }: Rights): readonly string[] => {
  const same = (tool: HandName): boolean => placeOf(hands[tool]) === placeOf(hands.bash)
  if (FILE_TOOLS.every(same)) return ['So it is for read, write and edit.']
  return FILE_TOOLS.map((tool) => {
    const right = hands[tool]
    return `The tool ${tool} ${placeOf(right)}${right.kind === 'refused' ? `: ${right.why}.` : '.'}`
  })
}

const networkOf = (asker: Asker, rights: Rights, network: string): string => {
  if (!rights.network) return `Its sandbox has no network: ${article(asker.trust)} never gets one.`
  return network === 'none'
    ? 'Its sandbox has no network: agent.sandbox.docker.network is "none".'
    : `Its sandbox has the network "${network}" of agent.sandbox.docker.network.`
}

const wordFor = ({ elevated }: HandsRules, bash: ToolRight): readonly string[] => {
  if (bash.kind !== 'host' && bash.kind !== 'either') return []
  switch (elevated.approve) {
    case 'always':
      return ['On this machine each command waits for your word first.']
    case 'new':
      return ['On this machine a command that you have not approved before waits for your word first.']
    case 'never':
      return ['On this machine no command waits for your word (agent.elevated.approve is "never").']
    default:
      return assertNever(elevated.approve)
  }
}

const sendOf = ({ send }: Rights, { allowTo, readOnly }: HandsRules): string => {
  switch (send) {
    case 'nobody':
      return 'The tool send reaches nobody.'
    case 'conversation':
      return 'The tool send reaches this conversation only.'
    case 'people':
      if (readOnly) return 'The tool send reaches the owner only.'
      return allowTo === undefined
        ? 'The tool send reaches everybody who is let in.'
        : 'The tool send reaches this conversation, and those whom outbound.allowTo names.'
    default:
      return assertNever(send)
  }
}
