import type { ReactNode } from 'react'
import type { Turn } from '../../../../shared/contracts/archive-transcript.ts'
import { usePrefs } from '../../../store/prefs.ts'
import { useClock } from '../../../ui/text/clock.ts'
import { clockSeconds, dayTime, isSameDay } from '../../../ui/text/format-time.ts'
import { RemoteText } from '../../../ui/text/remote-text.tsx'
import { ProviderName } from '../../sessions/row-parts.tsx'
import { useReading } from '../reading.tsx'
import { costWords, modelName, speakerOf, tokenWords } from './turn-words.ts'

/** Who, when, and what it took. */
export const TurnSide = ({ turn, dated }: { readonly turn: Turn; readonly dated: boolean }): ReactNode => {
  const { names } = useReading()
  const facts = [modelName(turn.model), tokenWords(turn), costWords(turn.cost)].filter((fact) => fact !== '')
  return (
    <div className="min-w-0 text-right max-sm:mb-1 max-sm:flex max-sm:flex-wrap max-sm:items-baseline max-sm:gap-x-2 max-sm:text-left">
      <RemoteText text={speakerOf(turn, names)} most={80} className="font-medium" />
      {turn.at === null ? null : <When at={turn.at} dated={dated} />}
      {turn.from === null ? null : (
        <div className="text-xs text-faint">
          <ProviderName name={turn.from.provider} /> <RemoteText text={turn.from.trust} most={30} />
          {turn.from.forwarded ? ' · forwarded' : ''}
        </div>
      )}
      {facts.map((fact) => (
        <div key={fact} className="text-xs text-faint">
          <RemoteText text={fact} most={60} />
        </div>
      ))}
    </div>
  )
}

const When = ({ at, dated }: { readonly at: number; readonly dated: boolean }): ReactNode => {
  const zone = usePrefs((prefs) => (prefs.utc ? 'utc' : 'local'))
  const day = useClock((now) =>
    dated && !isSameDay(at, now, zone) ? dayTime(at, now, zone).replace(/ \d\d:\d\d$/, '') : '',
  )
  if (!isMoment(at)) return null
  return (
    <div className="mono text-xs text-faint">
      {day === '' ? null : <span className="block text-soft max-sm:inline">{day} </span>}
      <time dateTime={new Date(at).toISOString()}>{clockSeconds(at, zone)}</time>
    </div>
  )
}

/** Dates reach no further; a line may say any number. Milliseconds. */
const isMoment = (at: number): boolean => Math.abs(at) <= 8.64e15
