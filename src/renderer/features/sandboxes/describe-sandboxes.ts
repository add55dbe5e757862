// What boxes are called, their order, and which of their walls is not as high as it could be. Pure.
import type { DockerView } from '../../../shared/contracts/app-state.ts'
import type { SandboxesView, SandboxView } from '../../../shared/contracts/hands-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { mebibytes } from '../../ui/text/format-time.ts'
import { counted, groupDigits, sentence } from '../../ui/text/words.ts'

/** What is wrong first, then what works, then what waits, then strays; of each the oldest first. */
export const inBoxOrder = (boxes: readonly SandboxView[]): readonly SandboxView[] =>
  boxes.toSorted(
    (one, other) =>
      rankOf(one) - rankOf(other) || one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1),
  )

const HELD = ['in use', 'ahead', 'stray'] as const

const rankOf = ({ drift, held }: SandboxView): number => (drift.length > 0 ? -1 : HELD.indexOf(held))

/** Whose box it is, on one line. */
export const whoseBox = ({ session, name }: Pick<SandboxView, 'session' | 'name'>): string =>
  visibleLine(session === '' ? name : session)

/** How many are not as they were asked for. */
export const drifted = (boxes: readonly SandboxView[]): number =>
  boxes.filter(({ drift }) => drift.length > 0).length

/** The line below the name of the screen. */
export const boxesLead = (boxes: readonly SandboxView[]): string => {
  const count = boxes.length
  if (count === 0)
    return 'Where the agent’s tools run: a box for each session, a container with nothing of this machine in it but a folder.'
  const wrong = drifted(boxes)
  const walls =
    wrong === 0
      ? 'Each is as hardened as configured.'
      : `${sentence(counted(wrong, 'is', 'are'))} not as configured.`
  return `${sentence(counted(count, 'box', 'boxes'))}, as Docker itself reports ${count === 1 ? 'it' : 'them'}. ${walls}`
}

/** Why no box can be had from Docker now, and what that means, as the supervisor said it; null where Docker answers. */
export const dockerTrouble = ({
  state,
  detail,
}: DockerView): {
  readonly tone: 'info' | 'warn'
  readonly title: string
  readonly meaning: string
} | null => {
  switch (state) {
    case 'reachable':
      return null
    case 'unknown':
      return {
        tone: 'info',
        title: 'Docker is being asked',
        meaning: 'What runs shows here when it answers.',
      }
    case 'absent':
      return { tone: 'warn', title: 'Docker does not run on this machine', meaning: detail || REFUSED }
    case 'unreachable':
      return { tone: 'warn', title: 'Docker does not answer', meaning: detail || REFUSED }
    default:
      return assertNever(state)
  }
}

const REFUSED =
  'Tools of sessions that need a box are refused, with this as the reason: nothing runs on this machine instead.'

/** One thing Docker says about a box. `weak`: a wall that is lower than it could be. */
export interface BoxFact {
  readonly name: string
  readonly value: string
  readonly look: 'plain' | 'weak'
}

const NOT_SAID = 'not said'

/** Everything about a box that fits into a few words, in the order of the screen. */
export const boxFacts = (box: SandboxView): readonly BoxFact[] => [
  fact('Memory', ofLimit(box.memory, box.memoryLimit, mebibytes), box.memoryLimit === null),
  fact('Processes', ofLimit(box.processes, box.processLimit, groupDigits), box.processLimit === null),
  fact('Network', box.network === '' ? NOT_SAID : box.network, box.network !== 'none'),
  fact('Root filesystem', box.readOnlyRoot ? 'read-only' : 'writable', !box.readOnlyRoot),
  fact('Capabilities', box.capabilities === '' ? NOT_SAID : box.capabilities, box.capabilities !== 'none'),
  fact('User', box.user === '' ? NOT_SAID : box.user, isRoot(box.user)),
]

const fact = (name: string, value: string, weak: boolean): BoxFact => ({
  name,
  value,
  look: weak ? 'weak' : 'plain',
})

/** An empty user is what Docker runs as root. */
const isRoot = (user: string): boolean => user === '' || /^(?:root|0)(?::|$)/.test(user)

const ofLimit = (used: number | null, limit: number | null, words: (amount: number) => string): string => {
  if (limit === null) return `${used === null ? NOT_SAID : words(used)}, no limit`
  return used === null ? `up to ${words(limit)}` : `${words(used)} of ${words(limit)}`
}

/** What the config or the engine makes weaker than the default, as one title. */
export const risksTitle = (risks: SandboxesView['risks']): string =>
  risks.length === 1
    ? 'One thing makes boxes weaker than they could be'
    : `${sentence(counted(risks.length, 'thing makes', 'things make'))} boxes weaker than they could be`
