// What a message of somebody can touch, as a line of the overview. Pure.
import type { AppState, HandsView } from '../../../shared/contracts/app-state.ts'
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
  return { id: trust, tone: toneOf(row), title: titleOf(trust, row), detail }
}

const titleOf = (trust: 'friend' | 'guest', { tools, place }: HandsView['radius'][number]): string => {
  if (tools.length === 0) return `A ${trust}'s message is answered in text only`
  return place === 'nowhere'
    ? `A ${trust}'s message touches no file and runs nothing`
    : `A ${trust}'s message acts ${place}`
}

/** Good only where it is known to be: without tools, or behind a wall without network. */
const toneOf = ({ tools, place }: HandsView['radius'][number]): FactTone => {
  if (tools.length === 0 || place === 'nowhere' || place === 'in a box without network') return 'good'
  return place.includes('on this machine') ? 'bad' : 'warn'
}
