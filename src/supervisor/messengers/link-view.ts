import type { LinkView } from '../../shared/contracts/app-state.ts'
import type { Config } from '../../shared/state/config/schema.ts'
import type { NumberTold } from '../../shared/state/number-store.ts'
import { isOnlySelf, isOwnersNumber } from '../people/own-number.ts'
import type { Standing } from './link-standing.ts'

type Rules = Pick<Config, 'owner' | 'providers' | 'whatsapp'>

/** What the screens show of WhatsApp's login. Without a config nothing is known of whose number it is. */
export const linkView = (
  standing: Standing,
  told: NumberTold | undefined,
  config: Rules | null,
): LinkView => {
  const { code, self } = standing
  const number = linkedNumber(standing, told)
  const use = told === undefined || isOfAnother(told, number) ? 'unknown' : told.use
  const isOwners = config !== null && number !== null && isOwnersNumber(config, number)
  const warnings =
    config === null || number === null ? [] : warningsOf({ number, use, isOwners, told, config })
  return { code, self, use, isOwners, warnings }
}

/** The number that is linked; while no gateway says which, the one that was. */
export const linkedNumber = ({ self, state }: Standing, told: NumberTold | undefined): string | null =>
  self?.number ?? (state === null ? (told?.number ?? null) : null)

/** What was said of one number says nothing of another. */
export const isOfAnother = (told: NumberTold, number: string | null): boolean =>
  told.number !== null && number !== null && told.number !== number

interface Facts extends Pick<LinkView, 'use' | 'isOwners'> {
  readonly number: string
  readonly told: NumberTold | undefined
  readonly config: Rules
}

const warningsOf = ({ number, use, isOwners, told, config }: Facts): readonly string[] => {
  const onlySelf = isOnlySelf(config, 'whatsapp', told)
  const isOwn = use === 'own' || isOwners || config.whatsapp.selfChatMode === true
  if (!onlySelf) {
    return isOwn
      ? [
          `${number} is your own number, and by whatsapp.selfChatMode: false in the config everybody who writes to you there is answered by the agent, as far as the rules let them in.`,
        ]
      : []
  }
  const isHeard = (config.owner.whatsapp ?? []).some((id) => id === number)
  return [
    isOwn ? OWN(number) : UNSAID(number),
    ...(use === 'separate' && isOwners ? [LISTED(number)] : []),
    ...(isHeard ? [] : [UNHEARD(number)]),
  ]
}

const OWN = (number: string): string =>
  `${number} is your own number. Only your chat with yourself is heard: everybody who writes to you would otherwise be answered by the agent. Better: a number of its own.`

const UNSAID = (number: string): string =>
  `Nobody has said whose number ${number} is, so it counts as your own: nobody who writes to it is heard or answered.`

const LISTED = (number: string): string =>
  `You said that ${number} is the agent’s alone, but owner.whatsapp or whatsapp.allowFrom in the config names it.`

const UNHEARD = (number: string): string =>
  `You are not heard there yet: the config has to say owner.whatsapp: ["${number}"].`
