// What a stop may be called outside the window. Nothing is called stopped that was not proven.
import { isProvenStopped, type StopResultView, type Survivor } from '../../shared/contracts/stop-views.ts'

export interface StopWords {
  readonly title: string
  readonly body: string
}

/** For a native notification: a title that is enough for somebody who only glances, and the facts. */
export const stopWords = (result: StopResultView): StopWords =>
  isProvenStopped(result)
    ? { title: 'Everything is stopped', body: `${found(result)}, verified in ${millis(result.verifiedMs)}.` }
    : { title: 'NOT everything is stopped', body: `${doubts(result).join('. ')}.` }

/** The same in one sentence. */
export const stopSentence = (result: StopResultView): string => {
  const { title, body } = stopWords(result)
  return `${title}: ${body}`
}

const found = ({ killed, containers }: StopResultView): string =>
  `${counted(killed, 'process', 'processes')}, ${counted(containers.found, 'box', 'boxes')}`

const doubts = ({ survivors, latchError, containersError }: StopResultView): readonly string[] => [
  ...(survivors.length === 0 ? [] : [`Still alive: ${named(survivors)}`]),
  ...(latchError === null ? [] : [`The latch is not on disk: ${latchError.message}`]),
  ...(containersError === null ? [] : [`Nobody can say whether boxes live: ${containersError.message}`]),
]

/** As many as a notification has room for. */
const MAX_NAMED = 3

const named = (survivors: readonly Survivor[]): string => {
  const first = survivors
    .slice(0, MAX_NAMED)
    .map((survivor) => (survivor.kind === 'process' ? `process ${survivor.pid}` : `box ${survivor.name}`))
  const more = survivors.length - first.length
  return first.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const millis = (value: number): string => `${Math.round(value)} ms`
