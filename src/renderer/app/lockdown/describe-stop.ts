// What a stop may be called, and its five figures. Pure: nothing is called certain that was not proven.
import {
  isProvenStopped,
  type LockdownView,
  type StopResultView,
  type Survivor,
} from '../../../shared/contracts/stop-views.ts'
import { counted, groupDigits } from '../../ui/text/words.ts'

/** The lockdown in a few words. `pid` is the gateway as the supervisor knows it. */
export const lockdownTitle = (lockdown: LockdownView | null, pid: number | null): string => {
  const result = lockdown?.result ?? null
  if (result === null) return pid === null ? 'Locked down' : 'Stopping everything…'
  if (result.survivors.length > 0) return 'Not everything is stopped'
  return isProvenStopped(result) ? 'Everything is stopped' : 'Stopped, but not proven'
}

/** What the lockdown promises from here on; without a latch on disk that is less. */
export const lockdownPromise = (result: StopResultView | null): string =>
  result !== null && result.latchError !== null
    ? 'Nothing starts while this app runs. A restart would not keep that.'
    : 'Nothing starts until you resume, not even after a restart.'

export interface StopFigure {
  readonly name: string
  /** A time, or a dash where there is none. */
  readonly value: string
  readonly words: string
  readonly tone: 'plain' | 'good' | 'bad'
}

const NONE = '—'

/** Milliseconds from the act, as they stand on the screen. */
export const millis = (value: number): string => `${groupDigits(Math.round(value))} ms`

/** Latch, boxes frozen, gateway dead, boxes dead, verified: in the order in which they are promised. */
export const figuresOf = (result: StopResultView): readonly StopFigure[] => [
  latchFigure(result),
  boxesFigure('Boxes frozen', result, result.frozenMs, result.containers.frozen),
  gatewayFigure(result),
  boxesFigure('Boxes dead', result, result.containersDeadMs, result.containers.dead),
  verifiedFigure(result),
]

const latchFigure = ({ latchMs, latchError }: StopResultView): StopFigure => {
  const name = 'Latch on disk'
  return latchMs === null || latchError !== null
    ? { name, value: NONE, words: 'not written', tone: 'bad' }
    : { name, value: millis(latchMs), words: '', tone: 'plain' }
}

const gatewayFigure = ({ deadMs, killed, survivors }: StopResultView): StopFigure => {
  const name = 'Gateway dead'
  const alive = survivors.filter(({ kind }) => kind === 'process').length
  if (alive > 0) return { name, value: NONE, words: counted(alive, 'lives', 'live'), tone: 'bad' }
  if (killed === 0) return { name, value: NONE, words: 'none ran', tone: 'plain' }
  const words = `${groupDigits(killed)} ${killed === 1 ? 'process' : 'processes'}`
  return deadMs === null
    ? { name, value: NONE, words: `not proven, ${words} killed`, tone: 'bad' }
    : { name, value: millis(deadMs), words, tone: 'plain' }
}

const boxesFigure = (
  name: string,
  { containers, containersError, survivors }: StopResultView,
  at: number | null,
  count: number,
): StopFigure => {
  const share = `${groupDigits(count)} of ${groupDigits(containers.found)}`
  if (containersError !== null) {
    return {
      name,
      value: NONE,
      words: containers.found === 0 ? 'not known' : `${share}, rest not known`,
      tone: 'bad',
    }
  }
  const alive = survivors.some(({ kind }) => kind === 'container')
  if (containers.found === 0 && !alive) return { name, value: NONE, words: 'none ran', tone: 'plain' }
  return at === null
    ? // A box that died before it could be frozen is no fault; one that lives is.
      { name, value: NONE, words: share, tone: alive ? 'bad' : 'plain' }
    : { name, value: millis(at), words: share, tone: 'plain' }
}

const verifiedFigure = (result: StopResultView): StopFigure => {
  const name = 'Verified'
  const survivors = result.survivors.length
  const words = `${groupDigits(survivors)} ${survivors === 1 ? 'survivor' : 'survivors'}`
  const value = millis(result.verifiedMs)
  if (survivors > 0) return { name, value: NONE, words: `${words} after ${value}`, tone: 'bad' }
  if (isProvenStopped(result)) return { name, value, words, tone: 'good' }
  return result.containersError === null
    ? { name, value, words: `${words}, no latch`, tone: 'bad' }
    : { name, value: NONE, words: `given up after ${value}`, tone: 'bad' }
}

/** The first twelve symbols of a container's id, as Docker's own lists have them. */
export const shortId = (id: string): string => id.slice(0, 12)

/** The command that ends a survivor on this system. */
export const endingOf = (survivor: Survivor, platform: string): string => {
  if (survivor.kind === 'container') return `docker rm -f ${shortId(survivor.id)}`
  return /^win/i.test(platform) ? `taskkill /F /PID ${survivor.pid}` : `kill -9 ${survivor.pid}`
}
