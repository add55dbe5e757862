import type { PeopleTold } from '../../shared/contracts/gateway-told.ts'
import { CLOSED_RULES, toldRules } from '../hands/rules.ts'
import { watchedTimeout } from '../lifecycle/watched-timeout.ts'

/** A gateway that does not acknowledge within this time is killed: neither a revoke nor read-only mode waits for its good will. */
const ACK_TIMEOUT_MS = 5_000

export interface Telling {
  /** The newest revision there is. */
  readonly people: () => PeopleTold
  /** People and rules, if they are new: a running gateway is told at once. */
  readonly update: (told: Omit<PeopleTold, 'revision'>) => void
  /** A gateway is launched now, with what this returns in its start message. */
  readonly started: () => PeopleTold
  /** It is up, and knows what its start message said. */
  readonly ready: () => void
  readonly acknowledged: (revision: number) => void
  /** The gateway is dead: nobody is left who could act on what it knew. */
  readonly gone: () => void
  /** Resolves when the newest revision is acknowledged, or no gateway lives that knows an older one. */
  readonly settled: () => Promise<void>
}

export interface TellingOptions {
  readonly send: (people: PeopleTold) => void
  /** Kills the gateway; `gone` has to follow. */
  readonly onSilence: () => void
}

/** Keeps the gateway's knowledge of people and rules equal to the disk, and knows when it is. */
export const createTelling = ({ send, onSilence }: TellingOptions): Telling => {
  let people: PeopleTold = { revision: 0, providers: [], rules: toldRules(CLOSED_RULES) }
  let text = textOf(people)
  let gateway: 'none' | 'starting' | 'ready' = 'none'
  let toldAtStart = 0
  let known = 0
  let giveUp: (() => void) | undefined
  const waiting = new Set<() => void>()

  const isSettled = (): boolean => gateway === 'none' || known >= people.revision
  const expectAnswer = (): void => {
    // Until it is ready the ready timeout watches it. A second change does not begin the time anew.
    if (gateway === 'ready' && !isSettled()) giveUp ??= watchedTimeout(onSilence, ACK_TIMEOUT_MS)
  }
  const look = (): void => {
    if (!isSettled()) return
    giveUp?.()
    giveUp = undefined
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  return {
    people: () => people,
    update(told) {
      const next = textOf(told)
      if (next === text) return
      text = next
      people = { revision: people.revision + 1, providers: told.providers, rules: told.rules }
      if (gateway === 'none') return
      send(people)
      expectAnswer()
    },
    started() {
      gateway = 'starting'
      toldAtStart = people.revision
      known = -1
      return people
    },
    ready() {
      gateway = 'ready'
      known = Math.max(known, toldAtStart)
      look()
      expectAnswer()
    },
    acknowledged(revision) {
      known = Math.max(known, Math.min(revision, people.revision))
      look()
    },
    gone() {
      gateway = 'none'
      look()
    },
    settled: () => (isSettled() ? Promise.resolve() : new Promise((resolve) => waiting.add(resolve))),
  }
}

const textOf = ({ providers, rules }: Omit<PeopleTold, 'revision'>): string =>
  JSON.stringify([providers, rules])
