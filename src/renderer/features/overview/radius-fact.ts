// What a message of somebody can touch, as a line of the overview. Pure.
import type { AppState } from '../../../shared/contracts/app-state.ts'
import type { HandsView } from '../../../shared/contracts/hands-views.ts'
import type { Fact, FactTone } from './fact.ts'

/** By the rules as they are now, for somebody in a chat of their own. */
export const radiusFact = (trust: 'friend' | 'guest', { hands }: AppState): Fact => {
  const row = hands.radius.find((candidate) => candidate.trust === trust)
  if (row === undefined) {
    return {
      id: trust,
      tone: 'unknown',
      title: `What a ${trust}'s message can touch is not known yet`,
      detail: 'The supervisor has not said.',
    }
  }
  const { tools, send } = row
  const detail =
    tools.length === 0
      ? 'No tools: no files, no commands, no messages to others.'
      : `Tools: ${tools.join(', ')}. Can write to: ${send}.`
  const fact = { id: trust, tone: TONES[row.reach], title: titleOf(trust, row), detail }
  const named = trust === 'friend' && hands.host.enabled ? hands.host.named : 0
  return named === 0 ? fact : { ...fact, tone: 'bad', detail: `${detail} ${besides(named)}` }
}

const besides = (named: number): string =>
  named === 1
    ? 'One sender named in agent.elevated.allowFrom may use this machine besides.'
    : `${named} senders named in agent.elevated.allowFrom may use this machine besides.`

const titleOf = (trust: 'friend' | 'guest', { tools, reach, place }: HandsView['radius'][number]): string => {
  if (tools.length === 0) return `A ${trust}'s message is answered in text only`
  return reach === 'nothing'
    ? `A ${trust}'s message touches no file and runs nothing`
    : `A ${trust}'s message acts ${place}`
}

/** Good only behind a wall without network, or without anything to reach it with. */
const TONES: Readonly<Record<HandsView['radius'][number]['reach'], FactTone>> = {
  nothing: 'good',
  box: 'good',
  'box with network': 'warn',
  'this machine': 'bad',
}
