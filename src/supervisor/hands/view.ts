import type { HandsView } from '../../shared/contracts/hands-views.ts'
import { assertNever } from '../../shared/domain/assert-never.ts'
import { type Asker, type HandsRules, type Rights, rightsOf, toolsLeft } from '../../shared/domain/hands.ts'
import { parseSenderId } from '../../shared/domain/identity.ts'
import type { Trust } from '../../shared/domain/people.ts'
import { directSession, MAIN_SESSION } from '../../shared/domain/session.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import { rulesOf } from './rules.ts'

/** What the owner's rules come to, for the screens. */
export const handsView = (config: Config, readOnly: HandsView['readOnly']): HandsView => {
  const rules = rulesOf(config, readOnly.on)
  return {
    mode: config.sandbox.mode,
    host: {
      enabled: config.elevated.enabled,
      approve: config.elevated.approve,
      workspace: config.workspace,
      named: Object.values(config.elevated.allowFrom).flat().length,
    },
    readOnly,
    radius: (['owner', 'friend', 'guest'] as const).map((trust) => {
      const rights = rightsOf(somebody(trust), unnamed(rules))
      const { reach, place } = placeOf(rights, config)
      return {
        trust,
        tools: toolsLeft(rights),
        reach,
        place,
        send: sendInWords(rights, rules),
      }
    }),
  }
}

/** What approval would give a stranger: their session, and what their messages could touch. */
export const wouldGet = (session: string, config: Config, readOnly: boolean): string => {
  const rights = rightsOf(somebody('friend'), unnamed(rulesOf(config, readOnly)))
  const hands = toolsLeft(rights).filter((tool) => tool !== 'send')
  const tools = hands.length === 0 ? 'no tools' : `tools ${placeOf(rights, config).place}`
  return `own session ${session}, as a friend, ${tools}`
}

const SOMEBODY = parseSenderId('simulator', 'somebody')

/** Nobody in particular: in a chat of their own, the owner in `main`. */
const somebody = (trust: Trust): Asker => {
  if (SOMEBODY === undefined) throw new Error('the simulator has no such person')
  const session = trust === 'owner' ? MAIN_SESSION : directSession('simulator', SOMEBODY)
  return { trust, provider: 'simulator', sender: SOMEBODY, session }
}

/** Without those whom `elevated.allowFrom` names: the table is about everybody else. */
const unnamed = (rules: HandsRules): HandsRules => ({
  ...rules,
  elevated: { ...rules.elevated, allowFrom: {} },
})

const placeOf = (
  rights: Rights,
  { sandbox }: Config,
): Pick<HandsView['radius'][number], 'reach' | 'place'> => {
  const kinds = new Set(Object.values(rights.hands).map(({ kind }) => kind))
  const networked = rights.network && sandbox.docker.network !== 'none'
  const box = `in a box ${networked ? `with the network “${sandbox.docker.network}”` : 'without network'}`
  const boxed = kinds.has('sandbox') || kinds.has('either')
  const onHost = kinds.has('host') || kinds.has('either')
  if (onHost)
    return { reach: 'this machine', place: boxed ? `${box}, and on this machine` : 'on this machine' }
  if (boxed) return { reach: networked ? 'box with network' : 'box', place: box }
  return { reach: 'nothing', place: 'nowhere' }
}

const sendInWords = ({ send }: Rights, { readOnly, allowTo }: HandsRules): string => {
  switch (send) {
    case 'nobody':
      return 'nobody'
    case 'conversation':
      return 'their own conversation'
    case 'people':
      if (readOnly) return 'the owner only'
      return allowTo === undefined ? 'everybody who is let in' : 'those whom outbound.allowTo names'
    default:
      return assertNever(send)
  }
}
